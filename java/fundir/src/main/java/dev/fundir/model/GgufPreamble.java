package dev.fundir.model;

import dev.fundir.CheckpointFormatException;
import dev.fundir.CheckpointFormatException.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The first eight bytes of a GGUF file: that it is one, and of which version. */
final class GgufPreamble {
    /** The letters, as a little-endian number. */
    static final int MAGIC = 0x46554747;

    static final int VERSION = 3;

    private static final int OLDEST_VERSION = 2;
    private static final int LENGTH = 8;

    /** A Git LFS pointer is shorter than this, says its specification. */
    private static final int LFS_POINTER_LIMIT = 1024;

    private static final String LFS_POINTER = "version https://git-lfs";

    private GgufPreamble() {}

    /** The version, which is one that is read. */
    static int read(GgufCursor cursor) throws IOException {
        if (cursor.fileSize() < LENGTH) {
            throw new CheckpointFormatException(
                    Reason.INCOMPLETE,
                    cursor.file(),
                    null,
                    "the file has " + cursor.fileSize() + " bytes, fewer than the " + LENGTH
                            + " that a GGUF file begins with; it is empty or was cut short: download or write it again");
        }
        int magic = cursor.nextInt("the first four bytes");
        if (magic != MAGIC) {
            throw noGguf(cursor, magic);
        }
        int version = cursor.nextInt("the version");
        if (version < OLDEST_VERSION || version > VERSION) {
            throw new CheckpointFormatException(Reason.GGUF_NOT_SUPPORTED, cursor.file(), null, unsupported(version));
        }
        return version;
    }

    private static String unsupported(int version) {
        int swapped = Integer.reverseBytes(version);
        if (swapped >= 1 && swapped <= 0xFFFF) {
            return "the file is a GGUF file of version " + swapped
                    + " for big-endian machines; only little-endian ones are read: convert it with the"
                    + " gguf-convert-endian command of the Python package gguf";
        }
        String advice = version == 1
                ? "; version 1 was in use for some weeks of 2023 only: convert the model again from its source"
                : "; the file is damaged, or newer than this fundir";
        return "the file is a GGUF file of version " + Integer.toUnsignedString(version) + "; versions "
                + OLDEST_VERSION + " and " + VERSION + " are read" + advice;
    }

    private static CheckpointFormatException noGguf(GgufCursor cursor, int magic) throws IOException {
        byte[] start = Arrays.copyOf(
                ByteBuffer.allocate(Integer.BYTES)
                        .putInt(Integer.reverseBytes(magic))
                        .array(),
                (int) Math.min(LFS_POINTER_LIMIT, cursor.fileSize()));
        byte[] rest = cursor.next(start.length - Integer.BYTES, "the beginning");
        System.arraycopy(rest, 0, start, Integer.BYTES, rest.length);
        String text = new String(start, StandardCharsets.UTF_8);
        if (text.startsWith(LFS_POINTER)) {
            return new CheckpointFormatException(
                    Reason.LFS_POINTER,
                    cursor.file(),
                    null,
                    "the file is a Git LFS pointer, not the model itself; run `git lfs pull` in its repository, or"
                            + " download the real file");
        }
        return new CheckpointFormatException(
                Reason.GGUF_NOT_VALID,
                cursor.file(),
                null,
                String.format(
                        "the file begins with the bytes %02x %02x %02x %02x, not with the letters GGUF; it is another"
                                + " format, or damaged",
                        start[0], start[1], start[2], start[3]));
    }
}
