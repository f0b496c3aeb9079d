package dev.fundir.cli;

import dev.fundir.hub.TransferProgress;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Shows files on their way: a table on a terminal that has room for it, elsewhere a plain line at each tenth of the
 * whole of what takes long, and nothing where it is to be quiet.
 */
final class TransferView implements AutoCloseable {
    private static final double QUIET_SECONDS = 2;
    private static final int PARTS = 10;

    private final String verb;
    private final FundirCommand command;
    private final PrintWriter err;
    private final boolean quiet;
    /** Null where there is none. */
    private final TransferTable table;

    private final List<String> notices = new ArrayList<>();
    private int partsSaid;

    /** A view of what is being done, in a word. */
    TransferView(String verb, FundirCommand command) {
        this.verb = verb;
        this.command = command;
        Terminal terminal = command.terminal();
        err = terminal.err();
        quiet = command.quiet();
        table = !quiet && TransferTable.fits(terminal) ? new TransferTable(terminal) : null;
    }

    void show(TransferProgress progress) {
        if (table != null) {
            Optional<String> last = notices.isEmpty() ? Optional.empty() : Optional.of(notices.get(notices.size() - 1));
            table.show(progress, last);
        } else {
            say(progress);
        }
    }

    private void say(TransferProgress progress) {
        int parts = (int) (TransferText.fraction(progress) * PARTS);
        if (!quiet && progress.seconds() >= QUIET_SECONDS && parts > partsSaid && parts < PARTS) {
            partsSaid = parts;
            err.println(verb + ": " + TransferText.figures(progress).strip());
        }
    }

    /** Tells the user something once; on a table it stays behind when that is gone. */
    void notice(String sentence) {
        if (notices.contains(sentence)) {
            return;
        }
        notices.add(sentence);
        if (table == null) {
            command.notice(sentence);
        }
    }

    /** What the user was told. */
    List<String> notices() {
        return List.copyOf(notices);
    }

    @Override
    public void close() {
        if (table != null) {
            table.close();
            notices.forEach(command::notice);
        }
    }
}
