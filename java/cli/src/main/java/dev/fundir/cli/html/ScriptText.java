package dev.fundir.cli.html;

import java.io.IOException;
import java.io.Writer;

/**
 * JSON on its way into a script element of HTML.
 *
 * <p>Outside of strings JSON has none of the characters that are escaped here, so the document stays the same. What it
 * holds cannot end the element or open a comment, and halves of surrogate pairs survive the encoding. A first failure
 * is kept, since a {@code PrintWriter} in front of this one would swallow it.
 */
final class ScriptText extends Writer {
    private final Writer html;

    private IOException failure;

    ScriptText(Writer html) {
        this.html = html;
    }

    @Override
    public void write(char[] text, int offset, int length) throws IOException {
        try {
            int from = offset;
            for (int at = offset; at < offset + length; at++) {
                if (isEscaped(text[at])) {
                    html.write(text, from, at - from);
                    html.write(String.format("\\u%04x", (int) text[at]));
                    from = at + 1;
                }
            }
            html.write(text, from, offset + length - from);
        } catch (IOException e) {
            failure = failure == null ? e : failure;
            throw e;
        }
    }

    private static boolean isEscaped(char c) {
        return c == '<' || c == '>' || c == '&' || c == '\u2028' || c == '\u2029' || Character.isSurrogate(c);
    }

    /** Throws what failed, if anything did. */
    void requireWritten() throws IOException {
        if (failure != null) {
            throw failure;
        }
    }

    /** Leaves the HTML as it is: more of it follows. */
    @Override
    public void flush() {}

    /** Leaves the HTML open: more of it follows. */
    @Override
    public void close() {}
}
