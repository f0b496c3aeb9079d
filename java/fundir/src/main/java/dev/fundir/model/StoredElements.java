package dev.fundir.model;

import dev.fundir.DType;
import dev.fundir.TensorSource;
import dev.fundir.TensorView;
import dev.fundir.ffi.Elements;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/**
 * The elements of a tensor as a GGUF file stores them.
 *
 * @param tensor the tensor
 * @param type the type they get; rows are whole blocks of it
 */
record StoredElements(TensorView tensor, GgufType type) implements TensorSource {
    /** Elements that are converted at once: whole blocks, and whole bytes of elements of any width. */
    private static final int CHUNK = 1 << 16;

    @Override
    public void writeTo(WritableByteChannel channel) throws IOException {
        if (tensor instanceof GgufTensor stored && stored.type() == type) {
            copy(stored, channel);
        } else if (!type.isQuantized() && type.dtype() == tensor.dtype()) {
            tensor.writeTo(channel);
        } else {
            convert(channel);
        }
    }

    /** Copies what the file has; decoding and encoding again could give other blocks. */
    private static void copy(GgufTensor stored, WritableByteChannel channel) throws IOException {
        ByteBuffer block = ByteBuffer.allocateDirect((int) Math.min(stored.fileBytes(), 1 << 20));
        for (long at = 0; at < stored.fileBytes(); at += block.limit()) {
            block.clear().limit((int) Math.min(stored.fileBytes() - at, block.capacity()));
            stored.readFile(at, block);
            channel.write(block.flip());
        }
    }

    private void convert(WritableByteChannel channel) throws IOException {
        DType from = tensor.dtype();
        long count = tensor.elementCount();
        int most = (int) Math.min(count, CHUNK);
        ByteBuffer in = ByteBuffer.allocateDirect((int) from.byteSize(most));
        ByteBuffer out = ByteBuffer.allocateDirect((int) type.byteSize(most));
        for (long done = 0; done < count; done += CHUNK) {
            long piece = Math.min(count - done, CHUNK);
            in.clear().limit((int) from.byteSize(piece));
            tensor.readBytes(from.byteSize(done), in);
            out.clear().limit((int) type.byteSize(piece));
            Elements.convert(in.flip(), from.code(), out, BlockReader.code(type));
            channel.write(out);
        }
    }
}
