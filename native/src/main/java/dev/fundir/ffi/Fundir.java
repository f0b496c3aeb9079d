package dev.fundir.ffi;

import org.bytedeco.javacpp.annotation.Cast;
import org.bytedeco.javacpp.annotation.CriticalRegion;
import org.bytedeco.javacpp.annotation.Name;
import org.bytedeco.javacpp.annotation.NoException;
import org.bytedeco.javacpp.annotation.Platform;

/**
 * The functions of {@code fundir.h}, one to one; the C++ compiler checks these declarations against the header.
 *
 * <p>Addresses go over as {@code long}: they cost nothing to pass, and nothing here owns memory. Only {@link Core} and
 * the classes beside it call these methods, with addresses and lengths that they have checked.
 */
@Platform(cinclude = "fundir.h", library = "jnifundir")
@NoException
final class Fundir {
    private Fundir() {}

    @Name("fundir_abi_version")
    static native @Cast("uint32_t") int abiVersion();

    @Name("fundir_build_id")
    static native int buildId(
            @Cast("uint8_t*") long out,
            @Cast("uint64_t") long capacity,
            @Cast("uint64_t*") long needed,
            @Cast("uint8_t*") long detail);

    @Name("fundir_simd_level")
    static native @Cast("uint32_t") int simdLevel();

    @Name("fundir_header_parse")
    static native int headerParse(
            @Cast("const uint8_t*") long start,
            @Cast("uint64_t") long length,
            @Cast("uint64_t") long fileLength,
            @Cast("uint64_t") long seed,
            @Cast("uint32_t") int flags,
            @Cast("uint64_t") long maxHeader,
            @Cast("uint64_t") long maxTensors,
            @Cast("uint8_t*") long index,
            @Cast("uint64_t") long capacity,
            @Cast("uint64_t*") long needed,
            @Cast("uint8_t*") long detail);

    @Name("fundir_name_hash")
    static native @Cast("uint64_t") long nameHash(
            @Cast("const uint8_t*") long name, @Cast("uint64_t") long length, @Cast("uint64_t") long seed);

    @Name("fundir_header_write")
    static native int headerWrite(
            @Cast("const uint8_t*") long declaration,
            @Cast("uint64_t") long length,
            @Cast("uint8_t*") long header,
            @Cast("uint64_t") long capacity,
            @Cast("uint64_t*") long needed,
            @Cast("uint8_t*") long detail);

    @Name("fundir_shard_index_parse")
    static native int shardIndexParse(
            @Cast("const uint8_t*") long json,
            @Cast("uint64_t") long length,
            @Cast("uint8_t*") long index,
            @Cast("uint64_t") long capacity,
            @Cast("uint64_t*") long needed,
            @Cast("uint8_t*") long detail);

    @Name("fundir_convert")
    static native int convert(
            @Cast("const uint8_t*") long in,
            @Cast("uint64_t") long inLength,
            @Cast("uint32_t") int inType,
            @Cast("uint8_t*") long out,
            @Cast("uint64_t") long outOffset,
            @Cast("uint64_t") long outLength,
            @Cast("uint32_t") int outType,
            @Cast("uint8_t*") long detail);

    @Name("fundir_convert")
    @CriticalRegion
    static native int convert(
            @Cast("const uint8_t*") long in,
            @Cast("uint64_t") long inLength,
            @Cast("uint32_t") int inType,
            @Cast("uint8_t*") float[] out,
            @Cast("uint64_t") long outOffset,
            @Cast("uint64_t") long outLength,
            @Cast("uint32_t") int outType,
            @Cast("uint8_t*") long detail);

    @Name("fundir_convert")
    @CriticalRegion
    static native int convert(
            @Cast("const uint8_t*") long in,
            @Cast("uint64_t") long inLength,
            @Cast("uint32_t") int inType,
            @Cast("uint8_t*") double[] out,
            @Cast("uint64_t") long outOffset,
            @Cast("uint64_t") long outLength,
            @Cast("uint32_t") int outType,
            @Cast("uint8_t*") long detail);

    @Name("fundir_convert")
    @CriticalRegion
    static native int convert(
            @Cast("const uint8_t*") long in,
            @Cast("uint64_t") long inLength,
            @Cast("uint32_t") int inType,
            @Cast("uint8_t*") long[] out,
            @Cast("uint64_t") long outOffset,
            @Cast("uint64_t") long outLength,
            @Cast("uint32_t") int outType,
            @Cast("uint8_t*") long detail);

    @Name("fundir_convert")
    @CriticalRegion
    static native int convert(
            @Cast("const uint8_t*") long in,
            @Cast("uint64_t") long inLength,
            @Cast("uint32_t") int inType,
            @Cast("uint8_t*") int[] out,
            @Cast("uint64_t") long outOffset,
            @Cast("uint64_t") long outLength,
            @Cast("uint32_t") int outType,
            @Cast("uint8_t*") long detail);

    @Name("fundir_convert")
    @CriticalRegion
    static native int convert(
            @Cast("const uint8_t*") long in,
            @Cast("uint64_t") long inLength,
            @Cast("uint32_t") int inType,
            @Cast("uint8_t*") short[] out,
            @Cast("uint64_t") long outOffset,
            @Cast("uint64_t") long outLength,
            @Cast("uint32_t") int outType,
            @Cast("uint8_t*") long detail);

    @Name("fundir_convert")
    @CriticalRegion
    static native int convert(
            @Cast("const uint8_t*") long in,
            @Cast("uint64_t") long inLength,
            @Cast("uint32_t") int inType,
            @Cast("uint8_t*") byte[] out,
            @Cast("uint64_t") long outOffset,
            @Cast("uint64_t") long outLength,
            @Cast("uint32_t") int outType,
            @Cast("uint8_t*") long detail);

    @Name("fundir_moments")
    static native int moments(
            @Cast("const uint8_t*") long elements,
            @Cast("uint64_t") long length,
            @Cast("uint32_t") int type,
            @Cast("uint8_t*") long moments,
            @Cast("uint8_t*") long detail);

    @Name("fundir_outliers")
    static native int outliers(
            @Cast("const uint8_t*") long elements,
            @Cast("uint64_t") long length,
            @Cast("uint32_t") int type,
            double mean,
            double limit,
            @Cast("uint32_t") int most,
            @Cast("uint8_t*") long outliers,
            @Cast("uint8_t*") long detail);

    @Name("fundir_histogram")
    static native int histogram(
            @Cast("const uint8_t*") long elements,
            @Cast("uint64_t") long length,
            @Cast("uint32_t") int type,
            double from,
            double to,
            @Cast("uint32_t") int bins,
            @Cast("uint8_t*") long counts,
            @Cast("uint8_t*") long detail);

    @Name("fundir_distance")
    static native int distance(
            @Cast("const uint8_t*") long a,
            @Cast("uint64_t") long aLength,
            @Cast("uint32_t") int aType,
            @Cast("const uint8_t*") long b,
            @Cast("uint64_t") long bLength,
            @Cast("uint32_t") int bType,
            @Cast("uint8_t*") long distance,
            @Cast("uint8_t*") long detail);

    @Name("fundir_sha256_update")
    static native int sha256Update(
            @Cast("uint8_t*") long state,
            @Cast("const uint8_t*") long bytes,
            @Cast("uint64_t") long length,
            @Cast("uint8_t*") long detail);

    @Name("fundir_sha256_finish")
    static native int sha256Finish(
            @Cast("const uint8_t*") long state, @Cast("uint8_t*") long hash, @Cast("uint8_t*") long detail);

    @Name("fundir_memory_allocate")
    static native @Cast("uint64_t") long memoryAllocate(@Cast("uint64_t") long length);

    @Name("fundir_memory_free")
    static native void memoryFree(@Cast("uint8_t*") long start, @Cast("uint64_t") long length);

    @Name("fundir_memory_prefetch")
    static native @Cast("uint32_t") int memoryPrefetch(@Cast("uint64_t") long start, @Cast("uint64_t") long length);

    @Name("fundir_lock_take")
    static native int lockTake(
            @Cast("const uint8_t*") long path,
            @Cast("uint64_t") long length,
            @Cast("uint64_t*") long token,
            @Cast("uint8_t*") long detail);

    @Name("fundir_lock_release")
    static native int lockRelease(@Cast("uint64_t") long token, @Cast("uint8_t*") long detail);

    @Name("fundir_merge_methods")
    static native int mergeMethods(
            @Cast("uint8_t*") long table,
            @Cast("uint64_t") long capacity,
            @Cast("uint64_t*") long needed,
            @Cast("uint8_t*") long detail);

    @Name("fundir_merge_run")
    static native int mergeRun(
            @Cast("const uint8_t*") long plan,
            @Cast("uint64_t") long length,
            @Cast("uint64_t*") long control,
            @Cast("uint8_t*") long report,
            @Cast("uint8_t*") long detail);

    @Name("fundir_merge_run_in_memory")
    static native int mergeRunInMemory(
            @Cast("const uint8_t*") long plan,
            @Cast("uint64_t") long length,
            @Cast("const uint8_t*") long ranges,
            @Cast("uint64_t") long rangesLength,
            @Cast("uint64_t*") long control,
            @Cast("uint8_t*") long report,
            @Cast("uint8_t*") long detail);

    @Name("fundir_text_write")
    static native int textWrite(
            @Cast("const uint8_t*") long elements,
            @Cast("uint64_t") long length,
            @Cast("uint32_t") int type,
            @Cast("uint32_t") int style,
            @Cast("uint64_t") long numbersInLine,
            @Cast("uint8_t*") long text,
            @Cast("uint64_t") long capacity,
            @Cast("uint8_t*") long progress,
            @Cast("uint8_t*") long detail);

    @Name("fundir_text_read")
    static native int textRead(
            @Cast("const uint8_t*") long text,
            @Cast("uint64_t") long length,
            @Cast("uint32_t") int last,
            @Cast("uint32_t") int style,
            @Cast("uint32_t") int type,
            @Cast("uint8_t*") long elements,
            @Cast("uint64_t") long capacity,
            @Cast("uint8_t*") long progress,
            @Cast("uint8_t*") long detail);
}
