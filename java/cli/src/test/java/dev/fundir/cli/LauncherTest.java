package dev.fundir.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * The launcher script, in a tree of its own where Java, Maven and the compilers are scripts that tell how they were
 * called.
 */
@DisabledOnOs(OS.WINDOWS)
class LauncherTest {
    private static final Path SCRIPT = Path.of("..", "..", "fundir").toAbsolutePath();

    /** Writes its arguments, and what a JVM makes that is told to list classes or to archive them. */
    private static final String JAVA = """
            for argument in "$@"; do
                case $argument in
                    -XX:DumpLoadedClassList=*) echo "$*" >"${argument#*=}" ;;
                    -XX:SharedArchiveFile=*) case "$*" in *-Xshare:dump*) echo archive >"${argument#*=}" ;; esac ;;
                esac
            done
            echo "java $*"
            """;

    /** What the script and its stand-ins call, linked into the one folder that they may search. */
    private static final List<String> SYSTEM = List.of(
            "bash", "find", "flock", "grep", "mkdir", "mv", "readlink", "rm", "sed", "sh", "sleep", "touch", "uname");

    @TempDir
    Path folder;

    private Path home;
    private Path tools;
    private Path jdk;

    @BeforeEach
    void makeTree() throws IOException {
        home = Files.createDirectories(folder.resolve("söme folder"));
        Files.copy(SCRIPT, home.resolve("fundir"));
        Files.writeString(home.resolve("pom.xml"), "");
        Files.createDirectories(home.resolve("java/cli/src/main"));
        tools = Files.createDirectories(folder.resolve("tools"));
        jdk = Files.createDirectories(folder.resolve("jdk"));
        Files.createDirectories(jdk.resolve("bin"));
        Files.writeString(jdk.resolve("release"), "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"21.0.1\"\n");
        script(jdk.resolve("bin/java"), JAVA);
        script(jdk.resolve("bin/javac"), "");
        for (String tool : SYSTEM) {
            for (Path place : List.of(Path.of("/bin", tool), Path.of("/usr/bin", tool))) {
                if (Files.exists(place) && !Files.exists(tools.resolve(tool))) {
                    Files.createSymbolicLink(tools.resolve(tool), place);
                }
            }
        }
        for (String tool : List.of("cargo", "g++", "clang++")) {
            script(tools.resolve(tool), "");
        }
        script(tools.resolve("mvn"), """
                echo "mvn $*" >>"%1$s/mvn.log"
                sleep 0.2
                mkdir -p "%2$s/java/cli/target/lib"
                touch "%2$s/java/cli/target/built" "%2$s/java/cli/target/lib/fundir-cli.jar"
                """.formatted(folder, home));
    }

    @Test
    void firstStartBuildsAndLaterOnesDoNot() throws Exception {
        FundirProcess.Outcome first = launch(home.resolve("fundir"), "inspect", "a b");
        assertEquals(0, first.exitCode(), first.err());
        assertEquals(1, first.err().lines().count(), first.err());
        assertTrue(first.err().startsWith("fundir: building"), first.err());
        assertTrue(first.out().endsWith("/fundir-cli.jar inspect a b\n"), first.out());
        FundirProcess.Outcome second = launch(home.resolve("fundir"), "inspect", "a b");
        assertEquals("", second.err());
        assertTrue(second.out().contains("-XX:SharedArchiveFile="), second.out());
        assertEquals(1, builds());
    }

    @Test
    void newerSourcesAreBuilt() throws Exception {
        launch(home.resolve("fundir"));
        Path source = Files.writeString(home.resolve("java/cli/src/main/Main.java"), "");
        Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusSeconds(5)));
        launch(home.resolve("fundir"));
        assertEquals(2, builds());
    }

    @Test
    void twoAtOnceBuildOnce() throws Exception {
        List<Process> processes = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            processes.add(builder(home.resolve("fundir")).start());
        }
        for (Process process : processes) {
            assertEquals(0, process.waitFor());
        }
        assertEquals(1, builds());
    }

    @Test
    void linksLeadToTheTree() throws Exception {
        Path bin = Files.createDirectories(folder.resolve("bin"));
        Path relative = Files.createSymbolicLink(bin.resolve("one"), Path.of("../söme folder/fundir"));
        Path absolute = Files.createSymbolicLink(bin.resolve("two"), relative);
        FundirProcess.Outcome outcome = launch(absolute, "demo");
        assertEquals(0, outcome.exitCode(), outcome.err());
        assertTrue(
                outcome.out().contains(home.toRealPath() + "/java/cli/target/lib/fundir-cli.jar demo"), outcome.out());
    }

    @Test
    void optionsOfTheUserComeLast() throws Exception {
        launch(home.resolve("fundir"));
        ProcessBuilder builder = builder(home.resolve("fundir"));
        builder.environment().put("FUNDIR_JAVA_OPTS", "-Xmx3g -Dx=y");
        String out = outcome(builder).out();
        assertTrue(out.contains(" -Xmx3g -Dx=y -jar "), out);
    }

    @Test
    void oldJavaIsRefused() throws Exception {
        Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"11.0.2\"\n");
        assertFails("is Java 11.0.2, but version 17 or newer is needed");
    }

    @Test
    void missingToolsAreNamed() throws Exception {
        Files.delete(tools.resolve("cargo"));
        assertFails("cargo is not on the PATH");
        script(tools.resolve("cargo"), "");
        Files.delete(tools.resolve("mvn"));
        assertFails("mvn is not on the PATH");
        Files.delete(jdk.resolve("bin/javac"));
        assertFails("has no javac");
        Files.delete(jdk.resolve("bin/java"));
        assertFails("there is no bin/java in it");
    }

    @Test
    void failedBuildNamesItsLog() throws Exception {
        script(tools.resolve("mvn"), "echo broken; exit 1");
        FundirProcess.Outcome outcome = launch(home.resolve("fundir"), "demo");
        assertEquals(1, outcome.exitCode());
        assertTrue(outcome.err().contains("the build failed, see " + log()), outcome.err());
        assertEquals("broken\n", Files.readString(log()));
    }

    private void assertFails(String message) throws IOException, InterruptedException {
        FundirProcess.Outcome outcome = launch(home.resolve("fundir"), "demo");
        assertEquals(1, outcome.exitCode(), outcome.out());
        assertEquals("", outcome.out());
        assertEquals(1, outcome.err().lines().count(), outcome.err());
        assertTrue(outcome.err().startsWith("fundir: ") && outcome.err().contains(message), outcome.err());
    }

    private Path log() throws IOException {
        return home.toRealPath().resolve("java/cli/target/build.log");
    }

    private long builds() throws IOException {
        return Files.readAllLines(folder.resolve("mvn.log")).size();
    }

    private FundirProcess.Outcome launch(Path script, String... arguments) throws IOException, InterruptedException {
        return outcome(builder(script, arguments));
    }

    private ProcessBuilder builder(Path script, String... arguments) {
        List<String> command = new ArrayList<>(List.of(script.toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
        builder.environment().put("PATH", tools.toString());
        builder.environment().put("JAVA_HOME", jdk.toString());
        return builder;
    }

    private static FundirProcess.Outcome outcome(ProcessBuilder builder) throws IOException, InterruptedException {
        Process process = builder.start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        return new FundirProcess.Outcome(process.waitFor(), out, err);
    }

    private static void script(Path file, String text) throws IOException {
        Files.writeString(file, "#!/bin/sh\n" + text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}
