package dev.fundir.model;

import dev.fundir.DType;
import dev.fundir.internal.NearNames;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The names of dtypes in texts: those of safetensors, and those that torch, numpy and Rust have, in any case. */
final class DTypeText {
    private static final Map<String, DType> OTHERS = Map.ofEntries(
            Map.entry("FLOAT", DType.F32),
            Map.entry("DOUBLE", DType.F64),
            Map.entry("HALF", DType.F16),
            Map.entry("FLOAT16", DType.F16),
            Map.entry("FLOAT32", DType.F32),
            Map.entry("FLOAT64", DType.F64),
            Map.entry("BFLOAT16", DType.BF16),
            Map.entry("FLOAT8_E4M3", DType.F8_E4M3),
            Map.entry("FLOAT8_E4M3FN", DType.F8_E4M3),
            Map.entry("FLOAT8_E5M2", DType.F8_E5M2),
            Map.entry("FLOAT8_E8M0FNU", DType.F8_E8M0),
            Map.entry("FLOAT8_E4M3FNUZ", DType.F8_E4M3FNUZ),
            Map.entry("FLOAT8_E5M2FNUZ", DType.F8_E5M2FNUZ),
            Map.entry("INT8", DType.I8),
            Map.entry("INT16", DType.I16),
            Map.entry("INT32", DType.I32),
            Map.entry("INT64", DType.I64),
            Map.entry("UINT8", DType.U8),
            Map.entry("UINT16", DType.U16),
            Map.entry("UINT32", DType.U32),
            Map.entry("UINT64", DType.U64),
            Map.entry("COMPLEX64", DType.C64));

    private DTypeText() {}

    static Optional<DType> of(String text) {
        String name = text.strip().toUpperCase(Locale.ROOT).replaceFirst("^(TORCH|NUMPY|NP)\\.", "");
        return Arrays.stream(DType.values())
                .filter(dtype -> dtype.name().equals(name))
                .findFirst()
                .or(() -> Optional.ofNullable(OTHERS.get(name)));
    }

    static String suggestion(String text) {
        return NearNames.suggestion(
                text, Arrays.stream(DType.values()).map(DType::name).toList());
    }
}
