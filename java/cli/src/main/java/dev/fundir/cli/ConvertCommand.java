package dev.fundir.cli;

import dev.fundir.Checkpoint;
import dev.fundir.CheckpointFile;
import dev.fundir.model.Model;
import dev.fundir.model.ModelFormat;
import dev.fundir.model.Models;
import dev.fundir.model.SaveOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code fundir convert}: a model into another format, dtype, or number of files. */
@Command(
        name = "convert",
        description = "Converts a model to another format or dtype, one file to shards and back.",
        sortOptions = false,
        customSynopsis = "@|bold fundir convert|@ IN -o OUT [OPTION]...",
        footer = {
            "",
            "The format is that of the name: .safetensors, .json, .yaml, .yml or .gguf;",
            "anything else is a folder with safetensors. Tensors of floats get the dtype, the",
            "others stay as they are. q8_0 and q4_0 are for .gguf: matrices whose rows they",
            "fit are quantised, other floats become F32.",
            "",
            "@|bold Examples|@",
            "  fundir convert model.safetensors -o half.safetensors --dtype BF16",
            "  fundir convert sharded/ -o model.safetensors",
            "  fundir convert model.safetensors -o sharded --shard-size 5GB",
            "  fundir convert model.safetensors -o model.gguf --dtype q8_0",
            "  fundir convert model.gguf -o model.safetensors --dtype F16",
            "  fundir convert tiny.safetensors -o tiny.json"
        })
final class ConvertCommand implements Callable<Integer> {
    @ParentCommand
    private FundirCommand parent;

    @Spec
    private CommandSpec spec;

    @Parameters(
            paramLabel = "IN",
            description = "The model: a file, folder or index file, or hf://org/name[@revision].")
    private ModelPath source;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "OUT",
            required = true,
            description = "Where it goes; the name says which format.")
    private Path output;

    @Option(
            names = "--dtype",
            paramLabel = "D",
            converter = FloatEncoding.Reader.class,
            description = "What floats are stored as: ${COMPLETION-CANDIDATES}.",
            completionCandidates = FloatEncoding.Names.class)
    private FloatEncoding encoding;

    @Option(
            names = "--shard-size",
            paramLabel = "S",
            description = "Split safetensors into files of this size; 5GB in a folder.")
    private ByteSize shardSize;

    @Mixin
    private ForceOption force;

    @Mixin
    private JsonOption json;

    @Override
    public Integer call() throws IOException {
        long begin = System.nanoTime();
        ModelFormat format = ModelFormat.ofName(output).orElse(ModelFormat.SAFETENSORS);
        SaveOptions options = options(format);
        ConvertOutput place = new ConvertOutput(output);
        Path input = parent.hub().local(source);
        place.check(input, force.given());
        Model model = Models.load(input);
        Path saved = save(input, model, options);
        if (Files.isDirectory(output)) {
            Models.copyCompanions(input, output, options);
        }
        ConvertReport report = new ConvertReport(
                format,
                files(format, saved),
                model.parameters().size(),
                parameterCount(model),
                (System.nanoTime() - begin) / 1e9);
        if (json.given()) {
            report.writeJson(parent.terminal().out());
        } else {
            report.writeText(output, parent.terminal().out());
        }
        return 0;
    }

    private SaveOptions options(ModelFormat format) {
        SaveOptions options = SaveOptions.DEFAULT.withFormat(format);
        if (shardSize != null && format != ModelFormat.SAFETENSORS) {
            throw usage("--shard-size splits safetensors, and " + output + " is " + format.label());
        }
        if (shardSize != null) {
            options = options.withShardSize(shardSize.bytes());
        }
        if (encoding != null && encoding.isGguf() && format != ModelFormat.GGUF) {
            throw usage("--dtype " + encoding.name() + " is for a .gguf file, and " + output + " is " + format.label());
        }
        return encoding == null ? options : encoding.in(options);
    }

    private ParameterException usage(String sentence) {
        return new ParameterException(spec.commandLine(), sentence);
    }

    private Path save(Path input, Model model, SaveOptions options) throws IOException {
        boolean keepsBlocks = // which a watched tensor would decode
                options.format().equals(Optional.of(ModelFormat.GGUF)) && ModelFormat.of(input) == ModelFormat.GGUF;
        if (parent.quiet() || keepsBlocks) {
            return Models.save(model, output, options);
        }
        try (ProgressLine line = new ProgressLine("converting", parent.terminal())) {
            return Models.save(WatchedModel.of(model, line::show), output, options);
        }
    }

    /** The files with tensors. */
    private static List<Path> files(ModelFormat format, Path saved) throws IOException {
        if (format != ModelFormat.SAFETENSORS) {
            return List.of(saved);
        }
        try (Checkpoint checkpoint = Checkpoint.open(saved)) {
            return checkpoint.files().stream().map(CheckpointFile::path).toList();
        }
    }

    private static long parameterCount(Model model) {
        return model.parameters().stream()
                .mapToLong(parameter -> parameter.tensor().elementCount())
                .sum();
    }
}
