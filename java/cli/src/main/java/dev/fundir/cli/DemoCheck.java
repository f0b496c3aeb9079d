package dev.fundir.cli;

import dev.fundir.Checkpoint;
import dev.fundir.Tensor;
import java.nio.ShortBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** TIES with weights of 1 as its paper tells it, slow and simple, to hold against a merge of BF16 models. */
final class DemoCheck {
    private final Checkpoint base;
    private final List<Checkpoint> models;
    private final double density;

    DemoCheck(Checkpoint base, List<Checkpoint> models, double density) {
        this.base = base;
        this.models = models;
        this.density = density;
    }

    /** How many elements of a merged tensor are not what they should be. */
    long countDifferent(Tensor merged) {
        float[] from = floats(base.tensor(merged.name()));
        List<float[]> changes = models.stream()
                .map(model -> trimmed(from, floats(model.tensor(merged.name()))))
                .toList();
        ShortBuffer found = merged.buffer().asShortBuffer();
        return IntStream.range(0, from.length)
                .filter(i -> found.get(i) != BFloat16.narrow(from[i] + elected(changes, i)))
                .count();
    }

    /** What a model changed, all but the largest part of it set to 0; of equal ones the first are kept. */
    private float[] trimmed(float[] from, float[] to) {
        float[] change = new float[from.length];
        float[] sizes = new float[from.length];
        for (int i = 0; i < change.length; i++) {
            change[i] = to[i] - from[i];
            sizes[i] = Math.abs(change[i]);
        }
        int kept = Math.max(1, (int) (density * change.length));
        Arrays.sort(sizes);
        float least = sizes[sizes.length - kept];
        int equalOnesKept = 0;
        for (int rank = sizes.length - kept; rank < sizes.length && sizes[rank] == least; rank++) {
            equalOnesKept++;
        }
        for (int i = 0; i < change.length; i++) {
            float size = Math.abs(change[i]);
            if (size < least || (size == least && equalOnesKept-- <= 0)) {
                change[i] = 0;
            }
        }
        return change;
    }

    /** The mean of the changes whose sign is that of their sum. */
    private static float elected(List<float[]> changes, int element) {
        float sum = 0;
        for (float[] change : changes) {
            sum += change[element];
        }
        float sign = sum >= 0 ? 1 : -1;
        float kept = 0;
        float count = 0;
        for (float[] change : changes) {
            if (change[element] * sign > 0) {
                kept += change[element];
                count++;
            }
        }
        return kept / Math.max(count, 1);
    }

    private static float[] floats(Tensor tensor) {
        ShortBuffer bits = tensor.buffer().asShortBuffer();
        float[] values = new float[bits.remaining()];
        for (int i = 0; i < values.length; i++) {
            values[i] = BFloat16.widen(bits.get(i));
        }
        return values;
    }
}
