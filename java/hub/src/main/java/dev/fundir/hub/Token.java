package dev.fundir.hub;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Who the user is to the Hub. The text leaves this class only as the header of a request that goes to the Hub's own
 * host; everything else that could show it shows a placeholder. Immutable.
 */
final class Token {
    private final String text;

    private Token(String text) {
        this.text = text;
    }

    /**
     * A token.
     *
     * @param text as it was given; white space around it does not count
     * @return empty when nothing is left
     * @throws IllegalArgumentException when it cannot be a token; the message does not show it
     */
    static Optional<Token> of(String text) {
        String stripped = text.strip();
        if (stripped.isEmpty()) {
            return Optional.empty();
        }
        if (!stripped.chars().allMatch(c -> c > ' ' && c < 0x7F)) {
            throw new IllegalArgumentException("the Hub token has characters that no token has (white space, or others"
                    + " than ASCII): copy it again from the Hub's page of access tokens");
        }
        return Optional.of(new Token(stripped));
    }

    /** The value of the header {@code Authorization}. Only {@link Transport} asks for it. */
    String authorization() {
        return "Bearer " + text;
    }

    /** A text with the token taken out of it, should an answer have repeated it. */
    String hideIn(String message) {
        return message.replace(text, "(token)");
    }

    /** The same for a text that is not decoded yet. */
    byte[] hideIn(byte[] utf8) {
        // Bytes as characters of their own: what is no UTF-8 stays as it is.
        String bytes = new String(utf8, StandardCharsets.ISO_8859_1);
        return bytes.contains(text) ? hideIn(bytes).getBytes(StandardCharsets.ISO_8859_1) : utf8;
    }

    @Override
    public String toString() {
        return "(token)";
    }
}
