package dev.fundir.cli;

import dev.fundir.merge.PlanEntry;
import java.util.List;

/**
 * A tensor as a tree shows it.
 *
 * @param name its name
 * @param dtype the name of its dtype, or of its type where the format has others
 * @param shape its extents, the slowest varying first
 * @param byteSize its bytes
 * @param treatment how it is made, where there is something to say of it
 */
record TreeTensor(String name, String dtype, List<Long> shape, long byteSize, Treatment treatment) {
    static TreeTensor of(Inspection.Entry tensor) {
        return new TreeTensor(tensor.name(), tensor.dtype(), tensor.shape(), tensor.byteSize(), Treatment.UNSAID);
    }

    static TreeTensor of(PlanEntry entry, Treatment treatment) {
        return new TreeTensor(entry.name(), entry.dtype().name(), entry.shape(), entry.byteSize(), treatment);
    }

    /** Whether nothing but the name tells it from another. */
    boolean isLike(TreeTensor other) {
        return dtype.equals(other.dtype) && shape.equals(other.shape) && treatment.isLike(other.treatment);
    }
}
