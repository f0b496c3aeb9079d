package dev.fundir.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.fundir.hub.Commit;
import dev.fundir.hub.ModelId;
import dev.fundir.hub.Upload;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
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

/** {@code fundir upload}: files and folders to a model of the Hub, in one commit. */
@Command(
        name = "upload",
        description =
                "Uploads files to a model on the Hub, which is made if it is not there; the last line is the commit.",
        sortOptions = false,
        footer = {
            "",
            "A file goes by its own name, of a folder everything in it by its path there.",
            "Files that the Hub has already are not sent. All of it is one commit, which is",
            "there whole or not at all.",
            "",
            "@|bold Examples|@",
            "  fundir upload org/name merged/",
            "  fundir upload org/name merged/ --private --message 'Merge of code and math'",
            "  fundir upload org/name@main model.safetensors config.json --create-pr"
        })
final class UploadCommand implements Callable<Integer> {
    @ParentCommand
    private FundirCommand parent;

    @Spec
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "org/name[@rev]", description = "The model; rev is a branch, or main.")
    private ModelId id;

    @Parameters(index = "1..*", paramLabel = "PATH", arity = "1..*", description = "Files and folders.")
    private List<Path> paths;

    @Option(names = "--private", description = "A model that is made is seen by its owners alone.")
    private boolean isPrivate;

    @Option(
            names = {"-m", "--message"},
            paramLabel = "M",
            description = "What the commit is called.")
    private String message;

    @Option(names = "--create-pr", description = "Propose the commit as a pull request.")
    private boolean createPr;

    @Mixin
    private JsonOption json;

    @Override
    public Integer call() throws IOException {
        Upload upload = upload();
        Transfer transfer = new Transfer("uploading", parent);
        Commit commit = transfer.run(upload::run);
        if (json.given()) {
            write(commit, transfer);
        } else {
            transfer.tell("uploaded");
            parent.terminal().out().println(commit.pullRequest().orElse(commit.url()));
        }
        return 0;
    }

    private Upload upload() throws IOException {
        try {
            Upload upload = parent.hub().hub().upload(id);
            for (Path path : paths) {
                upload = Files.isDirectory(path)
                        ? upload.folder(path)
                        : upload.file(path, path.getFileName().toString());
            }
            upload = isPrivate ? upload.privateModel() : upload;
            upload = createPr ? upload.pullRequest() : upload;
            return message == null ? upload : upload.message(message);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    private void write(Commit commit, Transfer transfer) throws IOException {
        try (JsonReport report = new JsonReport(parent.terminal().out())) {
            JsonGenerator generator = report.generator();
            generator.writeStringField("model", id.name());
            generator.writeStringField("revision", id.revision());
            generator.writeStringField("commit", commit.oid());
            generator.writeStringField("url", commit.url().toString());
            generator.writeNumberField("filesChanged", commit.filesChanged());
            generator.writeStringField(
                    "pullRequest", commit.pullRequest().map(URI::toString).orElse(null));
            transfer.write(report);
        }
    }
}
