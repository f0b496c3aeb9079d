package dev.fundir.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StagedFileTest {
    @TempDir
    Path folder;

    private List<Path> entries() throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.sorted().toList();
        }
    }

    private static void commit(Path target, String text) throws IOException {
        try (StagedFile staged = StagedFile.create(target)) {
            staged.channel().write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
            staged.commit();
        }
    }

    @Test
    void appearsWhenCommitted() throws IOException {
        Path target = folder.resolve("out");
        try (StagedFile staged = StagedFile.create(target)) {
            assertEquals(target, staged.target());
            assertEquals(folder, staged.path().getParent());
            assertFalse(Files.exists(target));
            assertEquals(List.of(staged.path()), entries());
            staged.channel().write(ByteBuffer.wrap(new byte[] {'x'}));
            staged.commit();
            assertEquals(List.of(target), entries());
        }
        assertEquals("x", Files.readString(target));
        assertEquals(List.of(target), entries());
    }

    @Test
    void leavesNothingWhenNotCommitted() throws IOException {
        Path target = Files.writeString(folder.resolve("out"), "before");
        StagedFile staged = StagedFile.create(target);
        staged.channel().write(ByteBuffer.wrap(new byte[] {'x'}));
        staged.close();
        staged.close();
        assertEquals(List.of(target), entries());
        assertEquals("before", Files.readString(target));
    }

    @Test
    void aNewFileHasTheModeThatAnyNewFileHas() throws IOException {
        commit(folder.resolve("new"), "x");
        Path ordinary = Files.writeString(folder.resolve("ordinary"), "x");
        assertEquals(Files.getPosixFilePermissions(ordinary), Files.getPosixFilePermissions(folder.resolve("new")));
    }

    @Test
    void aReplacedFileHandsOnItsMode() throws IOException {
        for (String mode : List.of("rw-------", "rw-rw-rw-", "rwxr-x--x")) {
            Path target = Files.writeString(folder.resolve("out"), "before");
            Files.setPosixFilePermissions(target, PosixFilePermissions.fromString(mode));
            try (StagedFile staged = StagedFile.create(target)) {
                assertEquals(mode, PosixFilePermissions.toString(Files.getPosixFilePermissions(staged.path())));
                staged.commit();
            }
            assertEquals(mode, PosixFilePermissions.toString(Files.getPosixFilePermissions(target)));
        }
    }

    @Test
    void aLinkStaysAndItsTargetIsReplaced() throws IOException {
        Path data = Files.createDirectory(folder.resolve("data"));
        Path real = Files.writeString(data.resolve("real"), "before");
        Path middle = Files.createSymbolicLink(data.resolve("middle"), Path.of("real"));
        Path link = Files.createSymbolicLink(folder.resolve("link"), folder.relativize(middle));
        commit(link, "after");
        assertTrue(Files.isSymbolicLink(link) && Files.isSymbolicLink(middle));
        assertTrue(Files.isRegularFile(real, LinkOption.NOFOLLOW_LINKS));
        assertEquals("after", Files.readString(real));

        Path dangling = Files.createSymbolicLink(folder.resolve("dangling"), Path.of("data/new"));
        commit(dangling, "made");
        assertTrue(Files.isSymbolicLink(dangling));
        assertEquals("made", Files.readString(data.resolve("new")));

        Path circle = Files.createSymbolicLink(folder.resolve("circle"), Path.of("circle"));
        assertThrows(FileSystemException.class, () -> StagedFile.create(circle));
    }

    @Test
    void namesTheTargetWhereNoFileCanBeMade() {
        // Not even the superuser makes files there.
        Path folder = Path.of("/sys");
        Assumptions.assumeTrue(Files.isDirectory(folder.resolve("kernel")));
        Path target = folder.resolve("out.safetensors");
        AccessDeniedException e = assertThrows(AccessDeniedException.class, () -> StagedFile.create(target));
        assertEquals(target.toString(), e.getFile());
    }

    @Test
    void refusesTargetsThatItCannotReplace() throws IOException {
        assertThrows(FileSystemException.class, () -> StagedFile.create(folder));
        assertThrows(NoSuchFileException.class, () -> StagedFile.create(folder.resolve("none/out")));
        Path locked = Files.writeString(folder.resolve("locked"), "x");
        Files.setPosixFilePermissions(locked, PosixFilePermissions.fromString("r--r--r--"));
        Assumptions.assumeFalse(Files.isWritable(locked), "the superuser writes every file");
        assertThrows(AccessDeniedException.class, () -> StagedFile.create(locked));
    }

    @Test
    void aFullDiskIsAnErrorAndLeavesNothing() throws Exception {
        Path disk = Files.createDirectory(folder.resolve("disk"));
        Assumptions.assumeTrue(
                run("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk.toString()) == 0,
                "cannot mount a small disk");
        try {
            Path target = disk.resolve("out");
            commit(target, "before");
            try (StagedFile staged = StagedFile.create(target)) {
                ByteBuffer large = ByteBuffer.allocate(1 << 20);
                assertThrows(IOException.class, () -> {
                    while (large.hasRemaining()) {
                        staged.channel().write(large);
                    }
                });
            }
            assertEquals("before", Files.readString(target));
            try (Stream<Path> entries = Files.list(disk)) {
                assertEquals(List.of(target), entries.toList());
            }
        } finally {
            run("umount", disk.toString());
        }
    }

    private static int run(String... command) throws IOException, InterruptedException {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getInputStream().readAllBytes();
            return process.waitFor();
        } catch (IOException e) {
            return -1; // there is no such command
        }
    }

    @Test
    void aTerminatedProcessStopsItsWorkAndLeavesNothing() throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Unfinished.class.getName(),
                        folder.resolve("out").toString())
                .redirectErrorStream(true)
                .start();
        assertEquals('r', process.getInputStream().read());
        assertEquals(1, entries().size());
        process.toHandle().destroy(); // SIGTERM; Process.destroy would close the stream
        assertTrue(process.waitFor(30, TimeUnit.SECONDS));
        assertEquals(List.of(), entries());
        assertEquals("stopped", new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
    }

    /** Stages a file and never finishes. */
    static final class Unfinished {
        public static void main(String[] args) throws Exception {
            StagedFile staged = StagedFile.create(new File(args[0]).toPath());
            AbandonedFiles.stopFirst(() -> {
                boolean there = Files.exists(staged.path());
                System.out.print(there ? "stopped" : "stopped after its file was deleted");
            });
            System.out.print("r");
            System.out.flush();
            Thread.sleep(60_000);
        }
    }
}
