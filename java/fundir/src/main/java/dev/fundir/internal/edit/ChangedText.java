package dev.fundir.internal.edit;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The text of a header with changes in it, laid out so that as little as possible moves.
 *
 * <p>A text that gets shorter leaves spaces behind it, which JSON allows; one that gets longer takes the spaces that
 * are there.
 */
final class ChangedText {
    /** File systems share blocks of this size between files, and memory has pages of it. */
    static final int BLOCK = 4096;

    private final HeaderText old;
    private final byte[] text;
    private final List<Replacement> changes;

    /**
     * Changes of a text.
     *
     * @param changes in the order of their places, at least one
     */
    ChangedText(HeaderText old, List<Replacement> changes) {
        this.old = old;
        this.text = old.bytes();
        this.changes = changes;
    }

    /** The changed text in the length of the old one; empty where it does not fit. */
    Optional<byte[]> inOldLength() {
        int last = endWithSpaces(changes.size() - 1);
        return eachInItsPlace().or(() -> padded(last, last)).or(() -> padded(end(), text.length));
    }

    /**
     * The changed text in a greater length. It grows by whole blocks, so that file systems that share blocks between
     * files can share the tensors with the old file; where the old header was not padded to a multiple of 8 bytes, it
     * only gets that.
     */
    byte[] grown() {
        return padded(changed(end()), Math.toIntExact(grownLength()));
    }

    /** The length of {@link #grown}, which the format may not allow. */
    long grownLength() {
        long length = end();
        for (int i = 0; i < changes.size(); i++) {
            length += changes.get(i).with().length
                    - (endWithSpaces(i) - changes.get(i).begin());
        }
        if (text.length % Long.BYTES != 0) {
            return multiple(length, Long.BYTES);
        }
        return text.length + multiple(Math.max(0, length - text.length), BLOCK);
    }

    /** Each change where it is, so that nothing else moves. */
    private Optional<byte[]> eachInItsPlace() {
        byte[] changed = text.clone();
        for (int i = 0; i < changes.size(); i++) {
            Replacement change = changes.get(i);
            byte[] with = change.with();
            if (with.length > endWithSpaces(i) - change.begin()) {
                return Optional.empty();
            }
            Arrays.fill(changed, change.begin(), endWithSpaces(i), (byte) ' ');
            System.arraycopy(with, 0, changed, change.begin(), with.length);
        }
        return Optional.of(changed);
    }

    /** What stands before a place, changed, with spaces up to another place, and what stands behind that one. */
    private Optional<byte[]> padded(int to, int room) {
        byte[] changed = changed(to);
        if (changed.length > room) {
            return Optional.empty();
        }
        byte[] all = text.clone();
        System.arraycopy(padded(changed, room), 0, all, 0, room);
        return Optional.of(all);
    }

    private static long multiple(long length, int of) {
        return (length + of - 1) / of * of;
    }

    private static byte[] padded(byte[] changed, int length) {
        byte[] all = Arrays.copyOf(changed, length);
        Arrays.fill(all, changed.length, length, (byte) ' ');
        return all;
    }

    /** The old text up to a place, with the changes in it and without the spaces behind them. */
    private byte[] changed(int to) {
        ByteArrayOutputStream changed = new ByteArrayOutputStream(to);
        int at = 0;
        for (int i = 0; i < changes.size(); i++) {
            changed.write(text, at, changes.get(i).begin() - at);
            changed.writeBytes(changes.get(i).with());
            at = endWithSpaces(i);
        }
        changed.write(text, at, to - at);
        return changed.toByteArray();
    }

    /** Behind the spaces that follow a change, up to the next one. */
    private int endWithSpaces(int change) {
        int end = old.behindSpaces(changes.get(change).end());
        return change + 1 < changes.size()
                ? Math.min(end, changes.get(change + 1).begin())
                : end;
    }

    /** Behind the header's closing brace, but for white space that is not a space. */
    private int end() {
        int end = text.length;
        while (text[end - 1] == ' ') {
            end--;
        }
        return end;
    }
}
