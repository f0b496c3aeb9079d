package dev.fundir.cli;

import dev.fundir.verify.Finding;
import dev.fundir.verify.VerificationReport;
import dev.fundir.verify.VerifiedFile;
import java.io.PrintWriter;
import java.util.List;

/** What {@code verify} shows: a line for each model, its findings below it, and its checksums. */
final class VerifyText {
    private VerifyText() {}

    static void write(List<VerificationReport> reports, PrintWriter out) {
        for (VerificationReport report : reports) {
            out.println(report.path() + ": " + verdict(report));
            for (Finding finding : report.findings()) {
                out.println("  " + finding.rule() + "  " + finding.message());
            }
            for (VerifiedFile file : report.files()) {
                file.sha256().ifPresent(hash -> out.println(hash + "  " + file.path()));
            }
        }
    }

    private static String verdict(VerificationReport report) {
        if (!report.isOk()) {
            int count = report.findings().size();
            return count == 1 ? "1 problem" : count + " problems";
        }
        long bytes = report.files().stream().mapToLong(VerifiedFile::byteSize).sum();
        return "ok, " + report.tensorCount() + (report.tensorCount() == 1 ? " tensor" : " tensors") + " in "
                + report.files().size() + (report.files().size() == 1 ? " file, " : " files, ")
                + ByteSize.format(bytes)
                + (report.nan().isPresent() ? ", no NaN, nothing infinite" : ", elements not read");
    }
}
