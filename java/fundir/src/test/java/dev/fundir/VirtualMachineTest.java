package dev.fundir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fundir.modulepath.Modular;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.engine.discovery.ClassNameFilter;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TagFilter;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/** The library in virtual machines that are set up in other ways. */
@Tag("process")
class VirtualMachineTest {
    @TempDir
    Path folder;

    @Test
    void theTestsRunCleanUnderTheJniChecks() throws Exception {
        String output =
                java("ALL-UNNAMED", List.of("-Xcheck:jni", "-Xmx512m", "-cp", classPath(), AllTests.class.getName()));
        assertTrue(output.contains("all tests passed"), output);
        List<String> complaints = output.lines()
                .filter(line -> line.contains("WARNING") || line.contains("FATAL ERROR"))
                .toList();
        assertEquals(List.of(), complaints);
    }

    @Test
    void theLibraryWorksOnTheModulePath() throws Exception {
        Path file = TestFile.ofNames(folder.resolve("f.safetensors"), 42, "a");
        Pattern modules = Pattern.compile(
                ".*(java.fundir.target.classes|native.target.classes|(fundir|fundir-native|javacpp|snakeyaml-engine)-[^/]*\\.jar)");
        String modulePath = String.join(
                File.pathSeparator,
                Arrays.stream(classPath().split(File.pathSeparator))
                        .filter(entry -> modules.matcher(entry).matches())
                        .toList());
        String output = java(
                "dev.fundir.ffi,org.bytedeco.javacpp",
                List.of(
                        "-p",
                        modulePath,
                        "--add-modules",
                        "dev.fundir",
                        "-cp",
                        classPath(),
                        Modular.class.getName(),
                        file.toString()));
        assertEquals("module dev.fundir read 42", output.strip());
    }

    private static String classPath() {
        return System.getProperty("java.class.path");
    }

    private String java(String nativeModules, List<String> arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dorg.bytedeco.javacpp.cachedir=" + folder.resolve("cache")));
        if (Runtime.version().feature() >= 22) {
            command.add("--enable-native-access=" + nativeModules);
        }
        command.addAll(arguments);
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), output);
        return output;
    }

    /** Runs the tests of this module that need no process of their own. */
    static final class AllTests {
        public static void main(String[] args) {
            LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                    .selectors(DiscoverySelectors.selectPackage("dev.fundir"))
                    .filters(
                            TagFilter.excludeTags("process", "large"),
                            ClassNameFilter.includeClassNamePatterns(".*(Test|Properties)"))
                    .build();
            SummaryGeneratingListener listener = new SummaryGeneratingListener();
            LauncherFactory.create().execute(request, listener);
            TestExecutionSummary summary = listener.getSummary();
            summary.getFailures()
                    .forEach(
                            failure -> System.out.println(failure.getTestIdentifier() + ": " + failure.getException()));
            boolean passed = summary.getTestsFoundCount() > 50 && summary.getTotalFailureCount() == 0;
            System.out.println(passed ? "all tests passed" : "tests failed");
            System.exit(passed ? 0 : 1);
        }
    }
}
