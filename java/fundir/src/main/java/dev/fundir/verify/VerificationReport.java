package dev.fundir.verify;

import dev.fundir.model.ModelFormat;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What the verification of a model found.
 *
 * @param path the model, as it was given
 * @param format its format; empty when it could not be read at all
 * @param files its files that are there, in the order of their names
 * @param tensorCount tensors in files that could be read
 * @param nan their elements that are NaN; empty when elements were not read
 * @param infinite their elements that are infinite; empty when elements were not read
 * @param findings everything that is wrong
 */
public record VerificationReport(
        Path path,
        Optional<ModelFormat> format,
        List<VerifiedFile> files,
        long tensorCount,
        OptionalLong nan,
        OptionalLong infinite,
        List<Finding> findings) {

    /**
     * A report, whose lists do not change.
     *
     * @param path the model, as it was given
     * @param format its format; empty when it could not be read at all
     * @param files its files that are there, in the order of their names
     * @param tensorCount tensors in files that could be read
     * @param nan their elements that are NaN; empty when elements were not read
     * @param infinite their elements that are infinite; empty when elements were not read
     * @param findings everything that is wrong
     */
    public VerificationReport {
        files = List.copyOf(files);
        findings = List.copyOf(findings);
    }

    /**
     * Whether nothing is wrong.
     *
     * @return true when there are no findings
     */
    public boolean isOk() {
        return findings.isEmpty();
    }
}
