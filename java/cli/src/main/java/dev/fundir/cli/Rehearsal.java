package dev.fundir.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Runs every command once on small models, for the launcher to see which classes they load: it keeps those in an
 * archive that later starts map. What fails here only misses from that archive.
 */
final class Rehearsal {
    private Rehearsal() {}

    /**
     * Runs them.
     *
     * @param arguments none
     * @throws IOException when the models cannot be written
     */
    public static void main(String[] arguments) throws IOException {
        Main.prepare("inspect");
        try (DemoFolder folder = DemoFolder.create();
                Terminal terminal = Terminal.ofProcess()) {
            Path models = folder.path();
            String base = models.resolve("base.safetensors").toString();
            String code = models.resolve("code.safetensors").toString();
            String output = models.resolve("output").toString();
            DemoModel.write(Path.of(base), 0);
            DemoModel.write(Path.of(code), 1);
            for (List<String> line : List.of(
                    List.of("--version"),
                    List.of("--help"),
                    List.of("merge", "--help"),
                    List.of("merg"),
                    List.of("inspect", base + ".missing"),
                    List.of("inspect", base),
                    List.of("inspect", base, "--json"),
                    List.of("inspect", base, "-v", "--mode", "stats"),
                    List.of("inspect", base, "--mode", "outliers"),
                    List.of("inspect", base, "--mode", "distribution"),
                    List.of("inspect", base, "--mode", "schema"),
                    List.of("inspect", base, "--html", output + ".html"),
                    List.of("diff", base, code),
                    List.of("diff", base, code, "--json"),
                    List.of("verify", base, "--sha256"),
                    List.of("merge", code, base, "--base", base, "--method", "ties", "-o", output + ".safetensors"),
                    List.of("merge", code, base, "--method", "linear", "-o", output, "--dry-run"),
                    List.of("convert", base, "-o", output + ".gguf", "--dtype", "q8_0"),
                    List.of("inspect", output + ".gguf"),
                    List.of("edit", code, "--set", "license=none"),
                    List.of("download", "--help"))) {
                FundirCommand.run(terminal, line.toArray(new String[0]));
            }
        }
    }
}
