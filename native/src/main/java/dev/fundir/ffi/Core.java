package dev.fundir.ffi;

import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.bytedeco.javacpp.Pointer;

/**
 * The core's functions with checked arguments: what Java code calls.
 *
 * <p>Every buffer given must be direct; its bytes between position and limit are meant, and neither is changed. A
 * buffer that is written to must be writable. Buffers returned are direct, little-endian, at position 0 and hold
 * exactly the answer. All methods are safe for many threads. Failures are {@link NativeException}, wrong buffers
 * {@link IllegalArgumentException}, and a library that cannot be used {@link NativeLibraryException}.
 */
public final class Core {
    /** Bytes of the shared control words of a merge. */
    public static final int CONTROL_SIZE = 64;

    /** Bytes of the report of a merge. */
    public static final int REPORT_SIZE = 128;

    static final int DETAIL_SIZE = 4096;

    private static final int FIRST_GUESS = 4096;

    private Core() {}

    /** Gives the first bytes of a file. */
    @FunctionalInterface
    public interface FileStart {
        /**
         * Reads the file from its beginning.
         *
         * @param length how many bytes are wanted, never more than the file has
         * @return a direct buffer with exactly that many bytes remaining
         * @throws IOException when they cannot be read
         */
        ByteBuffer read(long length) throws IOException;
    }

    /**
     * The id of the build that the native library is from.
     *
     * @return a short text
     */
    public static String buildId() {
        return StandardCharsets.UTF_8
                .decode(Call.open().grow(FIRST_GUESS, Fundir::buildId))
                .toString();
    }

    /**
     * The SIMD level the kernels use on this machine.
     *
     * @return 0 scalar, 1 AVX2, 2 AVX-512, 3 NEON
     */
    public static int simdLevel() {
        NativeLibrary.require();
        return Fundir.simdLevel();
    }

    /**
     * The hash of a tensor name as the header index holds it.
     *
     * @param name the name's UTF-8
     * @param seed the seed the index was made with
     * @return the hash
     */
    public static long nameHash(ByteBuffer name, long seed) {
        NativeLibrary.require();
        try {
            return Fundir.nameHash(input(name), name.remaining(), seed);
        } finally {
            Reference.reachabilityFence(name);
        }
    }

    /**
     * Checks the header of a safetensors file and gives its index, encoded as {@code fundir.h} says.
     *
     * @param start reads the beginning of the file; it is asked for {@code firstLength} bytes, and at most once more
     * @param firstLength bytes to begin with, at most {@code fileLength}
     * @param fileLength bytes of the whole file
     * @param seed the seed of the name hashes
     * @param rules by which it is read
     * @return the header index
     * @throws IOException from {@code start}
     */
    public static ByteBuffer parseHeader(
            FileStart start, long firstLength, long fileLength, long seed, HeaderRules rules) throws IOException {
        Call call = Call.open();
        long length = firstLength;
        while (true) {
            ByteBuffer bytes = start.read(length);
            ByteBuffer index = transform(
                    call,
                    bytes,
                    indexGuess(bytes),
                    (in, inLength, out, capacity, needed, detail) -> Fundir.headerParse(
                            in,
                            inLength,
                            fileLength,
                            seed,
                            rules.flags(),
                            rules.maxHeaderBytes(),
                            rules.maxTensors(),
                            out,
                            capacity,
                            needed,
                            detail));
            if (index != null) {
                return index;
            }
            if (call.needed() <= length || call.needed() > fileLength) {
                throw new IllegalStateException("the core asked for " + call.needed() + " bytes of a file of "
                        + fileLength + " that it was given " + length + " of");
            }
            length = call.needed();
        }
    }

    /** An index is rarely longer than its header, whose length the file's first eight bytes claim. */
    private static long indexGuess(ByteBuffer start) {
        int behindLength = start.remaining() - Long.BYTES;
        if (behindLength < 0) {
            return 0;
        }
        long claimed = start.duplicate().order(ByteOrder.LITTLE_ENDIAN).getLong(start.position());
        return claimed < 0 || claimed > behindLength ? 0 : claimed + claimed / 8 + 64;
    }

    /**
     * Writes the first bytes of a file, its length word and its header.
     *
     * @param declaration the declaration, encoded as {@code fundir.h} says
     * @return the bytes up to the first tensor
     */
    public static ByteBuffer writeHeader(ByteBuffer declaration) {
        return transform(Call.open(), declaration, 2L * declaration.remaining() + FIRST_GUESS, Fundir::headerWrite);
    }

    /**
     * Reads the JSON of a shard index.
     *
     * @param json the file's bytes
     * @return the shard index, encoded as {@code fundir.h} says
     */
    public static ByteBuffer parseShardIndex(ByteBuffer json) {
        return transform(Call.open(), json, (long) json.remaining() + FIRST_GUESS, Fundir::shardIndexParse);
    }

    /**
     * The table of merge methods, encoded as {@code fundir.h} says.
     *
     * @return the table
     */
    public static ByteBuffer mergeMethods() {
        return Call.open().grow(FIRST_GUESS, Fundir::mergeMethods);
    }

    /**
     * Runs a merge plan; returns when it is done, has failed, or was cancelled.
     *
     * @param plan the plan, encoded as {@code fundir.h} says
     * @param control {@value #CONTROL_SIZE} bytes at an address that is a multiple of 8, all zero; the core counts its
     *     progress there meanwhile, and another thread may set the cancel word
     * @return the report, {@value #REPORT_SIZE} bytes
     */
    public static ByteBuffer runMerge(ByteBuffer plan, ByteBuffer control) {
        return run(plan, control, Fundir::mergeRun);
    }

    /**
     * Runs a merge plan on memory in place of its files; returns when it is done, has failed, or was cancelled.
     *
     * @param plan the plan, encoded as {@code fundir.h} says
     * @param inputs one for each input file of the plan, with as many bytes as the plan says; nobody may write to them
     *     meanwhile
     * @param outputs one for each output file, likewise; they overlap nothing
     * @param control as for {@link #runMerge}
     * @return the report, {@value #REPORT_SIZE} bytes
     */
    public static ByteBuffer runMergeInMemory(
            ByteBuffer plan, List<ByteBuffer> inputs, List<ByteBuffer> outputs, ByteBuffer control) {
        ByteBuffer ranges = direct((inputs.size() + outputs.size()) * 2 * Long.BYTES);
        inputs.forEach(each -> ranges.putLong(input(each)).putLong(each.remaining()));
        outputs.forEach(each -> ranges.putLong(output(each, each.remaining())).putLong(each.remaining()));
        ranges.flip();
        try {
            return run(
                    plan,
                    control,
                    (address, length, words, report, detail) -> Fundir.mergeRunInMemory(
                            address, length, input(ranges), ranges.remaining(), words, report, detail));
        } finally {
            Reference.reachabilityFence(ranges);
            inputs.forEach(Reference::reachabilityFence);
            outputs.forEach(Reference::reachabilityFence);
        }
    }

    /** A function of the core that runs a plan. */
    @FunctionalInterface
    private interface Merge {
        int run(long plan, long length, long control, long report, long detail);
    }

    private static ByteBuffer run(ByteBuffer plan, ByteBuffer control, Merge merge) {
        Call call = Call.open();
        ByteBuffer report = direct(REPORT_SIZE);
        try {
            long words = output(control, CONTROL_SIZE);
            if (words % Long.BYTES != 0) {
                throw new IllegalArgumentException("the control words must start at a multiple of 8");
            }
            call.check(Status.of(merge.run(
                    input(plan), plan.remaining(), words, output(report, REPORT_SIZE), call.detailAddress())));
            return report;
        } finally {
            Reference.reachabilityFence(call);
            Reference.reachabilityFence(plan);
            Reference.reachabilityFence(control);
            Reference.reachabilityFence(report);
        }
    }

    /** A function of the core that makes one output of one input. */
    @FunctionalInterface
    private interface Transform {
        int call(long in, long length, long out, long capacity, long needed, long detail);
    }

    /** The answer of a function, or null when it wants more input. */
    private static ByteBuffer transform(Call call, ByteBuffer in, long firstCapacity, Transform function) {
        try {
            long address = input(in);
            int length = in.remaining();
            return call.grow(
                    (int) Math.min(firstCapacity, Integer.MAX_VALUE),
                    (out, capacity, needed, detail) -> function.call(address, length, out, capacity, needed, detail));
        } finally {
            Reference.reachabilityFence(in);
        }
    }

    static ByteBuffer direct(int capacity) {
        return ByteBuffer.allocateDirect(capacity).order(ByteOrder.LITTLE_ENDIAN);
    }

    static long input(ByteBuffer buffer) {
        return address(buffer) + buffer.position();
    }

    static long output(ByteBuffer buffer, int length) {
        if (buffer.isReadOnly()) {
            throw new IllegalArgumentException("a buffer that the core writes to is read-only");
        }
        if (buffer.remaining() != length) {
            throw new IllegalArgumentException(
                    "a buffer of " + length + " bytes is wanted, not one of " + buffer.remaining());
        }
        return input(buffer);
    }

    /** The address of a direct buffer's byte 0, good as long as the buffer is reachable. The library must be loaded. */
    private static long address(Buffer buffer) {
        if (!buffer.isDirect()) {
            throw new IllegalArgumentException("a direct buffer is wanted: a heap buffer has no address");
        }
        return new Pointer(buffer).address();
    }
}
