package dev.fundir.model;

import dev.fundir.TensorView;
import dev.fundir.ffi.NumberText;
import dev.fundir.internal.StagedFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** Writes a model's text: what stands before its numbers, these block by block, and what stands behind. */
final class TextFile {
    /** Bytes of elements that are written at once: whole ones of every dtype. */
    private static final int BLOCK = 24 << 13;

    private static final int TEXT = 1 << 20;

    private final FileChannel channel;
    private final NumberText numbers;
    private final ByteBuffer block = ByteBuffer.allocateDirect(BLOCK).order(ByteOrder.LITTLE_ENDIAN);
    private final ByteBuffer text = ByteBuffer.allocateDirect(TEXT);

    /** Whether the next number is the first of all. */
    private boolean first = true;

    private TextFile(FileChannel channel, NumberText.Style style) {
        this.channel = channel;
        this.numbers = new NumberText(style);
    }

    /**
     * Writes the file. The first number of a JSON array follows on {@code head} on a line of its own; that of a block
     * sequence too, with its dash.
     *
     * @param path where it appears, complete or not at all
     * @param style how the numbers stand in it
     * @param head what stands before them
     * @param tensors whose numbers they are
     * @param tail what stands behind them
     */
    static void write(Path path, NumberText.Style style, String head, List<TensorView> tensors, String tail)
            throws IOException {
        try (StagedFile staged = StagedFile.create(path)) {
            TextFile file = new TextFile(staged.channel(), style);
            file.write(head);
            for (TensorView tensor : tensors) {
                file.write(tensor);
            }
            file.flush();
            file.write(tail);
            staged.commit();
        } catch (UncheckedIOException e) {
            throw e.getCause(); // from a tensor that is read
        }
    }

    private void write(String ascii) throws IOException {
        write(ByteBuffer.wrap(ascii.getBytes(StandardCharsets.UTF_8)));
    }

    private void write(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    private void write(TensorView tensor) throws IOException {
        long[] shape = tensor.shape();
        long row = shape.length == 0 ? 1 : shape[shape.length - 1];
        long size = tensor.byteSize();
        numbers.beginLine();
        for (long offset = 0; offset < size; offset += block.limit()) {
            block.clear().limit((int) Math.min(size - offset, BLOCK));
            tensor.readBytes(offset, block);
            block.flip();
            while (block.hasRemaining()) {
                numbers.write(block, tensor.dtype().code(), row, text);
                if (text.remaining() < NumberText.LEAST_ROOM) {
                    flush();
                }
            }
        }
    }

    private void flush() throws IOException {
        text.flip();
        if (first && text.hasRemaining()) {
            first = false;
            text.position(text.get(0) == ',' ? 1 : 0); // nothing is before it that a comma would separate it from
        }
        write(text);
        text.clear();
    }
}
