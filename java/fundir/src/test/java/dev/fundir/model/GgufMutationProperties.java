package dev.fundir.model;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fundir.CheckpointFormatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/** A file of which any bytes were changed is refused with an exception that says so, or is read to the end. */
class GgufMutationProperties {
    private static final byte[] WHOLE = GgufFixture.bytes("every-type.gguf");

    /** Where the header of that file ends: changes of data change nothing but elements. */
    private static final int HEADER = 3000;

    record Change(int offset, List<Integer> values) {}

    @Property(tries = 3000)
    void changedFilesAreRefusedOrRead(@ForAll("changes") List<Change> changes, @ForAll("lengths") int length)
            throws IOException {
        byte[] bytes = Arrays.copyOf(WHOLE, length);
        for (Change change : changes) {
            for (int i = 0; i < change.values().size(); i++) {
                bytes[Math.min(change.offset() + i, length - 1)] =
                        change.values().get(i).byteValue();
            }
        }
        Path file = Files.createTempFile("fundir", ".gguf");
        try {
            readAll(Files.write(file, bytes));
        } finally {
            Files.delete(file);
        }
    }

    private static void readAll(Path file) throws IOException {
        Model model;
        try {
            model = new GgufFormat().load(file);
        } catch (CheckpointFormatException e) {
            assertTrue(e.getMessage().startsWith(file.toString()), e::getMessage);
            return;
        }
        // Goes through all elements of all lists.
        assertFalse(model.metadata().custom().toString().isEmpty());
        for (Parameter parameter : model.parameters()) {
            assertTrue(parameter.tensor().byteSize() <= 8L * WHOLE.length);
            GgufFixture.read(parameter.tensor());
        }
    }

    @Provide
    Arbitrary<List<Change>> changes() {
        Arbitrary<Integer> offsets = Arbitraries.integers().between(0, HEADER);
        Arbitrary<Integer> values =
                Arbitraries.oneOf(Arbitraries.integers().between(0, 255), Arbitraries.of(0, 1, 2, 3, 0x7F, 0x80, 0xFF));
        return Combinators.combine(offsets, values.list().ofMinSize(1).ofMaxSize(8))
                .as(Change::new)
                .list()
                .ofMinSize(1)
                .ofMaxSize(3);
    }

    @Provide
    Arbitrary<Integer> lengths() {
        return Arbitraries.frequencyOf(
                Tuple.of(4, Arbitraries.just(WHOLE.length)),
                Tuple.of(1, Arbitraries.integers().between(1, WHOLE.length)));
    }
}
