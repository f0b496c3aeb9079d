package dev.fundir.cli;

import dev.fundir.CheckpointWriter;
import dev.fundir.DType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

/**
 * Small models with the tensors of a llama: a base of random numbers, and fine-tunes that changed some of them a
 * little.
 */
final class DemoModel {
    private static final int LAYERS = 4;
    private static final int HIDDEN = 192;
    private static final int INNER = 512;
    private static final int TOKENS = 2048;

    private DemoModel() {}

    /**
     * Writes a model.
     *
     * @param variant 0 is the base, any other number a fine-tune of it; each is always the same
     */
    static void write(Path file, int variant) throws IOException {
        CheckpointWriter writer =
                CheckpointWriter.to(file).metadata("format", "pt").metadata("architecture", "llama");
        shapes().forEach((name, shape) -> writer.tensor(name, DType.BF16, shape, weights(name, shape, variant)));
        writer.write();
    }

    private static Map<String, long[]> shapes() {
        Map<String, long[]> shapes = new LinkedHashMap<>();
        shapes.put("model.embed_tokens.weight", new long[] {TOKENS, HIDDEN});
        for (int layer = 0; layer < LAYERS; layer++) {
            String prefix = "model.layers." + layer + ".";
            shapes.put(prefix + "input_layernorm.weight", new long[] {HIDDEN});
            for (String projection : new String[] {"q_proj", "k_proj", "v_proj", "o_proj"}) {
                shapes.put(prefix + "self_attn." + projection + ".weight", new long[] {HIDDEN, HIDDEN});
            }
            shapes.put(prefix + "post_attention_layernorm.weight", new long[] {HIDDEN});
            shapes.put(prefix + "mlp.gate_proj.weight", new long[] {INNER, HIDDEN});
            shapes.put(prefix + "mlp.up_proj.weight", new long[] {INNER, HIDDEN});
            shapes.put(prefix + "mlp.down_proj.weight", new long[] {HIDDEN, INNER});
        }
        shapes.put("model.norm.weight", new long[] {HIDDEN});
        shapes.put("lm_head.weight", new long[] {TOKENS, HIDDEN});
        return shapes;
    }

    private static ByteBuffer weights(String name, long[] shape, int variant) {
        int elements = 1;
        for (long dimension : shape) {
            elements *= (int) dimension;
        }
        Random base = new Random(name.hashCode());
        Random change = new Random(name.hashCode() * 31L + variant);
        float centre = shape.length == 1 ? 1 : 0;
        ByteBuffer bytes = ByteBuffer.allocate(elements * Short.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < elements; i++) {
            float value = centre + 0.02f * (float) base.nextGaussian();
            if (variant != 0) {
                value += 0.002f * (float) change.nextGaussian();
            }
            bytes.putShort(BFloat16.narrow(value));
        }
        return bytes.flip();
    }
}
