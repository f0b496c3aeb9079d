package dev.fundir.model;

import dev.fundir.CheckpointFormatException;
import dev.fundir.CheckpointFormatException.Reason;
import dev.fundir.internal.TensorExtents;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Reads and checks what a GGUF file says of its tensors: the second part of its header. */
final class GgufTensorTable implements TensorExtents {
    /** The bytes of a tensor without name and dimensions: their numbers, the type, the offset. */
    static final int SHORTEST = 24;

    /** GGML itself has four; numpy, and so the gguf package, has 64. */
    private static final int MOST_DIMENSIONS = 64;

    private final List<GgufHeader.Entry> tensors;
    /** The tensors that have bytes, in the order of those. */
    private final List<GgufHeader.Entry> placed;

    private final long dataStart;

    private GgufTensorTable(List<GgufHeader.Entry> tensors, long dataStart) {
        this.tensors = tensors;
        this.dataStart = dataStart;
        placed = tensors.stream()
                .filter(each -> each.byteSize() > 0)
                .sorted(Comparator.comparingLong(GgufHeader.Entry::offset))
                .toList();
    }

    /**
     * Reads the table.
     *
     * @param cursor at its start
     * @param count how many tensors there are, held against the file already
     * @param alignment what offsets have to be multiples of
     * @return the table, whose tensors lie in the file, each in its own place
     */
    static GgufTensorTable read(GgufCursor cursor, int count, long alignment) throws IOException {
        List<GgufHeader.Entry> tensors = new ArrayList<>(count);
        Set<String> names = new HashSet<>();
        for (int i = 0; i < count; i++) {
            String name = cursor.nextName("the name of tensor " + i);
            if (!names.add(name)) {
                throw new CheckpointFormatException(
                        Reason.GGUF_NOT_VALID, cursor.file(), name, "there are two tensors of this name");
            }
            tensors.add(new Reading(cursor, name).entry(alignment));
        }
        // What follows the header begins at a multiple of the alignment; a file without tensors need not go on to
        // there.
        long dataStart = cursor.position() + alignment - 1 & -alignment;
        List<GgufHeader.Entry> inFile = new ArrayList<>(count);
        for (GgufHeader.Entry tensor : tensors) {
            inFile.add(new Reading(cursor, tensor.name()).inFile(tensor, dataStart));
        }
        GgufTensorTable table = new GgufTensorTable(List.copyOf(inFile), Math.min(dataStart, cursor.fileSize()));
        table.requireDisjoint(cursor);
        return table;
    }

    private void requireDisjoint(GgufCursor cursor) throws CheckpointFormatException {
        for (int i = 1; i < placed.size(); i++) {
            GgufHeader.Entry before = placed.get(i - 1);
            GgufHeader.Entry tensor = placed.get(i);
            if (tensor.offset() < before.end()) {
                throw new CheckpointFormatException(
                        Reason.INVALID_OFFSET,
                        cursor.file(),
                        tensor.name(),
                        "begins at byte " + tensor.offset() + ", inside of " + before.name() + ", which ends at byte "
                                + before.end());
            }
        }
    }

    /** The tensors in the order of the header. */
    List<GgufHeader.Entry> tensors() {
        return tensors;
    }

    @Override
    public long dataStart() {
        return dataStart;
    }

    @Override
    public int tensorCount() {
        return placed.size();
    }

    @Override
    public long begin(int record) {
        return placed.get(record).offset();
    }

    @Override
    public long end(int record) {
        return placed.get(record).end();
    }

    /** The reading of one tensor, whose errors name it. */
    private record Reading(GgufCursor cursor, String name) {
        /** The tensor with an offset that is still relative to the start of the data. */
        GgufHeader.Entry entry(long alignment) throws IOException {
            long[] shape = shape();
            GgufType type = type(cursor.nextInt("the type of tensor " + name));
            long offset = cursor.nextLong("the offset of tensor " + name);
            long byteSize = byteSize(type, shape);
            if (offset < 0 || offset % alignment != 0) {
                throw broken(
                        Reason.INVALID_OFFSET,
                        "has the offset " + Long.toUnsignedString(offset) + ", not a multiple of the alignment, "
                                + alignment);
            }
            return new GgufHeader.Entry(name, type, shape, offset, byteSize);
        }

        private long[] shape() throws IOException {
            int rank = cursor.nextInt("the rank of tensor " + name);
            if (rank < 0 || rank > MOST_DIMENSIONS) {
                throw broken(
                        Reason.GGUF_NOT_VALID,
                        "has " + Integer.toUnsignedString(rank) + " dimensions, more than " + MOST_DIMENSIONS);
            }
            long[] shape = new long[rank];
            for (int axis = rank - 1; axis >= 0; axis--) {
                shape[axis] = cursor.nextLong("the shape of tensor " + name);
                if (shape[axis] < 0) {
                    throw broken(Reason.SIZE_OVERFLOW, "has a dimension of " + Long.toUnsignedString(shape[axis]));
                }
            }
            return shape;
        }

        private GgufType type(int number) throws CheckpointFormatException {
            return GgufType.ofNumber(number)
                    .orElseThrow(() -> broken(
                            Reason.GGUF_NOT_SUPPORTED,
                            "has elements of type " + Integer.toUnsignedString(number) + otherName(number)
                                    + ", which is not read"));
        }

        private long byteSize(GgufType type, long[] shape) throws CheckpointFormatException {
            long row = shape.length == 0 ? 1 : shape[shape.length - 1];
            if (row % type.blockElements() != 0) {
                throw broken(
                        Reason.SIZE_MISMATCH,
                        "has rows of " + row + " elements, which are not whole blocks of " + type + ", "
                                + type.blockElements() + " each");
            }
            try {
                long elements = 1;
                for (long extent : shape) {
                    elements = Math.multiplyExact(elements, extent);
                }
                Math.multiplyExact(elements, type.dtype().bits());
                return type.byteSize(elements);
            } catch (ArithmeticException e) {
                throw broken(Reason.SIZE_OVERFLOW, "has a shape whose size overflows");
            }
        }

        /** The tensor with its offset in the file. */
        GgufHeader.Entry inFile(GgufHeader.Entry tensor, long dataStart) throws CheckpointFormatException {
            long begin = dataStart + tensor.offset();
            if (tensor.byteSize() > 0 && (begin < 0 || tensor.byteSize() > cursor.fileSize() - begin)) {
                throw broken(
                        Reason.INCOMPLETE,
                        "takes " + tensor.byteSize() + " bytes from byte " + Long.toUnsignedString(begin)
                                + " on, but the file has only " + cursor.fileSize()
                                + "; it was probably cut short: download it again");
            }
            return new GgufHeader.Entry(tensor.name(), tensor.type(), tensor.shape(), begin, tensor.byteSize());
        }

        private CheckpointFormatException broken(Reason reason, String sentence) {
            return new CheckpointFormatException(reason, cursor.file(), name, sentence);
        }

        /** The names of GGML's other types. */
        private static String otherName(int number) {
            String name =
                    switch (number) {
                        case 9 -> "Q8_1";
                        case 15 -> "Q8_K";
                        case 16 -> "IQ2_XXS";
                        case 17 -> "IQ2_XS";
                        case 18 -> "IQ3_XXS";
                        case 19 -> "IQ1_S";
                        case 20 -> "IQ4_NL";
                        case 21 -> "IQ3_S";
                        case 22 -> "IQ2_S";
                        case 23 -> "IQ4_XS";
                        case 29 -> "IQ1_M";
                        case 34 -> "TQ1_0";
                        case 35 -> "TQ2_0";
                        case 39 -> "MXFP4";
                        case 40 -> "NVFP4";
                        case 41 -> "Q1_0";
                        default -> "";
                    };
            return name.isEmpty() ? "" : " (" + name + ")";
        }
    }
}
