package dev.fundir.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code fundir inspect}: what a model holds, from its headers where it has them. */
@Command(
        name = "inspect",
        description = "Shows what a model holds: safetensors, GGUF, JSON or YAML.",
        sortOptions = false,
        footer = {
            "",
            "@|bold Examples|@",
            "  fundir inspect model.safetensors",
            "  fundir inspect -v model/",
            "  fundir inspect model.safetensors.index.json --json",
            "  fundir inspect model.gguf"
        })
final class InspectCommand implements Callable<Integer> {
    @ParentCommand
    private FundirCommand parent;

    @Parameters(paramLabel = "PATH", description = "A file, folder or index file.")
    private Path path;

    @Option(
            names = {"-v", "--verbose"},
            description = "List every tensor instead of the folded tree.")
    private boolean everyTensor;

    @Mixin
    private JsonOption json;

    @Override
    public Integer call() throws IOException {
        PrintWriter out = parent.terminal().out();
        Inspection model = Inspection.of(path);
        if (json.given()) {
            InspectJson.write(model, out);
            return 0;
        }
        InspectText.write(model, out);
        out.println();
        out.println("Tensors");
        if (everyTensor) {
            TensorList.write(model.tensors(), out);
        } else {
            LayerTree.of(model.tensors()).write(out);
        }
        return 0;
    }
}
