package dev.fundir.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class ProgressLineTest {
    private final StringWriter err = new StringWriter();

    @Test
    void terminalGetsABarThatGoesAway() {
        try (ProgressLine line = new ProgressLine("merging", terminal(true, true))) {
            line.show(new Progress(500_000_000, 2_000_000_000L, 3, 10, 0.5));
            assertEquals(
                    "\r██████                  ▏  25% 500 MB of 2.00 GB, tensor 3 of 10, 1.00 GB/s, 1.50 s left\u001b[K",
                    err.toString());
        }
        assertTrue(err.toString().endsWith("\r\u001b[K"));
    }

    @Test
    void narrowTerminalCutsTheLineAndAsciiDrawsTheBar() {
        try (ProgressLine line = new ProgressLine("merging", terminal(true, false))) {
            line.show(new Progress(1, 2, 0, 1, 0.1));
        }
        String drawn = err.toString().substring(1, err.toString().indexOf('\u001b'));
        assertTrue(drawn.startsWith("[############------------]  50%"), drawn);
        assertTrue(drawn.length() < 100, drawn);
    }

    @Test
    void elsewhereOnlyLongMergesSayALineEachQuarter() {
        try (ProgressLine line = new ProgressLine("merging", terminal(false, false))) {
            for (int percent = 0; percent <= 100; percent++) {
                line.show(new Progress(percent, 100, 0, 1, percent / 10.0));
            }
        }
        assertEquals(3, err.toString().lines().count(), err.toString());
        assertTrue(err.toString().startsWith("merging:  25% 25 B of 100 B"), err.toString());
    }

    private Terminal terminal(boolean errIsTerminal, boolean unicode) {
        return new Terminal(
                new PrintWriter(new StringWriter()), new PrintWriter(err), false, errIsTerminal, false, unicode, 100);
    }
}
