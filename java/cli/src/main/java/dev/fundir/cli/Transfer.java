package dev.fundir.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.fundir.hub.TransferListener;
import dev.fundir.hub.TransferProgress;
import java.io.IOException;

/** A download or an upload of a command: shown while it runs, and told of afterwards. */
final class Transfer implements TransferListener {
    private final String verb;
    private final FundirCommand command;
    private TransferView view;
    private TransferProgress last;

    /** One that is called so while it runs, in a word. */
    Transfer(String verb, FundirCommand command) {
        this.verb = verb;
        this.command = command;
    }

    /** What is done on the Hub. */
    @FunctionalInterface
    interface Work<T> {
        T run(TransferListener listener) throws IOException;
    }

    /** Runs it. */
    <T> T run(Work<T> work) throws IOException {
        try (TransferView shown = new TransferView(verb, command)) {
            view = shown;
            return work.run(this);
        }
    }

    @Override
    public void progress(TransferProgress progress) {
        last = progress;
        view.show(progress);
    }

    @Override
    public void notice(String sentence) {
        view.notice(sentence);
    }

    /** Says in a line what was moved, where somebody wants to know. */
    void tell(String done) {
        if (last == null || command.quiet()) {
            return;
        }
        long moved = last.bytesDone() - last.bytesReused();
        command.terminal()
                .err()
                .println(last.filesTotal() + (last.filesTotal() == 1 ? " file, " : " files, ")
                        + ByteSize.format(last.bytesTotal()) + ": " + ByteSize.format(moved) + " " + done
                        + (last.bytesReused() > 0 ? ", " + ByteSize.format(last.bytesReused()) + " already there" : "")
                        + " in " + Duration.format(last.seconds()));
    }

    /** Writes what was moved. */
    void write(JsonReport report) throws IOException {
        JsonGenerator json = report.generator();
        json.writeNumberField("fileCount", last == null ? 0 : last.filesTotal());
        json.writeNumberField("byteSize", last == null ? 0 : last.bytesTotal());
        json.writeNumberField("bytesMoved", last == null ? 0 : last.bytesDone() - last.bytesReused());
        json.writeNumberField("bytesReused", last == null ? 0 : last.bytesReused());
        json.writeNumberField("seconds", last == null ? 0 : last.seconds());
        report.strings("notices", view.notices());
    }
}
