package dev.fundir.ffi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;

class Sha256Test {
    private final Random random = new Random(1);

    private ByteBuffer randomBytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return ByteBuffer.allocateDirect(length).put(bytes).flip();
    }

    @Test
    void agreesWithTheDigestOfJava() throws NoSuchAlgorithmException {
        for (int round = 0; round < 200; round++) {
            ByteBuffer bytes = randomBytes(random.nextInt(1000));
            Sha256 hash = new Sha256();
            int length = bytes.limit();
            while (bytes.hasRemaining()) {
                bytes.limit(bytes.position() + 1 + random.nextInt(bytes.remaining()));
                hash.update(bytes);
                bytes.position(bytes.limit()).limit(length);
            }
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(bytes.rewind());
            assertEquals(HexFormat.of().formatHex(digest.digest()), hash.hex());
        }
    }

    @Test
    void goesOnAfterAHash() {
        Sha256 hash = new Sha256();
        hash.update(ByteBuffer.allocateDirect(3).put(new byte[] {'a', 'b', 'c'}).flip());
        String abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assertEquals(abc, hash.hex());
        assertEquals(abc, hash.hex());
        hash.update(ByteBuffer.allocateDirect(1).put(new byte[] {'d'}).flip());
        assertEquals("88d4266fd4e6338d13b845fcf289579d209c897823b9217da3e161936f031589", hash.hex());
    }

    @Test
    void refusesAnArray() {
        Sha256 hash = new Sha256();
        assertThrows(IllegalArgumentException.class, () -> hash.update(ByteBuffer.allocate(3)));
    }
}
