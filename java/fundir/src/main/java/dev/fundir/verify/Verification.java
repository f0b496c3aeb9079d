package dev.fundir.verify;

import dev.fundir.Checkpoint;
import dev.fundir.CheckpointFile;
import dev.fundir.CheckpointFormatException.Reason;
import dev.fundir.OpenOptions;
import dev.fundir.Tensor;
import dev.fundir.TensorView;
import dev.fundir.analysis.Analysis;
import dev.fundir.analysis.AnalysisListener;
import dev.fundir.analysis.TensorAnalysis;
import dev.fundir.internal.CheckpointLayout;
import dev.fundir.model.ModelFormat;
import dev.fundir.model.Models;
import dev.fundir.model.Parameter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Verifies a model, and finds everything that is wrong with it rather than the first thing: the rules of its format in
 * each of its files, its shards against their index (missing, extra, of another size, tensors that are there twice),
 * elements that are NaN or infinite. Of a file whose header breaks several rules the first one is found.
 *
 * <pre>{@code
 * VerificationReport report = Verification.of(Path.of("model")).sha256(true).run(AnalysisListener.none());
 * report.findings().forEach(finding -> System.out.println(finding.message()));
 * }</pre>
 *
 * <p>Immutable, safe for many threads.
 */
public final class Verification {
    private final Path path;
    private final OpenOptions rules;
    private final boolean readsElements;
    private final boolean hashes;

    private Verification(Path path, OpenOptions rules, boolean readsElements, boolean hashes) {
        this.path = path;
        this.rules = rules;
        this.readsElements = readsElements;
        this.hashes = hashes;
    }

    /**
     * A verification by the rules that {@link Checkpoint#open(Path)} goes by, that reads all elements and hashes
     * nothing.
     *
     * @param path a file of any format, a folder, or a shard index
     * @return the verification, which does nothing yet
     */
    public static Verification of(Path path) {
        return new Verification(path, OpenOptions.DEFAULT, /* readsElements= */ true, /* hashes= */ false);
    }

    /**
     * The same by other rules.
     *
     * @param rules for the headers of safetensors
     * @return a new verification
     */
    public Verification rules(OpenOptions rules) {
        return new Verification(path, rules, readsElements, hashes);
    }

    /**
     * The same with elements read or not: that takes as long as reading the files does.
     *
     * @param readsElements whether NaN and infinite elements are looked for
     * @return a new verification
     */
    public Verification elements(boolean readsElements) {
        return new Verification(path, rules, readsElements, hashes);
    }

    /**
     * The same with checksums or without.
     *
     * @param hashes whether the SHA-256 of each file is computed
     * @return a new verification
     */
    public Verification sha256(boolean hashes) {
        return new Verification(path, rules, readsElements, hashes);
    }

    /**
     * Verifies. What cannot be read is a finding, and no exception.
     *
     * @param listener told how far it is while elements are read; may throw to end it
     * @return what was found
     * @throws java.util.concurrent.CancellationException when the calling thread is interrupted; it stays so
     */
    public VerificationReport run(AnalysisListener listener) {
        Findings found = new Findings();
        try {
            found.format = Optional.of(ModelFormat.of(path));
            if (found.format.get() == ModelFormat.SAFETENSORS) {
                checkpoint(found, listener);
            } else {
                found.files.add(path);
                model(found, listener);
            }
        } catch (IOException e) {
            found.findings.add(Finding.of(e, path));
        }
        return found.report();
    }

    private void checkpoint(Findings found, AnalysisListener listener) throws IOException {
        CheckpointLayout layout = CheckpointLayout.find(path);
        Map<Path, Checkpoint> checkpoints = new LinkedHashMap<>();
        for (Path file : layout.files()) {
            if (layout.missing().contains(file)) {
                found.missing(file, layout);
                continue;
            }
            found.files.add(file);
            try {
                checkpoints.put(file, Checkpoint.open(file, rules));
            } catch (IOException e) {
                found.findings.add(Finding.of(e, file));
            }
        }
        Map<Path, CheckpointFile> opened = new LinkedHashMap<>();
        checkpoints.forEach(
                (file, checkpoint) -> opened.put(file, checkpoint.files().get(0)));
        found.findings.addAll(ShardCheck.of(layout, opened));
        List<Tensor> tensors = opened.values().stream()
                .flatMap(file -> file.tensors().stream())
                .toList();
        found.tensorCount = tensors.size();
        if (readsElements) {
            List<Place> places = tensors.stream()
                    .map(tensor -> new Place(tensor.file().path(), tensor.name()))
                    .toList();
            found.elements(places, tensors, listener);
        }
        checkpoints.values().forEach(Checkpoint::close);
    }

    private void model(Findings found, AnalysisListener listener) throws IOException {
        List<Parameter> parameters = Models.load(path).parameters();
        found.tensorCount = parameters.size();
        if (readsElements) {
            List<Place> places = parameters.stream()
                    .map(parameter -> new Place(path, parameter.name()))
                    .toList();
            found.elements(places, parameters.stream().map(Parameter::tensor).toList(), listener);
        }
    }

    /** Where a tensor is. */
    private record Place(Path file, String tensor) {}

    /** What has been found so far. */
    private final class Findings {
        private final List<Finding> findings = new ArrayList<>();
        private final List<Path> files = new ArrayList<>();
        private Optional<ModelFormat> format = Optional.empty();
        private long tensorCount;
        private OptionalLong nan = OptionalLong.empty();
        private OptionalLong infinite = OptionalLong.empty();

        void missing(Path file, CheckpointLayout layout) {
            String from = layout.index()
                    .map(index -> index.path().getFileName() + " names it")
                    .orElse("the names of the others count it");
            findings.add(Finding.of(Reason.SHARD_MISSING.name(), file, null, "the shard is not there, but " + from));
        }

        void elements(List<Place> places, List<? extends TensorView> tensors, AnalysisListener listener)
                throws IOException {
            List<TensorAnalysis> analyses = Analysis.of(tensors).run(listener);
            long nans = 0;
            long infinities = 0;
            for (int i = 0; i < analyses.size(); i++) {
                long nanHere = analyses.get(i).statistics().nan();
                long infiniteHere = analyses.get(i).statistics().infinite();
                long elements = analyses.get(i).statistics().elementCount();
                count(Finding.NAN, nanHere, elements, "NaN", places.get(i));
                count(Finding.INFINITE, infiniteHere, elements, "infinite", places.get(i));
                nans += nanHere;
                infinities += infiniteHere;
            }
            nan = OptionalLong.of(nans);
            infinite = OptionalLong.of(infinities);
        }

        private void count(String rule, long count, long elements, String what, Place place) {
            if (count > 0) {
                findings.add(Finding.of(
                        rule,
                        place.file(),
                        place.tensor(),
                        count + " of " + elements + (elements == 1 ? " element is " : " elements are ") + what));
            }
        }

        VerificationReport report() {
            List<VerifiedFile> verified = new ArrayList<>();
            for (Path file : files) {
                try {
                    Optional<String> hash = hashes ? Optional.of(FileHash.of(file)) : Optional.empty();
                    verified.add(new VerifiedFile(file, Files.size(file), hash));
                } catch (IOException e) {
                    Finding finding = Finding.of(e, file);
                    if (!findings.contains(finding)) {
                        findings.add(finding);
                    }
                }
            }
            return new VerificationReport(path, format, verified, tensorCount, nan, infinite, findings);
        }
    }
}
