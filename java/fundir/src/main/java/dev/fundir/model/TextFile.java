package dev.fundir.model;

import dev.fundir.TensorView;
import dev.fundir.ffi.NumberText;
import dev.fundir.internal.StagedFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** Writes a model's text: what stands before its numbers, these block by block, and what stands behind. */
final class TextFile {
    private final FileChannel channel;

    /** Whether the next number is the first of all. */
    private boolean first = true;

    private TextFile(FileChannel channel) {
        this.channel = channel;
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
            TextFile file = new TextFile(staged.channel());
            file.write(head);
            try (NumberBlocks blocks = new NumberBlocks(style, file::writeNumbers)) {
                for (TensorView tensor : tensors) {
                    blocks.add(tensor);
                }
                blocks.finish();
            }
            file.write(tail);
            staged.commit();
        } catch (UncheckedIOException e) {
            throw e.getCause(); // from a tensor that is read
        }
    }

    private void write(String text) throws IOException {
        write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    }

    private void writeNumbers(ByteBuffer text) throws IOException {
        if (first && text.hasRemaining()) {
            first = false;
            text.position(text.get(0) == ',' ? 1 : 0); // nothing is before it that a comma would separate it from
        }
        write(text);
    }

    private void write(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }
}
