package dev.fundir.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

/**
 * The archive that is handed out, unpacked into a folder with spaces and other letters than ASCII's, and used from
 * another folder. Run by root, everything but unpacking happens as the user nobody; else as whoever runs the tests.
 */
@DisabledOnOs(OS.WINDOWS)
class DistributionIT {
    private static final String ARCHIVE = System.getProperty("fundir.distribution");
    private static final boolean ROOT = "root".equals(System.getProperty("user.name"));
    private static final long MOST_SECONDS = 120;

    private Path folder;
    private Path installation;

    /** A home that cannot be written to. */
    private Path home;

    private Path work;
    private Path temporary;

    @BeforeEach
    void unpack() throws Exception {
        folder = Files.createTempDirectory(Path.of("/tmp"), "fundir-distribution");
        chmod(folder, "rwxr-xr-x");
        Path place = Files.createDirectories(folder.resolve("Müller & Söhne"));
        assertEquals(
                0,
                new ProcessBuilder("tar", "-xzf", ARCHIVE, "-C", place.toString())
                        .inheritIO()
                        .start()
                        .waitFor());
        try (Stream<Path> unpacked = Files.list(place)) {
            installation = unpacked.findFirst().orElseThrow();
        }
        home = Files.createDirectory(folder.resolve("home"));
        work = Files.createDirectory(folder.resolve("work"));
        temporary = Files.createDirectory(folder.resolve("temporary"));
        DemoModel.write(work.resolve("base.safetensors"), 0);
        DemoModel.write(work.resolve("code.safetensors"), 1);
        chmod(home, "r-xr-xr-x");
        chmod(work, "rwxrwxrwx");
        chmod(temporary, "rwxrwxrwx");
        chmod(installation, "r-xr-xr-x");
    }

    @AfterEach
    void delete() throws IOException, InterruptedException {
        // What makes the class data may still be writing.
        awaitNoLock(installation.resolve("cache"));
        awaitNoLock(temporary.resolve("fundir-" + (ROOT ? "65534" : uid())));
        chmod(installation, "rwxr-xr-x");
        chmod(home, "rwxr-xr-x");
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    @Test
    void runsWhereNothingCanBeWrittenButTheOutput() throws Exception {
        FundirProcess.Outcome inspected = launch("inspect", "base.safetensors");
        assertEquals(0, inspected.exitCode(), inspected.err());
        assertEquals("", inspected.err());
        assertTrue(inspected.out().contains("base.safetensors"), inspected.out());
        FundirProcess.Outcome merged = launch(
                "-q",
                "merge",
                "code.safetensors",
                "base.safetensors",
                "--base",
                "base.safetensors",
                "--method",
                "ties",
                "-o",
                "größer.safetensors");
        assertEquals(0, merged.exitCode(), merged.err());
        FundirProcess.Outcome verified = launch("verify", "größer.safetensors");
        assertEquals(0, verified.exitCode(), verified.err());
        try (Stream<Path> homeFiles = Files.list(home)) {
            assertEquals(List.of(), homeFiles.toList());
        }
    }

    @Test
    void classDataIsMadeOnceAndUsed() throws Exception {
        // The JVM takes no class data for jars in a folder with spaces, or with other letters than ASCII's.
        chmod(installation, "rwxr-xr-x");
        installation = Files.move(installation, folder.resolve("fundir"));
        chmod(installation, "r-xr-xr-x");
        Path cache = Files.createDirectory(temporary.resolve("xdg"));
        chmod(cache, "rwxrwxrwx");
        assertEquals(0, launchWith(cache, "", "--version").exitCode());
        Path archive = awaitArchive(cache.resolve("fundir"));
        assertTrue(Files.size(archive) > 1_000_000, "class data could not be made: " + archive);
        assertEquals(
                "rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(cache.resolve("fundir"))));
        // With -Xshare:on the JVM ends where it cannot use the archive.
        FundirProcess.Outcome outcome = launchWith(cache, "-Xshare:on", "inspect", "base.safetensors");
        assertEquals(0, outcome.exitCode(), outcome.out() + outcome.err());
        String loaded = launchWith(cache, "-Xlog:class+load:stdout", "inspect", "base.safetensors")
                .out();
        String source = loaded.lines()
                .filter(line -> line.contains("dev.fundir.cli.InspectCommand source:"))
                .findFirst()
                .orElse(loaded);
        assertTrue(source.contains("shared objects file"), source);
    }

    @Test
    void folderThatOthersMayWriteToIsNotTrusted() throws Exception {
        Path cache = Files.createDirectory(temporary.resolve("xdg"));
        Path open = Files.createDirectory(cache.resolve("fundir"));
        chmod(cache, "rwxrwxrwx");
        chmod(open, "rwxrwxrwx");
        FundirProcess.Outcome outcome = launchWith(cache, "", "--version");
        assertEquals(0, outcome.exitCode(), outcome.err());
        Path archive = awaitArchive(temporary.resolve("fundir-" + (ROOT ? "65534" : uid())));
        assertFalse(archive.startsWith(cache));
        try (Stream<Path> files = Files.list(open)) {
            assertEquals(List.of(), files.toList());
        }
    }

    private FundirProcess.Outcome launch(String... arguments) throws IOException, InterruptedException {
        return launchWith(home.resolve(".cache"), "", arguments);
    }

    private FundirProcess.Outcome launchWith(Path cache, String javaOptions, String... arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        if (ROOT) {
            command.addAll(List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"));
        }
        command.add(installation.resolve("bin/fundir").toString());
        command.addAll(List.of(arguments));
        Path out = folder.resolve("out");
        Path err = folder.resolve("err");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(work.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().put("HOME", home.toString());
        builder.environment().put("XDG_CACHE_HOME", cache.toString());
        builder.environment().put("TMPDIR", temporary.toString());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("FUNDIR_JAVA_OPTS", javaOptions);
        builder.environment().put("LC_ALL", "C.UTF-8");
        Process process = builder.start();
        if (!process.waitFor(MOST_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
            throw new AssertionError("the command did not end: " + Files.readString(err));
        }
        return new FundirProcess.Outcome(
                process.exitValue(),
                Files.readString(out, StandardCharsets.UTF_8),
                Files.readString(err, StandardCharsets.UTF_8));
    }

    /** The class data that is made beside a command, when it is there. */
    private static Path awaitArchive(Path folder) throws IOException, InterruptedException {
        for (long tries = 0; tries < MOST_SECONDS * 10; tries++) {
            if (Files.isDirectory(folder)) {
                try (Stream<Path> files = Files.list(folder)) {
                    var archive = files.filter(file -> file.toString().endsWith(".jsa"))
                            .findFirst();
                    if (archive.isPresent()) {
                        return archive.get();
                    }
                }
            }
            Thread.sleep(100);
        }
        throw new AssertionError("no class data appeared in " + folder);
    }

    private static void awaitNoLock(Path folder) throws IOException, InterruptedException {
        for (long tries = 0; tries < MOST_SECONDS * 10 && isLocked(folder); tries++) {
            Thread.sleep(100);
        }
    }

    private static boolean isLocked(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return false;
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.anyMatch(file -> file.toString().endsWith(".lock"));
        }
    }

    private static String uid() throws IOException {
        return Files.getAttribute(Path.of(System.getProperty("user.home")), "unix:uid")
                .toString();
    }

    private static void chmod(Path path, String permissions) throws IOException {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
    }
}
