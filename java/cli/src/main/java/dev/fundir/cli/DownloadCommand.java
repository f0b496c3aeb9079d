package dev.fundir.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.fundir.hub.Download;
import dev.fundir.hub.ModelId;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code fundir download}: a model of the Hub, into the cache or a folder. */
@Command(
        name = "download",
        description = "Downloads a model from the Hub; the last line says where it is.",
        sortOptions = false,
        footer = {
            "",
            "Without patterns: the safetensors files, and what says how the model is built and",
            "used. Pickle files (.bin, .pt, .ckpt) run programs when Python loads them, and",
            "come only by a pattern that ends as they do.",
            "",
            "Cache, token and settings are those of the Python tools: HF_HOME, HF_HUB_CACHE,",
            "HF_TOKEN or the login of hf auth login, HF_ENDPOINT, HF_HUB_OFFLINE. What breaks",
            "off goes on where it was when the same command is given again.",
            "",
            "@|bold Examples|@",
            "  fundir download sentence-transformers/all-MiniLM-L6-v2",
            "  fundir download org/name@v1.0 --include '*.safetensors' --include config.json",
            "  fundir download org/name --exclude 'onnx/*' --local-dir name",
            "  model=$(fundir download org/name -q)"
        })
final class DownloadCommand implements Callable<Integer> {
    @ParentCommand
    private FundirCommand parent;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "org/name[@rev]", description = "The model; rev is a branch, tag or commit, or main.")
    private ModelId id;

    @Option(names = "--include", paramLabel = "G", description = "Only files with such paths; * is any text.")
    private List<String> include = List.of();

    @Option(names = "--exclude", paramLabel = "G", description = "No files with such paths.")
    private List<String> exclude = List.of();

    @Option(names = "--local-dir", paramLabel = "D", description = "A folder for the files in place of the cache.")
    private Path localDir;

    @Option(names = "--threads", paramLabel = "N", description = "Connections at once; 8.")
    private Integer threads;

    @Mixin
    private JsonOption json;

    @Override
    public Integer call() throws IOException {
        Download download = download();
        Transfer transfer = new Transfer("downloading", parent);
        Path folder = transfer.run(download::run);
        if (json.given()) {
            write(folder, transfer);
        } else {
            transfer.tell("downloaded");
            parent.terminal().out().println(folder);
        }
        return 0;
    }

    private Download download() throws IOException {
        try {
            Download download = parent.hub()
                    .hub()
                    .download(id)
                    .include(include.toArray(new String[0]))
                    .exclude(exclude.toArray(new String[0]));
            download = localDir == null ? download : download.localFolder(localDir);
            return threads == null ? download : download.threads(threads);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    private void write(Path folder, Transfer transfer) throws IOException {
        try (JsonReport report = new JsonReport(parent.terminal().out())) {
            JsonGenerator generator = report.generator();
            generator.writeStringField("model", id.name());
            generator.writeStringField("revision", id.revision());
            generator.writeStringField("path", folder.toString());
            transfer.write(report);
        }
    }
}
