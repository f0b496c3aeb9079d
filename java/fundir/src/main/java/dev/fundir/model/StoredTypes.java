package dev.fundir.model;

import dev.fundir.TensorView;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Which types of GGUF the tensors of a model are stored with. */
final class StoredTypes {
    /** The types that elements can be converted to. */
    private static final Set<GgufType> WRITTEN =
            EnumSet.of(GgufType.F32, GgufType.F16, GgufType.BF16, GgufType.F64, GgufType.Q8_0, GgufType.Q4_0);

    private static final int MOST_DIMENSIONS = 4;

    private StoredTypes() {}

    /**
     * Decides.
     *
     * @param model any model
     * @param options what is wished for
     * @return the type of each parameter, in their order
     * @throws IllegalArgumentException when GGUF has no such tensors; all of them are named
     */
    static Map<Parameter, GgufType> of(Model model, SaveOptions options) {
        requirePossible(options);
        Map<Parameter, GgufType> types = new LinkedHashMap<>();
        List<String> problems = new ArrayList<>();
        for (Parameter parameter : model.parameters()) {
            TensorView tensor = parameter.tensor();
            int rank = tensor.shape().length;
            Optional<GgufType> type = typeOf(tensor, options);
            if (rank > MOST_DIMENSIONS) {
                problems.add(parameter.name() + " (" + rank + " dimensions, GGUF has at most " + MOST_DIMENSIONS + ")");
            }
            if (type.isEmpty()) {
                problems.add(parameter.name() + " (" + tensor.dtype() + ", GGUF has no type that holds its values)");
            }
            type.ifPresent(found -> types.put(parameter, found));
        }
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException("tensors that a GGUF file cannot have: " + String.join(", ", problems)
                    + "; convert them to another dtype or shape, or save the model in another format");
        }
        return types;
    }

    private static void requirePossible(SaveOptions options) {
        options.ggufType().filter(type -> !WRITTEN.contains(type)).ifPresent(type -> {
            throw new IllegalArgumentException(type + " is read, but not written; those that are: " + WRITTEN);
        });
        options.dtype()
                .filter(dtype ->
                        GgufType.ofDType(dtype).filter(WRITTEN::contains).isEmpty())
                .ifPresent(dtype -> {
                    throw new IllegalArgumentException(
                            "GGUF has no type for floats of dtype " + dtype + "; those that are written: " + WRITTEN);
                });
        if (options.shardSize().isPresent()) {
            throw new IllegalArgumentException("a GGUF file is not split into shards: leave the shard size out");
        }
    }

    private static Optional<GgufType> typeOf(TensorView tensor, SaveOptions options) {
        Optional<GgufType> narrowed = options.dtype().flatMap(GgufType::ofDType);
        if (!tensor.dtype().isFloat()) {
            return unasked(tensor);
        }
        if (options.ggufType().isPresent()) {
            GgufType type = options.ggufType().get();
            return takes(type, tensor.shape()) ? Optional.of(type) : narrowed.or(() -> Optional.of(GgufType.F32));
        }
        return narrowed.or(() -> unasked(tensor));
    }

    /** Whether a tensor of this shape is stored with a type that was wished for: F32 and F64 lose nothing for any. */
    private static boolean takes(GgufType type, long[] shape) {
        if (type == GgufType.F32 || type == GgufType.F64) {
            return true;
        }
        return shape.length >= 2 && shape[shape.length - 1] % type.blockElements() == 0;
    }

    /** The type that a tensor has in its GGUF file, or the narrowest that holds all values of its dtype. */
    private static Optional<GgufType> unasked(TensorView tensor) {
        if (tensor instanceof GgufTensor stored) {
            return Optional.of(stored.type());
        }
        return switch (tensor.dtype()) {
            case F4, F6_E2M3, F6_E3M2, F8_E5M2, F8_E4M3, F8_E4M3FNUZ, F8_E5M2FNUZ -> Optional.of(GgufType.F16);
            case F8_E8M0 -> Optional.of(GgufType.F32);
            case BOOL -> Optional.of(GgufType.I8);
            case U8 -> Optional.of(GgufType.I16);
            case U16 -> Optional.of(GgufType.I32);
            case U32 -> Optional.of(GgufType.I64);
            case U64, C64 -> Optional.empty();
            case I8, I16, I32, I64, F16, BF16, F32, F64 -> GgufType.ofDType(tensor.dtype());
        };
    }
}
