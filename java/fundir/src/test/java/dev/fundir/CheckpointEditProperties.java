package dev.fundir;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.fundir.CheckpointEdit.Result;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Chains of random edits, held against maps that are edited likewise. */
class CheckpointEditProperties {
    @TempDir
    Path folder;

    private final Random random = new Random(20);

    @Test
    void anyEditGivesTheFileThatMapsSay() throws IOException {
        for (int file = 0; file < 25; file++) {
            editAgainAndAgain(folder.resolve(file + ".safetensors"), 1 + random.nextInt(120));
        }
    }

    private void editAgainAndAgain(Path file, int tensorCount) throws IOException {
        Map<String, Byte> tensors = new TreeMap<>();
        Map<String, String> metadata = new TreeMap<>();
        CheckpointWriter writer = CheckpointWriter.to(file);
        for (int i = 0; i < tensorCount; i++) {
            String name = text();
            if (tensors.putIfAbsent(name, (byte) i) == null) {
                writer.tensor(name, DType.U8, new long[] {1}, ByteBuffer.wrap(new byte[] {(byte) i}));
            }
        }
        for (int i = random.nextInt(4); i > 0; i--) {
            metadata.put(text(), text());
        }
        writer.metadata(metadata).write();
        for (int i = 0; i < 20; i++) {
            byte[] before = Files.readAllBytes(file);
            Result result = randomEdit(file, tensors, metadata).apply();
            check(file, tensors, metadata);
            byte[] after = Files.readAllBytes(file);
            if (result.inPlace()) {
                assertEquals(before.length, after.length);
                assertEquals(result.bytesWritten(), changedInOnePage(before, after));
            } else {
                assertEquals(result.bytesWritten(), after.length);
            }
        }
    }

    /** The count of bytes from the first to the last that differs, which are in one page. */
    private static int changedInOnePage(byte[] before, byte[] after) {
        int first = Arrays.mismatch(before, after);
        if (first < 0) {
            return 0;
        }
        int last = before.length - 1;
        while (before[last] == after[last]) {
            last--;
        }
        assertEquals(first / 4096, last / 4096);
        return last - first + 1;
    }

    private CheckpointEdit randomEdit(Path file, Map<String, Byte> tensors, Map<String, String> metadata) {
        CheckpointEdit edit = CheckpointEdit.of(file);
        for (String key : List.copyOf(metadata.keySet())) {
            switch (random.nextInt(6)) {
                case 0 -> {
                    edit.unset(key);
                    metadata.remove(key);
                }
                case 1 -> set(edit, key, metadata);
                default -> {}
            }
        }
        for (int i = random.nextInt(3); i > 0; i--) {
            String key = text();
            if (!metadata.containsKey(key)) {
                set(edit, key + "+", metadata);
            }
        }
        rename(edit, tensors);
        return edit;
    }

    private void set(CheckpointEdit edit, String key, Map<String, String> metadata) {
        String value = text();
        edit.set(key, value);
        metadata.put(key, value);
    }

    /** Some tensors change their names in a circle, one gets a new one. */
    private void rename(CheckpointEdit edit, Map<String, Byte> tensors) {
        List<String> names = new ArrayList<>(tensors.keySet());
        Collections.shuffle(names, random);
        List<String> circle = names.subList(0, Math.min(names.size(), random.nextInt(5)));
        List<Byte> values = circle.stream().map(tensors::get).toList();
        for (int i = 0; i < circle.size(); i++) {
            String next = circle.get((i + 1) % circle.size());
            edit.rename(circle.get(i), next);
            tensors.put(next, values.get(i));
        }
        String name = text();
        if (names.size() > circle.size() && !tensors.containsKey(name)) {
            String last = names.get(names.size() - 1);
            edit.rename(last, name);
            tensors.put(name, tensors.remove(last));
        }
    }

    private void check(Path file, Map<String, Byte> tensors, Map<String, String> metadata) throws IOException {
        try (Checkpoint checkpoint = Checkpoint.open(file)) {
            assertEquals(metadata, checkpoint.metadata());
            assertEquals(tensors.size(), checkpoint.tensorCount());
            tensors.forEach((name, value) -> assertArrayEquals(
                    new byte[] {value}, TestFile.bytes(checkpoint.tensor(name).buffer())));
        }
    }

    private String text() {
        List<String> pieces = List.of("a", "layer", "\"", "\\", "\n", "é", "\uD83D\uDE00", "}", "{", ":", ",", " ");
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(random.nextInt(8) == 0 ? 60 : 5); i >= 0; i--) {
            text.append(pieces.get(random.nextInt(pieces.size())));
        }
        return text.append(random.nextInt(1000)).toString();
    }
}
