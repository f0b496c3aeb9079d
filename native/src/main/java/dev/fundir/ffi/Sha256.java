package dev.fundir.ffi;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.util.HexFormat;

/**
 * SHA-256 of bytes that come in parts, with the processor's own instructions where it has them.
 *
 * <p>Java's own digest has them only when the second compiler has compiled it, which a short process never lives to
 * see. For one thread at a time.
 */
public final class Sha256 {
    /** Bytes of a hash. */
    public static final int HASH_SIZE = 32;

    private static final int STATE_SIZE = 104;

    private final ByteBuffer state = Core.direct(STATE_SIZE);
    private final ByteBuffer hash = Core.direct(HASH_SIZE);

    /**
     * Takes the next bytes in.
     *
     * @param bytes a direct buffer, memory and no mapping of a file: its remaining bytes are hashed, its position stays
     */
    public void update(ByteBuffer bytes) {
        Call call = Call.take();
        try {
            call.check(Status.of(Fundir.sha256Update(
                    Core.output(state, STATE_SIZE), Core.input(bytes), bytes.remaining(), call.detailAddress())));
        } finally {
            Reference.reachabilityFence(bytes);
            Reference.reachabilityFence(this);
            Reference.reachabilityFence(call);
        }
        call.give();
    }

    /**
     * The hash of all bytes that were taken in; more may follow.
     *
     * @return {@value #HASH_SIZE} bytes in lower-case hexadecimal digits
     */
    public String hex() {
        byte[] bytes = new byte[HASH_SIZE];
        Call call = Call.take();
        try {
            call.check(Status.of(Fundir.sha256Finish(
                    Core.output(state, STATE_SIZE), Core.output(hash, HASH_SIZE), call.detailAddress())));
            hash.get(0, bytes);
        } finally {
            Reference.reachabilityFence(this);
            Reference.reachabilityFence(call);
        }
        call.give();
        return HexFormat.of().formatHex(bytes);
    }
}
