package dev.fundir.internal;

import dev.fundir.DType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The names that configurations and recipes have for the dtypes of floats. */
public final class TorchDType {
    private static final Map<String, DType> BY_NAME = new LinkedHashMap<>();

    static {
        BY_NAME.put("float32", DType.F32);
        BY_NAME.put("float16", DType.F16);
        BY_NAME.put("bfloat16", DType.BF16);
        BY_NAME.put("float64", DType.F64);
        BY_NAME.put("float8_e4m3fn", DType.F8_E4M3);
        BY_NAME.put("float8_e5m2", DType.F8_E5M2);
    }

    private TorchDType() {}

    /**
     * All names.
     *
     * @return the names that PyTorch has
     */
    public static List<String> names() {
        return List.copyOf(BY_NAME.keySet());
    }

    /**
     * The dtype with this name, or with this name in the format.
     *
     * @param name such as {@code torch.bfloat16}, {@code bfloat16} or {@code BF16}
     * @return the dtype, empty when it is none of floats
     */
    public static Optional<DType> parse(String name) {
        String plain = name.startsWith("torch.") ? name.substring("torch.".length()) : name;
        DType named = BY_NAME.get(plain);
        if (named != null) {
            return Optional.of(named);
        }
        return BY_NAME.values().stream()
                .filter(dtype -> dtype.name().equals(plain.toUpperCase(Locale.ROOT)))
                .findFirst();
    }

    /**
     * The name that PyTorch has for a dtype.
     *
     * @param dtype a dtype
     * @return such as {@code bfloat16}, empty when it is none of floats
     */
    public static Optional<String> nameOf(DType dtype) {
        return BY_NAME.entrySet().stream()
                .filter(entry -> entry.getValue() == dtype)
                .map(Map.Entry::getKey)
                .findFirst();
    }
}
