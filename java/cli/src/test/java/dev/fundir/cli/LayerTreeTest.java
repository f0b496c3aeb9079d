package dev.fundir.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.fundir.Checkpoint;
import dev.fundir.CheckpointWriter;
import dev.fundir.DType;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LayerTreeTest {
    @TempDir
    Path folder;

    @Test
    void onlyLikeLayersInARowFold() throws IOException {
        assertEquals(
                """
                  l
                    0-1 × 1 tensor
                      w   I8  [1]  1 B
                    2.w   I8  [2]  2 B
                    3-11 × 1 tensor
                      w   I8  [1]  1 B
                    13.w  I8  [1]  1 B
                """,
                tree("l.0.w:1 l.1.w:1 l.2.w:2 l.3.w:1 l.4.w:1 l.5.w:1 l.6.w:1 l.7.w:1 l.8.w:1 l.9.w:1 l.10.w:1"
                        + " l.11.w:1 l.13.w:1"));
    }

    @Test
    void tensorMayAlsoBeAPrefix() throws IOException {
        assertEquals("""
                  a    I8  [1]  1 B
                    b  I8  [2]  2 B
                """, tree("a:1 a.b:2"));
    }

    @Test
    void emptyPartsOfNamesStay() throws IOException {
        assertEquals("""
                  a..b  I8  [1]  1 B
                """, tree("a..b:1"));
    }

    private String tree(String tensors) throws IOException {
        Path file = folder.resolve("m.safetensors");
        CheckpointWriter writer = CheckpointWriter.to(file);
        for (String tensor : tensors.split(" ", -1)) {
            int colon = tensor.indexOf(':');
            int elements = Integer.parseInt(tensor.substring(colon + 1));
            writer.tensor(tensor.substring(0, colon), DType.I8, new long[] {elements}, ByteBuffer.allocate(elements));
        }
        writer.write();
        StringWriter out = new StringWriter();
        try (Checkpoint checkpoint = Checkpoint.open(file);
                PrintWriter writerOut = new PrintWriter(out)) {
            LayerTree.of(Inspection.of(checkpoint).tensors()).write(writerOut);
        }
        return out.toString();
    }
}
