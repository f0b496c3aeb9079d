package dev.fundir.ffi;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.bytedeco.javacpp.Loader;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NativeLibraryTest {
    @TempDir
    Path folder;

    @Test
    void aLibraryOfAnotherBuildIsReported() throws Exception {
        Path classes = copyOfClasses();
        Files.writeString(classes.resolve("dev/fundir/ffi/fundir-build-id"), "another-build");
        String message = loadIn(classes);
        assertTrue(message.contains(Core.buildId()) && message.contains("another-build"), message);
        assertTrue(message.contains("Delete the cache folder " + folder.resolve("cache")), message);
    }

    @Test
    void anotherVersionOfTheInterfaceIsReported() {
        NativeLibrary.require();
        int version = Fundir.abiVersion();
        NativeLibrary.checkAbi(version, "lib.so");
        String message = assertThrows(NativeLibraryException.class, () -> NativeLibrary.checkAbi(version + 1, "lib.so"))
                .getMessage();
        assertTrue(message.contains("lib.so") && message.contains("speaks version " + (version + 1)), message);
        assertTrue(message.contains("this fundir version " + version), message);
    }

    @Test
    void aDamagedLibraryIsReported() throws Exception {
        Path classes = copyOfClasses();
        Files.write(library(classes), new byte[1000]);
        String message = loadIn(classes);
        assertTrue(message.contains("no native library that loads") && message.contains(Loader.getPlatform()), message);
    }

    @Test
    void anExtractedLibraryThatDiffersIsReplaced() throws Exception {
        Path jar = jar();
        assertEquals(
                "every function was called",
                java(List.of(), jar, Everything.class).strip());
        Path extracted = library(folder.resolve("cache").resolve("fundir.jar"));
        FileTime time = Files.getLastModifiedTime(extracted);
        byte[] shipped = Files.readAllBytes(extracted);
        byte[] damaged = shipped.clone();
        Arrays.fill(damaged, 100, damaged.length, (byte) 0);
        Files.write(extracted, damaged);
        Files.setLastModifiedTime(extracted, time); // name, size and time as before: the loader's cache is content
        assertEquals(
                "every function was called",
                java(List.of(), jar, Everything.class).strip());
        assertArrayEquals(shipped, Files.readAllBytes(extracted));
    }

    @Test
    void aPlatformWithoutALibraryIsReported() throws Exception {
        Path classes = copyOfClasses();
        Files.delete(library(classes));
        String message = loadIn(classes);
        assertTrue(message.contains("no native library") && message.contains(Loader.getPlatform()), message);
    }

    @Test
    void aMissingBuildIdIsReported() throws Exception {
        Path classes = copyOfClasses();
        Files.delete(classes.resolve("dev/fundir/ffi/fundir-build-id"));
        String message = loadIn(classes);
        assertTrue(message.contains("fundir-build-id is missing"), message);
    }

    /** Nothing of Rust or C++ may meet another library's symbols, and no machine has to have more than libc. */
    @Test
    void theLibraryExportsJniAloneAndNeedsLibcAlone() throws Exception {
        Assumptions.assumeTrue(System.getProperty("os.name").equals("Linux"), "reads ELF files");
        String library = library(classes()).toString();
        Pattern jni = Pattern.compile("Java_.*|JNI_On(Load|Unload).*");
        String symbols = output("nm", "--dynamic", "--defined-only", "--format=just-symbols", library);
        List<String> others =
                symbols.lines().filter(symbol -> !jni.matcher(symbol).matches()).toList();
        assertTrue(symbols.contains("Java_dev_fundir_ffi_Fundir_headerParse"), symbols);
        assertEquals(List.of(), others);
        List<String> needed = output("readelf", "--dynamic", "--wide", library)
                .lines()
                .filter(line -> line.contains("(NEEDED)") || line.contains("RUNPATH") || line.contains("RPATH"))
                .map(line -> line.replaceAll(".*\\[(.*)]", "$1"))
                .filter(name -> !name.startsWith("libc.so") && !name.startsWith("ld-linux") && !name.equals("$ORIGIN/"))
                .toList();
        assertEquals(List.of(), needed);
    }

    @Test
    void theCheckedVirtualMachineFindsNothingWrong() throws Exception {
        String output = java(List.of("-Xcheck:jni"), classes(), Everything.class);
        assertEquals("every function was called", output.strip());
    }

    /** Calls every native function, with results and with failures. */
    static final class Everything {
        public static void main(String[] args) throws IOException {
            CoreTest tests = new CoreTest();
            for (int i = 0; i < 100; i++) {
                tests.knowsItsBuildAndItsMachine();
                tests.asksForTheRestOfALongHeaderOnce();
                tests.growsAnOutputThatIsTooSmall();
                tests.aFailureSaysAllThatTheCoreSaid();
                tests.buffersThatTheCoreCannotUseAreRefused();
            }
            tests.nonsenseIsAFailureAndNoCrash();
            ElementsTest elements = new ElementsTest();
            elements.convertsFromBufferToBuffer();
            elements.everyKindOfArrayTakesItsOwnType();
            elements.rangesThatLeaveTheArrayAreRefused();
            elements.whatTheCoreRefusesIsAFailureWithItsWords();
            Core.mergeMethods();
            System.out.println("every function was called");
        }
    }

    /** Prints what using the library throws, twice the same. */
    static final class Load {
        public static void main(String[] args) {
            NativeLibraryException first = thrown();
            NativeLibraryException second = thrown();
            System.out.print(first.getMessage().equals(second.getMessage()) ? first.getMessage() : second);
        }

        private static NativeLibraryException thrown() {
            try {
                Core.buildId();
            } catch (NativeLibraryException e) {
                return e;
            }
            throw new AssertionError("the library was loaded");
        }
    }

    private String loadIn(Path classes) throws Exception {
        return java(List.of(), classes, Load.class);
    }

    private String java(List<String> options, Path classes, Class<?> main) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dorg.bytedeco.javacpp.cachedir=" + folder.resolve("cache")));
        if (Runtime.version().feature() >= 22) {
            command.add("--enable-native-access=ALL-UNNAMED");
        }
        command.addAll(options);
        command.addAll(List.of("-cp", classPathWith(classes), main.getName()));
        return output(command.toArray(String[]::new));
    }

    /** The class path of this process, with other classes of the module. */
    private static String classPathWith(Path classes) throws URISyntaxException {
        String original = classes().toString();
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(entry -> Path.of(entry).toString().equals(original) ? classes.toString() : entry)
                .collect(Collectors.joining(File.pathSeparator));
    }

    private static String output(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), output);
        return output;
    }

    private static Path classes() throws URISyntaxException {
        return Path.of(
                Fundir.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    }

    private Path copyOfClasses() throws IOException, URISyntaxException {
        Path source = classes();
        Path copy = folder.resolve("classes");
        try (Stream<Path> files = Files.walk(source)) {
            for (Path file : files.toList()) {
                Files.copy(file, copy.resolve(source.relativize(file).toString()));
            }
        }
        return copy;
    }

    private Path jar() throws IOException, URISyntaxException {
        Path jar = folder.resolve("fundir.jar");
        Path source = classes();
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(jar));
                Stream<Path> files = Files.walk(source)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                out.putNextEntry(new ZipEntry(source.relativize(file).toString().replace(File.separatorChar, '/')));
                Files.copy(file, out);
                out.closeEntry();
            }
        }
        return jar;
    }

    private static Path library(Path classes) throws IOException {
        try (Stream<Path> files = Files.list(classes.resolve("dev/fundir/ffi/" + Loader.getPlatform()))) {
            return files.filter(file -> file.toString().contains("jnifundir"))
                    .findFirst()
                    .orElseThrow();
        }
    }
}
