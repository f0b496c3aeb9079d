package dev.fundir.cli;

import dev.fundir.OpenOptions;
import dev.fundir.verify.Verification;
import dev.fundir.verify.VerificationReport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code fundir verify}: whether models are what their format and their index say, and hold numbers. */
@Command(
        name = "verify",
        description = "Checks models: format, shards, NaN and infinities; exit code 1 when anything is found.",
        sortOptions = false,
        footer = {
            "",
            "Every rule of the format is checked in every file; shards are held against their",
            "index: missing ones, tensors that are not where it says, that it does not name or",
            "that are there twice, its total size; and all elements are read, for NaN and",
            "infinite ones.",
            "",
            "@|bold Examples|@",
            "  fundir verify model.safetensors",
            "  fundir verify base tuned merged --strict",
            "  fundir verify downloads/*.safetensors --sha256 --json"
        })
final class VerifyCommand implements Callable<Integer> {
    private static final int FOUND_SOMETHING = 1;

    @ParentCommand
    private FundirCommand parent;

    @Parameters(
            paramLabel = "PATH",
            arity = "1..*",
            description = "Files, folders or index files, or hf://org/name[@revision].")
    private List<ModelPath> paths;

    @Option(
            names = "--strict",
            description = "Also refuse what other readers trip over: names that are there twice, NUL in names,"
                    + " unknown fields, misaligned tensors.")
    private boolean strict;

    @Option(names = "--sha256", description = "Show the SHA-256 of each file.")
    private boolean sha256;

    @Option(names = "--headers-only", description = "Do not read elements.")
    private boolean headersOnly;

    @Mixin
    private JsonOption json;

    @Override
    public Integer call() throws IOException {
        List<VerificationReport> reports = new ArrayList<>();
        for (ModelPath path : paths) {
            reports.add(verify(parent.hub().local(path)));
        }
        if (json.given()) {
            VerifyJson.write(reports, parent.terminal().out());
        } else {
            VerifyText.write(reports, parent.terminal().out());
        }
        return reports.stream().allMatch(VerificationReport::isOk) ? 0 : FOUND_SOMETHING;
    }

    private VerificationReport verify(Path path) {
        Verification verification = Verification.of(path)
                .rules(strict ? OpenOptions.strict() : OpenOptions.DEFAULT)
                .elements(!headersOnly)
                .sha256(sha256);
        try (ProgressLine line = parent.progress("verifying")) {
            return verification.run(progress -> line.show(Progress.of(progress)));
        }
    }
}
