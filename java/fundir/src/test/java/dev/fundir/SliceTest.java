package dev.fundir;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Parts of tensors. */
class SliceTest {
    @TempDir
    Path folder;

    private Tensor tensor(DType dtype, long... shape) throws IOException {
        Path file = folder.resolve("m.safetensors");
        long elements = 1;
        for (long extent : shape) {
            elements *= extent;
        }
        CheckpointWriter.to(file)
                .tensor("w", dtype, shape, ByteBuffer.wrap(TestFile.data((int) dtype.byteSize(elements))))
                .write();
        return Checkpoint.open(file).tensor("w");
    }

    @Test
    void contiguousSlicesAreNotCopied() throws IOException {
        Tensor tensor = tensor(DType.U8, 4, 5, 6);
        TensorSlice rows = tensor.slice(Slice.range(1, 3));
        assertTrue(rows.isContiguous());
        assertArrayEquals(new long[] {2, 5, 6}, rows.shape());
        assertTrue(rows.buffer().isReadOnly());
        assertEquals(tensor.buffer().slice(30, 60), rows.buffer());
        TensorSlice row = tensor.slice(Slice.at(2), Slice.at(3), Slice.range(1, 4));
        assertTrue(row.isContiguous());
        assertArrayEquals(new long[] {3}, row.shape());
        assertEquals(tensor.buffer().slice(2 * 30 + 3 * 6 + 1, 3), row.buffer());
        TensorSlice scalar = tensor.slice(Slice.at(3), Slice.at(4), Slice.at(5));
        assertArrayEquals(new long[0], scalar.shape());
        assertEquals(tensor.buffer().get(119), scalar.buffer().get(0));
        assertTrue(tensor.slice().isContiguous());
        assertFalse(tensor.slice(Slice.all(), Slice.at(1)).isContiguous());
        assertFalse(tensor.slice(Slice.range(0, 4, 2)).isContiguous());
    }

    @Test
    void emptyRangesAndEmptyTensorsHaveNoElements() throws IOException {
        Tensor tensor = tensor(DType.F32, 4, 5);
        assertEquals(0, tensor.slice(Slice.range(2, 2, 2)).elementCount());
        assertEquals(0, tensor.slice(Slice.all(), Slice.from(5)).buffer().remaining());
        assertArrayEquals(
                new long[] {4, 0}, tensor.slice(Slice.all(), Slice.range(1, 1)).shape());
        assertEquals(
                0,
                TensorView.of(new float[0], 0, 3)
                        .slice(Slice.all(), Slice.at(2))
                        .toFloats()
                        .length);
    }

    @Test
    void whatIsOutsideIsRefused() throws IOException {
        Tensor tensor = tensor(DType.U8, 4, 5);
        assertThrows(IndexOutOfBoundsException.class, () -> Slice.range(3, 2));
        assertThrows(IndexOutOfBoundsException.class, () -> Slice.at(-1));
        assertThrows(IllegalArgumentException.class, () -> Slice.range(0, 2, 0));
        String message = assertThrows(
                        IndexOutOfBoundsException.class, () -> tensor.slice(Slice.all(), Slice.range(2, 6)))
                .getMessage();
        assertEquals("the slice 2:6 is outside dimension 1, which has 5 indices", message);
        assertThrows(IndexOutOfBoundsException.class, () -> tensor.slice(Slice.at(4)));
        assertThrows(IndexOutOfBoundsException.class, () -> tensor.slice(Slice.all(), Slice.all(), Slice.all()));
    }

    @Test
    void packedElementsAreSlicedAtWholeBytes() throws IOException {
        Tensor tensor = tensor(DType.F4, 4, 6);
        TensorSlice columns = tensor.slice(Slice.all(), Slice.range(2, 6));
        assertEquals(8, columns.buffer().remaining());
        assertEquals(tensor.buffer().get(3 + 1), columns.buffer().get(2));
        assertThrows(IllegalArgumentException.class, () -> tensor.slice(Slice.all(), Slice.range(1, 5)));
        assertThrows(IllegalArgumentException.class, () -> tensor.slice(Slice.all(), Slice.range(0, 3)));
        assertThrows(IllegalArgumentException.class, () -> tensor.slice(Slice.all(), Slice.range(0, 6, 2)));
        assertEquals(6, tensor.slice(Slice.range(0, 4, 2)).buffer().remaining());
    }

    @Test
    void slicesConvertAndAreWrittenLikeTensors() throws IOException {
        float[] values = new float[12];
        for (int i = 0; i < values.length; i++) {
            values[i] = i;
        }
        TensorView view = TensorView.of(values, 3, 4);
        TensorSlice corner = view.slice(Slice.range(1, 3), Slice.range(0, 4, 3));
        assertArrayEquals(new float[] {4, 7, 8, 11}, corner.toFloats());
        assertArrayEquals(new int[] {4, 7, 8, 11}, corner.as(DType.I32).toInts());
        assertArrayEquals(
                new float[] {7, 11}, corner.slice(Slice.all(), Slice.at(1)).toFloats());
    }

    /** A tensor with slices that fit it. */
    record Case(int bytes, long[] shape, List<Slice> slices, List<Slice> again) {}

    @Provide
    Arbitrary<Case> cases() {
        Arbitrary<Integer> extent = Arbitraries.of(1, 2, 3, 5, 17, 40);
        return Combinators.combine(
                        Arbitraries.of(1, 2, 4, 8), extent.list().ofMinSize(1).ofMaxSize(4))
                .flatAs((bytes, extents) -> slices(extents).flatMap(first -> slices(left(extents, first))
                        .map(second -> new Case(
                                bytes,
                                extents.stream().mapToLong(Integer::longValue).toArray(),
                                first,
                                second))));
    }

    private static List<Integer> left(List<Integer> extents, List<Slice> slices) {
        List<Integer> left = new ArrayList<>();
        for (int axis = 0; axis < extents.size(); axis++) {
            Slice slice = slices.get(axis).within(axis, extents.get(axis));
            if (!slice.drops()) {
                left.add((int) slice.count());
            }
        }
        return left;
    }

    private static Arbitrary<List<Slice>> slices(List<Integer> extents) {
        Arbitrary<List<Slice>> all = Arbitraries.just(List.of());
        for (int extent : extents) {
            all = Combinators.combine(all, slice(extent)).as((list, next) -> {
                List<Slice> longer = new ArrayList<>(list);
                longer.add(next);
                return longer;
            });
        }
        return all;
    }

    private static Arbitrary<Slice> slice(int extent) {
        Arbitrary<Slice> range = Arbitraries.integers().between(0, extent).flatMap(from -> Combinators.combine(
                        Arbitraries.integers().between(from, extent),
                        Arbitraries.integers().between(1, 4))
                .as((to, step) -> Slice.range(from, to, step)));
        if (extent == 0) {
            return range;
        }
        Arbitrary<Slice> at = Arbitraries.integers().between(0, extent - 1).map(Slice::at);
        return Arbitraries.frequencyOf(
                net.jqwik.api.Tuple.of(2, Arbitraries.just(Slice.all())),
                net.jqwik.api.Tuple.of(3, range),
                net.jqwik.api.Tuple.of(1, at));
    }

    @Property(tries = 400)
    void slicesAreWhatLoopsPick(@ForAll("cases") Case each) {
        DType dtype = DType.valueOf("U" + 8 * each.bytes);
        int elements = 1;
        for (long extent : each.shape) {
            elements *= (int) extent;
        }
        ByteBuffer data = ByteBuffer.wrap(TestFile.data(elements * each.bytes));
        TensorView view = TensorView.of(dtype, each.shape, data);
        TensorSlice slice = view.slice(each.slices.toArray(Slice[]::new));
        List<Integer> picked = pick(each.shape, each.slices);
        check(slice, picked, data, each.bytes);

        TensorSlice second = slice.slice(each.again.toArray(Slice[]::new));
        List<Integer> pickedAgain =
                pick(slice.shape(), each.again).stream().map(picked::get).toList();
        check(second, pickedAgain, data, each.bytes);
    }

    private static void check(TensorSlice slice, List<Integer> picked, ByteBuffer data, int bytes) {
        ByteBuffer expected = ByteBuffer.allocate(picked.size() * bytes);
        picked.forEach(element -> expected.put(data.slice(element * bytes, bytes)));
        expected.flip();
        assertEquals(expected, slice.buffer(), slice.toString());
        int from = Math.min(3, expected.limit());
        assertEquals(
                expected.slice(from, expected.limit() - from),
                slice.buffer(from, expected.limit() - from),
                slice + " from byte 3");
    }

    /** Numbers of the picked elements, by definition. */
    private static List<Integer> pick(long[] shape, List<Slice> slices) {
        List<Integer> picked = List.of(0);
        for (int axis = 0; axis < shape.length; axis++) {
            Slice slice = slices.get(axis).within(axis, shape[axis]);
            List<Integer> longer = new ArrayList<>();
            for (int outer : picked) {
                for (long i = slice.from(); i < slice.to(); i += slice.step()) {
                    longer.add((int) (outer * shape[axis] + i));
                }
            }
            picked = longer;
        }
        return picked;
    }

    @Test
    void picturesOfTheSameFileAgree() throws IOException {
        // Rows far apart, near, and larger than a block, each from a mapped file.
        Tensor tensor = tensor(DType.U16, 300, 70, 5);
        ByteBuffer all = tensor.buffer();
        for (Slice last : List.of(Slice.at(4), Slice.range(0, 5, 2), Slice.range(1, 3))) {
            for (Slice middle : List.of(Slice.all(), Slice.range(1, 70, 3), Slice.at(69))) {
                TensorSlice slice = tensor.slice(Slice.range(7, 290), middle, last);
                List<Integer> picked = pick(tensor.shape(), List.of(Slice.range(7, 290), middle, last));
                ByteBuffer bytes = slice.buffer();
                assertEquals(2 * picked.size(), bytes.remaining());
                for (int i = 0; i < picked.size(); i++) {
                    assertEquals(all.getShort(2 * picked.get(i)), bytes.getShort(2 * i));
                }
            }
        }
        assertTrue(Files.size(folder.resolve("m.safetensors")) > 100_000);
    }
}
