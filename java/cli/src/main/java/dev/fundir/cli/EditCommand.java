package dev.fundir.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.fundir.CheckpointEdit;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code fundir edit}: other metadata and names in a file whose tensors stay. */
@Command(
        name = "edit",
        description = "Changes the metadata and the names of tensors in a .safetensors file.",
        sortOptions = false,
        footer = {
            "",
            "Only bytes of the header are written where the changes fit into its place; else",
            "the file is written again beside the old one, and replaces it when complete.",
            "Whatever happens meanwhile, the file is the old one or the new one.",
            "",
            "All changes are made at once, so two tensors can swap their names. What stands",
            "before the first = of a change is the key, or the old name.",
            "",
            "@|bold Examples|@",
            "  fundir edit model.safetensors --set format=pt --unset step",
            "  fundir edit model.safetensors --rename lm_head.weight=head.weight",
            "  fundir edit model.safetensors --rename a=b --rename b=a -o swapped.safetensors"
        })
final class EditCommand implements Callable<Integer> {
    @ParentCommand
    private FundirCommand parent;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "FILE", description = "A .safetensors file; of a sharded model, one of its shards.")
    private Path file;

    @Option(names = "--set", paramLabel = "key=value", description = "Add to the metadata, or change it.")
    private List<String> set = List.of();

    @Option(names = "--unset", paramLabel = "key", description = "Remove from the metadata.")
    private List<String> unset = List.of();

    @Option(names = "--rename", paramLabel = "OLD=NEW", description = "Give a tensor another name.")
    private List<String> rename = List.of();

    @Option(
            names = {"-o", "--output"},
            paramLabel = "OUT",
            description = "Write an edited copy, and leave FILE as it is.")
    private Path output;

    @Mixin
    private ForceOption force;

    @Mixin
    private JsonOption json;

    @Override
    public Integer call() throws IOException {
        Map<String, String> values = pairs("--set", set);
        Map<String, String> names = new LinkedHashMap<>();
        CheckpointEdit edit = CheckpointEdit.of(file);
        values.forEach(edit::set);
        unset.forEach(edit::unset);
        for (String one : rename) {
            String[] both = pair("--rename", one);
            edit.rename(both[0], both[1]);
            names.put(both[0], both[1]);
        }
        if (values.isEmpty() && unset.isEmpty() && names.isEmpty()) {
            throw usage("there is nothing to change: give --set, --unset or --rename");
        }
        if (output != null && !force.given() && Files.exists(output)) {
            throw new FileAlreadyExistsException(output.toString(), null, "exists and is not to be replaced");
        }
        CheckpointEdit.Result result = output == null ? edit.apply() : edit.applyTo(output);
        if (json.given()) {
            writeJson(values, names, result);
        } else {
            writeLine(values.size(), names.size(), result);
        }
        return 0;
    }

    private Map<String, String> pairs(String option, List<String> given) {
        Map<String, String> pairs = new LinkedHashMap<>();
        for (String one : given) {
            String[] both = pair(option, one);
            pairs.put(both[0], both[1]);
        }
        return pairs;
    }

    private String[] pair(String option, String given) {
        String[] both = given.split("=", 2);
        if (both.length < 2) {
            throw usage(option + " " + given + ": expected two texts with = between them");
        }
        return both;
    }

    private ParameterException usage(String sentence) {
        return new ParameterException(spec.commandLine(), sentence);
    }

    private void writeLine(int valueCount, int nameCount, CheckpointEdit.Result result) {
        List<String> done = new ArrayList<>();
        if (valueCount > 0) {
            done.add(count(valueCount, "key") + " set");
        }
        if (!unset.isEmpty()) {
            done.add(count(unset.size(), "key") + " removed");
        }
        if (nameCount > 0) {
            done.add(count(nameCount, "tensor") + " renamed");
        }
        PrintWriter out = parent.terminal().out();
        out.println((output == null ? file : output) + ": " + String.join(", ", done) + "; " + how(result));
    }

    private String how(CheckpointEdit.Result result) {
        if (result.inPlace()) {
            return result.bytesWritten() == 0
                    ? "the file says so already"
                    : "only " + count(result.bytesWritten(), "byte") + " of the header written";
        }
        String size = ByteSize.format(result.bytesWritten());
        return output == null ? "the whole file written again, " + size : "a new file written, " + size;
    }

    private static String count(long number, String noun) {
        return number + " " + noun + (number == 1 ? "" : "s");
    }

    private void writeJson(Map<String, String> values, Map<String, String> names, CheckpointEdit.Result result)
            throws IOException {
        try (JsonReport report = new JsonReport(parent.terminal().out())) {
            JsonGenerator generator = report.generator();
            generator.writeStringField("output", (output == null ? file : output).toString());
            report.values("set", new LinkedHashMap<>(values));
            report.strings("unset", unset);
            report.values("renamed", new LinkedHashMap<>(names));
            generator.writeBooleanField("inPlace", result.inPlace());
            generator.writeNumberField("bytesWritten", result.bytesWritten());
        }
    }
}
