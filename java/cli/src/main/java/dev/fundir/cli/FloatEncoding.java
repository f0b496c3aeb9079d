package dev.fundir.cli;

import dev.fundir.DType;
import dev.fundir.model.GgufType;
import dev.fundir.model.SaveOptions;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * What tensors of floats are stored as.
 *
 * @param name as it was written
 * @param dtype a dtype, or
 * @param type a type of GGUF that is no dtype
 */
record FloatEncoding(String name, Optional<DType> dtype, Optional<GgufType> type) {
    private static final List<GgufType> TYPES = List.of(GgufType.Q8_0, GgufType.Q4_0);

    static FloatEncoding parse(String name) {
        for (GgufType type : TYPES) {
            if (type.name().equals(name.toUpperCase(Locale.ROOT))) {
                return new FloatEncoding(name, Optional.empty(), Optional.of(type));
            }
        }
        return new FloatEncoding(name, Optional.of(DTypeName.parse(name)), Optional.empty());
    }

    boolean isGguf() {
        return type.isPresent();
    }

    SaveOptions in(SaveOptions options) {
        return isGguf() ? options.withGgufType(type.orElseThrow()) : options.withDType(dtype.orElseThrow());
    }

    /** Reads one. */
    static final class Reader implements ITypeConverter<FloatEncoding> {
        @Override
        public FloatEncoding convert(String text) {
            try {
                return parse(text);
            } catch (TypeConversionException e) {
                throw new TypeConversionException(e.getMessage() + ", for .gguf also q8_0 or q4_0");
            }
        }
    }

    /** The names, for help and completion. */
    static final class Names implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return List.of("BF16", "F16", "F32", "F64", "F8_E4M3", "F8_E5M2", "q8_0", "q4_0")
                    .iterator();
        }
    }
}
