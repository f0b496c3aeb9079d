package dev.fundir.hub;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Pattern;

/** Names of files as the Hub sends them, which are not trusted, and names as they stand in addresses. */
final class RemotePath {
    private static final int LONGEST = 4096;
    private static final Pattern DRIVE = Pattern.compile("^[A-Za-z]:.*", Pattern.DOTALL);

    private RemotePath() {}

    /**
     * Refuses a name that could lead out of the folder that files are put in, on any system.
     *
     * @param path with {@code /} between its parts
     * @return the same
     * @throws HubException when it is absolute, has a drive, a backslash, a control character, or an empty part, or
     *     {@code .} or {@code ..} for a part
     */
    static String checked(String path) throws HubException {
        boolean safe = !path.isEmpty()
                && path.length() <= LONGEST
                && path.indexOf('\\') < 0
                && !DRIVE.matcher(path).matches()
                && path.chars().noneMatch(Character::isISOControl)
                && StandardCharsets.UTF_8.newEncoder().canEncode(path);
        for (String part : path.split("/", -1)) {
            safe &= !part.isEmpty() && !part.equals(".") && !part.equals("..");
        }
        if (!safe) {
            throw new HubException(
                    HubException.Reason.UNSAFE_NAME,
                    "the Hub names a file \"" + printable(path)
                            + "\", which could lead out of the folder it belongs in; nothing was written."
                            + " Do not use this model, and tell the Hub about it");
        }
        return path;
    }

    /** A name as a path of an address: every byte that could mean something there is quoted. */
    static String quoted(String path) {
        return quote(path, "-._~/");
    }

    /** A name as one part of a path of an address: slashes are quoted too. */
    static String quotedWhole(String name) {
        return quote(name, "-._~");
    }

    private static String quote(String text, String kept) {
        StringBuilder quoted = new StringBuilder();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xFF);
            if (c < 0x80 && (Character.isLetterOrDigit(c) || kept.indexOf(c) >= 0)) {
                quoted.append(c);
            } else {
                quoted.append(String.format(Locale.ROOT, "%%%02X", (int) c));
            }
        }
        return quoted.toString();
    }

    /** An address as messages show it: without the query, which can hold signatures. */
    static String shown(URI address) {
        return address.getScheme() + "://" + address.getRawAuthority() + address.getRawPath();
    }

    private static String printable(String path) {
        String cut = path.length() > 200 ? path.substring(0, 200) + "…" : path;
        StringBuilder shown = new StringBuilder();
        cut.codePoints().forEach(c -> {
            if (Character.isISOControl(c) || Character.getType(c) == Character.SURROGATE) {
                shown.append(String.format(Locale.ROOT, "\\u%04X", c));
            } else {
                shown.appendCodePoint(c);
            }
        });
        return shown.toString();
    }
}
