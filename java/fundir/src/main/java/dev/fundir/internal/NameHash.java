package dev.fundir.internal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.SplittableRandom;

/**
 * The hash of tensor names that header indexes hold; the core defines it (see {@code hash.rs}) and computes the same.
 */
final class NameHash {
    /** Differs from process to process, so that nobody can prepare names that collide. */
    static final long SEED = new SplittableRandom().nextLong();

    private static final VarHandle WORD = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private static final long SEED_SPREAD = 0x9E3779B97F4A7C15L;
    private static final long SEED_MULTIPLIER = 0xD6E8FEB86659FD93L;
    private static final long FINISH = 0xA0761D6478BD642FL;

    private NameHash() {}

    /** The hash of a name's UTF-8. */
    static long of(byte[] name, long seed) {
        long multiplier = mix(seed ^ SEED_SPREAD, SEED_MULTIPLIER) | 1;
        long hash = seed ^ name.length;
        int at = 0;
        for (; at + Long.BYTES <= name.length; at += Long.BYTES) {
            hash = mix(hash ^ (long) WORD.get(name, at), multiplier);
        }
        hash = mix(hash ^ lastWord(name, at), multiplier);
        return mix(hash, multiplier ^ FINISH);
    }

    private static long lastWord(byte[] name, int from) {
        long word = 0;
        for (int i = name.length - 1; i >= from; i--) {
            word = word << 8 | (name[i] & 0xFF);
        }
        return word;
    }

    /** Both halves of the unsigned 128-bit product, folded together. */
    private static long mix(long a, long b) {
        long high = Math.multiplyHigh(a, b) + (a >> 63 & b) + (b >> 63 & a);
        return a * b ^ high;
    }
}
