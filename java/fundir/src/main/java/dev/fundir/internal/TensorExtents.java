package dev.fundir.internal;

/** Where the tensors of a file lie, in the order of their bytes. Offsets are bytes from the start of the file. */
public interface TensorExtents {
    /**
     * Where tensor data begins.
     *
     * @return no tensor begins before
     */
    long dataStart();

    /**
     * How many tensors there are.
     *
     * @return the count
     */
    int tensorCount();

    /**
     * Where a tensor begins.
     *
     * @param record its number in this order
     * @return not less than where the one before ends
     */
    long begin(int record);

    /**
     * Where a tensor ends.
     *
     * @param record its number in this order
     * @return the offset of the byte after its last
     */
    long end(int record);
}
