package dev.fundir.cli;

import dev.fundir.DType;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.TypeConversionException;

/** The dtypes of an output as people write them. */
final class DTypeName {
    private DTypeName() {}

    /** Reads the format's name or the one that PyTorch has. */
    static DType parse(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "f16", "fp16", "float16", "half" -> DType.F16;
            case "bf16", "bfloat16" -> DType.BF16;
            case "f32", "fp32", "float32", "float" -> DType.F32;
            case "f64", "fp64", "float64", "double" -> DType.F64;
            case "f8_e4m3", "float8_e4m3fn" -> DType.F8_E4M3;
            case "f8_e5m2", "float8_e5m2" -> DType.F8_E5M2;
            default ->
                throw new TypeConversionException(
                        "'" + text + "' is not a dtype of an output, expected BF16, F16, F32, F64, F8_E4M3 or F8_E5M2");
        };
    }

    /** The format's names, for completion and for what was mistyped. */
    static final class Names implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return List.of("BF16", "F16", "F32", "F64", "F8_E4M3", "F8_E5M2").iterator();
        }
    }
}
