package dev.fundir.model;

import dev.fundir.DType;
import dev.fundir.TensorView;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * How a model is saved.
 *
 * @param format the format; empty for what the path's extension says
 * @param dtype what float tensors are converted to; empty to leave them as they are
 * @param ggufType what float tensors of a GGUF file are stored as, where their rows allow it; empty for their dtype
 * @param shardSize bytes that a safetensors file may have before the model is split into shards; empty for no limit
 */
public record SaveOptions(
        Optional<ModelFormat> format, Optional<DType> dtype, Optional<GgufType> ggufType, OptionalLong shardSize) {
    /** What the path's extension says, elements as they are, one file. */
    public static final SaveOptions DEFAULT =
            new SaveOptions(Optional.empty(), Optional.empty(), Optional.empty(), OptionalLong.empty());

    /**
     * The same with a format.
     *
     * @param other the format
     * @return new options
     */
    public SaveOptions withFormat(ModelFormat other) {
        return new SaveOptions(Optional.of(other), dtype, ggufType, shardSize);
    }

    /**
     * The same with a dtype for float tensors.
     *
     * @param other a float dtype
     * @return new options
     */
    public SaveOptions withDType(DType other) {
        return new SaveOptions(format, Optional.of(other), ggufType, shardSize);
    }

    /**
     * The same with a type for the float tensors of a GGUF file.
     *
     * @param other a type that can be written
     * @return new options
     */
    public SaveOptions withGgufType(GgufType other) {
        return new SaveOptions(format, dtype, Optional.of(other), shardSize);
    }

    /**
     * The same with a limit to the size of a file.
     *
     * @param bytes the most that a file's tensors may take, positive
     * @return new options
     */
    public SaveOptions withShardSize(long bytes) {
        return new SaveOptions(format, dtype, ggufType, OptionalLong.of(bytes));
    }

    /** A tensor as it is to be saved: floats in the dtype that is asked for. */
    TensorView convert(TensorView tensor) {
        return dtype.isPresent() && tensor.dtype().isFloat() ? tensor.as(dtype.get()) : tensor;
    }
}
