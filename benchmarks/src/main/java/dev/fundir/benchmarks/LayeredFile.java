package dev.fundir.benchmarks;

import dev.fundir.CheckpointWriter;
import dev.fundir.DType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A file whose tensors have the names that language models give them, and little data each. */
final class LayeredFile {
    private static final int ELEMENTS = 128;

    private static final List<String> MODULES = List.of(
            "self_attn.q_proj",
            "self_attn.k_proj",
            "self_attn.v_proj",
            "self_attn.o_proj",
            "mlp.gate_proj",
            "mlp.up_proj",
            "mlp.down_proj",
            "input_layernorm",
            "post_attention_layernorm");

    private LayeredFile() {}

    /**
     * Writes the file to a temporary folder.
     *
     * @param tensors how many
     * @return the file, to be deleted
     */
    static Path write(int tensors) throws IOException {
        Path file = Files.createTempFile("fundir-benchmark", ".safetensors");
        CheckpointWriter writer = CheckpointWriter.to(file);
        ByteBuffer data = ByteBuffer.allocateDirect(ELEMENTS * Short.BYTES);
        for (int i = 0; i < tensors; i++) {
            String module = MODULES.get(i % MODULES.size());
            long[] shape = module.endsWith("norm") ? new long[] {ELEMENTS} : new long[] {8, ELEMENTS / 8};
            writer.tensor("model.layers." + i / MODULES.size() + "." + module + ".weight", DType.BF16, shape, data);
        }
        writer.write();
        return file;
    }
}
