package dev.fundir.analysis;

import dev.fundir.CheckpointFile;
import dev.fundir.CheckpointFormatException;
import dev.fundir.CheckpointFormatException.Reason;
import dev.fundir.Tensor;
import dev.fundir.TensorView;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;

/**
 * Copies blocks of tensors to its memory. For one thread.
 *
 * <p>Tensors of files are read at their positions, by a channel of its own: a copy out of the mapping would take twice
 * as long, as each of its pages has to be found first. Where the file was changed or replaced, the mapping still shows
 * what was opened, and is copied from.
 */
final class ElementReader implements AutoCloseable {
    private static final int PAGE = 4096;
    static final String CUT =
            "bytes of the file are gone, it was cut while it was read: open it again when it is complete";

    private final ByteBuffer memory =
            ByteBuffer.allocateDirect(BlockRanges.MOST_BYTES + 2 * PAGE).alignedSlice(PAGE);
    private CheckpointFile file;

    /** The file, opened again; null when it is not there any more. */
    private FileChannel channel;

    /** Elements of a tensor, until the next ones are asked for. */
    ByteBuffer read(TensorView view, long first, int count) throws IOException {
        ElementType type = ElementType.of(view);
        long offset = type.dtype().byteSize(first);
        int length = Math.toIntExact(type.dtype().byteSize(count));
        if (view instanceof Tensor tensor) {
            open(tensor.file());
            if (channel != null) {
                return readFile(tensor, tensor.fileOffset() + offset, length);
            }
        }
        ByteBuffer target = memory.slice(0, length);
        view.readBytes(offset, target);
        return target.flip();
    }

    private ByteBuffer readFile(Tensor tensor, long position, int length) throws IOException {
        // Lies in its page as the bytes do in theirs: some processors copy badly to a place a little further.
        ByteBuffer target = memory.slice((int) (position % PAGE), length);
        while (target.hasRemaining()) {
            if (read(target, position + target.position()) < 0) {
                throw new CheckpointFormatException(
                        Reason.INCOMPLETE, tensor.file().path(), tensor.name(), CUT);
            }
        }
        return target.flip();
    }

    private int read(ByteBuffer target, long position) throws IOException {
        try {
            return channel.read(target, position);
        } catch (IOException e) {
            FileSystemException named = new FileSystemException(
                    file.path().toString(),
                    null,
                    "cannot read " + target.remaining() + " bytes at " + position + ": " + e.getMessage());
            named.initCause(e);
            throw named;
        }
    }

    private void open(CheckpointFile wanted) throws IOException {
        if (file == wanted) {
            return;
        }
        close();
        file = wanted;
        try {
            channel = wanted.openChannel();
        } catch (IOException e) {
            channel = null; // the mapping is good still
        }
    }

    @Override
    public void close() throws IOException {
        if (channel != null) {
            channel.close();
        }
    }
}
