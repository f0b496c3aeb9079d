package dev.fundir.analysis;

import dev.fundir.DType;
import dev.fundir.TensorView;

/**
 * As what the core looks at the elements of a view.
 *
 * @param dtype the dtype of its numbers
 * @param perElement numbers of an element: two of a complex one
 */
record ElementType(DType dtype, int perElement) {
    static ElementType of(TensorView view) {
        return view.dtype() == DType.C64 ? new ElementType(DType.F32, 2) : new ElementType(view.dtype(), 1);
    }

    /** How many numbers a view has. */
    static long count(TensorView view) {
        return view.elementCount() * of(view).perElement();
    }
}
