package dev.fundir;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/** What is written is what is read, whatever it is. */
class RoundTripProperties {
    private static final Comparator<String> BYTEWISE =
            Comparator.comparing(name -> name.getBytes(StandardCharsets.UTF_8), Arrays::compareUnsigned);

    record Declared(String name, DType dtype, long[] shape, byte[] data) {}

    @Property(tries = 300)
    void tensorsAndMetadataSurvive(
            @ForAll("tensors") List<Declared> tensors, @ForAll("metadata") Map<String, String> metadata)
            throws IOException {
        Path file = Files.createTempFile("fundir", ".safetensors");
        try {
            CheckpointWriter writer = CheckpointWriter.to(file).metadata(metadata);
            for (Declared tensor : tensors) {
                writer.tensor(tensor.name(), tensor.dtype(), tensor.shape(), ByteBuffer.wrap(tensor.data()));
            }
            writer.write();
            try (Checkpoint checkpoint = Checkpoint.open(file)) {
                assertEquals(metadata, checkpoint.metadata());
                assertEquals(
                        tensors.stream().map(Declared::name).sorted(BYTEWISE).toList(), checkpoint.names());
                assertEquals(
                        inFileOrder(tensors),
                        checkpoint.tensorsInFileOrder().stream()
                                .map(Tensor::name)
                                .toList());
                for (Declared tensor : tensors) {
                    Tensor read = checkpoint.tensor(tensor.name());
                    assertEquals(tensor.dtype(), read.dtype());
                    assertArrayEquals(tensor.shape(), read.shape());
                    assertArrayEquals(tensor.data(), TestFile.bytes(read.buffer()));
                }
            }
        } finally {
            Files.delete(file);
        }
    }

    /**
     * By dtype, the last first, then by name; the reader puts tensors without bytes by their offsets, which others may
     * share.
     */
    private static List<String> inFileOrder(List<Declared> tensors) {
        return tensors.stream()
                .sorted(Comparator.comparing(Declared::dtype).reversed().thenComparing(Declared::name, BYTEWISE))
                .map(Declared::name)
                .toList();
    }

    @Provide
    Arbitrary<List<Declared>> tensors() {
        Arbitrary<long[]> shapes =
                Arbitraries.longs().between(0, 5).array(long[].class).ofMaxSize(4);
        return Combinators.combine(names(), Arbitraries.of(DType.class), shapes)
                .as(RoundTripProperties::declared)
                .list()
                .ofMaxSize(20)
                .uniqueElements(Declared::name);
    }

    private static Declared declared(String name, DType dtype, long[] shape) {
        // A last extent of 8 makes elements of any width fill whole bytes.
        long[] whole = Arrays.copyOf(shape, shape.length + 1);
        whole[shape.length] = 8;
        long elements = Arrays.stream(whole).reduce(1, (a, b) -> a * b);
        return new Declared(name, dtype, whole, TestFile.data((int) dtype.byteSize(elements)));
    }

    @Provide
    Arbitrary<Map<String, String>> metadata() {
        return Arbitraries.maps(names(), names()).ofMaxSize(5);
    }

    private Arbitrary<String> names() {
        Arbitrary<String> any = Arbitraries.strings().ofMaxLength(12).filter(RoundTripProperties::hasUtf8);
        Arbitrary<String> sharp =
                Arbitraries.of("", "\0", "\"", "\\", "\u007F", "\uFF5E", "\uD83D\uDE00", "\uFFFF", "a.b", "\n");
        return Arbitraries.frequencyOf(Tuple.of(4, any), Tuple.of(1, sharp))
                .filter(name -> !name.equals("__metadata__"));
    }

    private static boolean hasUtf8(String text) {
        return StandardCharsets.UTF_8.newEncoder().canEncode(text);
    }
}
