package dev.fundir.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.fundir.hub.fake.FakeHub;
import dev.fundir.model.Model;
import dev.fundir.model.Models;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Runs the examples of the README, those with a mark before them, in a folder with small models. */
class ReadmeTest {
    private static final Path HOME = Path.of(System.getProperty("basedir", ""))
            .toAbsolutePath()
            .resolve("../..")
            .normalize();

    private static final Pattern EXAMPLE = Pattern.compile("<!-- run -->\n```(\\w+)\n(.*?)```", Pattern.DOTALL);
    private static final Pattern MODEL = Pattern.compile("(?:-o |--output |Path\\.of\\(\")([\\w.]+)");

    @TempDir
    Path folder;

    private FakeHub hub;

    @BeforeEach
    void makeModels() throws IOException {
        String[] names = {"base", "code", "math"};
        for (int variant = 0; variant < names.length; variant++) {
            Path model = Files.createDirectory(folder.resolve(names[variant]));
            DemoModel.write(model.resolve("model.safetensors"), variant);
            Files.writeString(model.resolve("config.json"), "{\"model_type\": \"llama\"}");
        }
        Files.writeString(folder.resolve("recipe.yml"), recipe());
        hub = new FakeHub().token("hf_write", true);
        hub.model("org/tiny").large("model.safetensors", Files.readAllBytes(folder.resolve("base/model.safetensors")));
        Files.copy(folder.resolve("code/model.safetensors"), folder.resolve("model1.safetensors"));
        Files.copy(folder.resolve("math/model.safetensors"), folder.resolve("model2.safetensors"));
    }

    @AfterEach
    void stopHub() throws IOException {
        hub.close();
    }

    @ParameterizedTest
    @MethodSource("shellExamples")
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "the examples are for a POSIX shell")
    void commandsWork(String commands) throws Exception {
        Path command = Files.createDirectory(folder.resolve("bin")).resolve("fundir");
        String words = java(classPath()).stream().map(word -> "'" + word + "'").collect(Collectors.joining(" "));
        Files.writeString(command, "#!/bin/sh\nexec " + words + " " + Main.class.getName() + " \"$@\"\n");
        Files.setPosixFilePermissions(command, PosixFilePermissions.fromString("rwx------"));
        ProcessBuilder shell = new ProcessBuilder("/bin/sh", "-eu", "-c", commands);
        shell.environment()
                .merge("PATH", command.getParent().toString(), (path, bin) -> bin + File.pathSeparator + path);
        run(shell);
        checkOutputs(commands.replaceAll("(?m)^.*--dry-run.*$", ""));
    }

    @ParameterizedTest
    @MethodSource("javaExamples")
    void javaCompilesAndRuns(String example) throws Exception {
        Path source = folder.resolve("Example.java");
        Files.writeString(source, program(example));
        int compiled = ToolProvider.getSystemJavaCompiler()
                .run(null, null, null, "-d", folder.toString(), "-cp", classPath(), source.toString());
        assertEquals(0, compiled, "the compiler's complaints are on standard error");
        List<String> command = java(folder + File.pathSeparator + classPath());
        command.add("Example");
        run(new ProcessBuilder(command));
        checkOutputs(example);
    }

    /** The first example of the guide to recipes, with the paths from here. */
    private String recipe() throws IOException {
        String guide = Files.readString(HOME.resolve("docs/recipes.md"));
        String recipe = matches(Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL), guide)
                .findFirst()
                .orElseThrow()
                .group(1);
        return recipe.replaceAll("(model|base_model): (base|code|math)", "$1: '" + folder + "/$2'");
    }

    static List<String> shellExamples() throws IOException {
        return examples("sh");
    }

    static List<String> javaExamples() throws IOException {
        return examples("java");
    }

    private static List<String> examples(String language) throws IOException {
        return matches(EXAMPLE, Files.readString(HOME.resolve("README.md")))
                .filter(example -> example.group(1).equals(language))
                .map(example -> example.group(2))
                .toList();
    }

    private static Stream<MatchResult> matches(Pattern pattern, String text) {
        return pattern.matcher(text).results();
    }

    /** A program of an example: its imports, and a method with the rest. */
    private static String program(String example) {
        var lines = example.lines().collect(Collectors.partitioningBy(line -> line.startsWith("import ")));
        return String.join("\n", lines.get(true))
                + "\npublic class Example {\n    public static void main(String[] arguments) throws Exception {\n"
                + String.join("\n", lines.get(false))
                + "\n    }\n}\n";
    }

    private static String classPath() {
        return System.getProperty("java.class.path");
    }

    /** The beginning of a command that runs a class; its name and arguments follow. */
    private static List<String> java(String classPath) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        if (Runtime.version().feature() >= 22) {
            command.add("--enable-native-access=ALL-UNNAMED");
        }
        String cache = "org.bytedeco.javacpp.cachedir";
        if (System.getProperty(cache) != null) {
            command.add("-D" + cache + "=" + System.getProperty(cache));
        }
        command.addAll(List.of("-cp", classPath));
        return command;
    }

    private void run(ProcessBuilder builder) throws IOException, InterruptedException {
        builder.environment().put("HF_ENDPOINT", hub.endpoint().toString());
        builder.environment().put("HF_HOME", folder.resolve("home").toString());
        builder.environment().put("HF_TOKEN", "hf_write");
        Process process =
                builder.directory(folder.toFile()).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), output);
    }

    /** What an example says it writes is a model that loads, and so is what it reads. */
    private void checkOutputs(String example) throws IOException {
        for (MatchResult output : matches(MODEL, example).toList()) {
            Model model = Models.load(folder.resolve(output.group(1)));
            assertFalse(model.parameters().isEmpty(), output.group());
        }
    }
}
