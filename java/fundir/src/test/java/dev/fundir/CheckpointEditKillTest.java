package dev.fundir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Processes that edit a file without pause are killed, 100 times in each of the two ways of editing: the file is always
 * the old or the new one.
 */
@Tag("process")
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "there is no SIGKILL, and other rules for open files")
class CheckpointEditKillTest {
    private static final int KILLS = 100;
    private static final int TENSORS = 300;
    private static final String LAST = "tensor.299";

    @TempDir
    Path folder;

    /** The two ways of editing: bytes of one page, and bytes of several, for which the file is written again. */
    enum Way {
        IN_PLACE {
            @Override
            CheckpointEdit edit(Path file, boolean isNew) {
                return CheckpointEdit.of(file).set("k", isNew ? "old" : "new");
            }
        },
        BY_COPY {
            @Override
            CheckpointEdit edit(Path file, boolean isNew) {
                CheckpointEdit edit = CheckpointEdit.of(file).set("k", isNew ? "old" : "new");
                return isNew ? edit.rename("renamed.99", LAST) : edit.rename(LAST, "renamed.99");
            }
        };

        /** The edit that makes the new file of the old one, or back. */
        abstract CheckpointEdit edit(Path file, boolean isNew);
    }

    @Test
    void theFileIsAlwaysTheOldOrTheNewOne() throws Exception {
        ExecutorService both = Executors.newFixedThreadPool(2);
        try {
            Future<Integer> inPlace = both.submit(() -> killAgainAndAgain(Way.IN_PLACE));
            Future<Integer> byCopy = both.submit(() -> killAgainAndAgain(Way.BY_COPY));
            assertEquals(0, inPlace.get());
            assertTrue(byCopy.get() > 0, "no process was killed while it wrote a new file");
        } catch (ExecutionException e) {
            throw new AssertionError(e.getCause());
        } finally {
            both.shutdownNow();
        }
    }

    /** Returns how many processes have left the beginning of a new file. */
    private int killAgainAndAgain(Way way) throws IOException, InterruptedException {
        Path file = Files.createDirectory(folder.resolve(way.name())).resolve("m.safetensors");
        write(file);
        byte[] before = Files.readAllBytes(file);
        assertEquals(way == Way.IN_PLACE, way.edit(file, false).apply().inPlace());
        byte[] after = Files.readAllBytes(file);
        assertFalse(Arrays.equals(before, after));
        Random random = new Random(way.name().hashCode());
        int unfinished = 0;
        for (int kill = 0; kill < KILLS; kill++) {
            killAProcess(way, file, random);
            byte[] now = Files.readAllBytes(file);
            assertTrue(Arrays.equals(now, before) || Arrays.equals(now, after), way + " after " + kill + " kills");
            try (Checkpoint checkpoint = Checkpoint.open(file)) {
                assertEquals(TENSORS, checkpoint.tensorCount());
            }
            unfinished += countAndDeleteUnfinished(file, kill % 10 == 9);
        }
        return unfinished;
    }

    private static void write(Path file) throws IOException {
        CheckpointWriter writer = CheckpointWriter.to(file).metadata("k", "old");
        for (int i = 0; i < TENSORS; i++) {
            byte[] bytes = TestFile.data(10_000 + i);
            writer.tensor("tensor." + i, DType.U8, new long[] {bytes.length}, ByteBuffer.wrap(bytes));
        }
        writer.write();
    }

    private static void killAProcess(Way way, Path file, Random random) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Xmx64m",
                        "-Dorg.bytedeco.javacpp.cachedir=" + System.getProperty("org.bytedeco.javacpp.cachedir", ""),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Editing.class.getName(),
                        way.name(),
                        file.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        int micros = Integer.parseInt(process.inputReader().readLine());
        TimeUnit.MICROSECONDS.sleep(random.nextInt(3 * micros));
        process.destroyForcibly();
        assertTrue(process.waitFor(30, TimeUnit.SECONDS));
        assertEquals(128 + 9, process.exitValue());
    }

    /** Nothing but new files that were not finished is left behind; the next process does not care about them. */
    private static int countAndDeleteUnfinished(Path file, boolean delete) throws IOException {
        List<Path> others;
        try (Stream<Path> entries = Files.list(file.getParent())) {
            others = entries.filter(entry -> !entry.equals(file)).toList();
        }
        for (Path other : others) {
            String name = other.getFileName().toString();
            assertTrue(name.startsWith(".fundir-") && name.endsWith(".tmp"), name);
            if (delete) {
                Files.delete(other);
            }
        }
        return delete ? others.size() : 0;
    }

    /** Edits a file back and forth until it is killed; says first how many microseconds an edit takes. */
    static final class Editing {
        public static void main(String[] arguments) throws IOException {
            Way way = Way.valueOf(arguments[0]);
            Path file = Path.of(arguments[1]);
            boolean isNew;
            try (Checkpoint checkpoint = Checkpoint.open(file)) {
                isNew = checkpoint.metadata().get("k").equals("new");
            }
            for (int edits = 0; ; edits++) {
                long begin = System.nanoTime();
                way.edit(file, isNew).apply();
                isNew = !isNew;
                if (edits == 1) {
                    System.out.println((System.nanoTime() - begin) / 1000 + 1);
                    System.out.flush();
                }
            }
        }
    }
}
