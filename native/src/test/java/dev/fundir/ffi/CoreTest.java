package dev.fundir.ffi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CoreTest {
    private static final int INDEX_MAGIC = 0x58494E46;

    private static ByteBuffer direct(String text) {
        return direct(text.getBytes(StandardCharsets.UTF_8));
    }

    private static ByteBuffer direct(byte[] bytes) {
        return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
    }

    private static ByteBuffer file(String header, int dataBytes) {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocateDirect(Long.BYTES + json.length + dataBytes)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(json.length)
                .put(json)
                .position(0);
    }

    private static ByteBuffer parse(ByteBuffer file) throws IOException {
        return Core.parseHeader(
                length -> file.slice(file.position(), (int) length),
                file.remaining(),
                file.remaining(),
                1,
                HeaderRules.FORMAT);
    }

    @Test
    void knowsItsBuildAndItsMachine() {
        assertFalse(Core.buildId().isBlank());
        assertTrue(Core.simdLevel() >= 0 && Core.simdLevel() <= 3);
    }

    @Test
    void asksForTheRestOfALongHeaderOnce() throws IOException {
        ByteBuffer file = file("{\"a\":{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[0,3]}}", 3);
        List<Long> asked = new ArrayList<>();
        ByteBuffer index = Core.parseHeader(
                length -> {
                    asked.add(length);
                    return file.slice(0, (int) length);
                },
                5,
                file.limit(),
                1,
                HeaderRules.FORMAT);
        assertEquals(INDEX_MAGIC, index.getInt(0));
        assertEquals(1, index.getInt(4));
        assertEquals(5, asked.get(0));
        assertEquals(file.limit() - 3, asked.get(asked.size() - 1));
        assertTrue(asked.size() <= 3, asked.toString());
    }

    @Test
    void growsAnOutputThatIsTooSmall() throws IOException {
        // Two bytes of header for each dimension, eight bytes of index.
        String shape = "1,".repeat(20_000) + "1";
        ByteBuffer index =
                parse(file("{\"a\":{\"dtype\":\"U8\",\"shape\":[" + shape + "],\"data_offsets\":[0,1]}}", 1));
        assertEquals(20_001, index.getInt(24));
        assertTrue(index.limit() > 8 * 20_001);
        assertEquals(0, index.position());
        assertEquals(index.limit(), index.capacity());
        assertEquals(ByteOrder.LITTLE_ENDIAN, index.order());
    }

    @Test
    void onlyTheBytesBetweenPositionAndLimitCount() throws IOException {
        ByteBuffer file = file("{}", 0);
        ByteBuffer padded = ByteBuffer.allocateDirect(file.limit() + 7).position(3);
        padded.put(file).limit(file.limit() + 3).position(3);
        assertEquals(0, parse(padded).getInt(4));
        assertEquals(3, padded.position());
    }

    @Test
    void aFailureSaysAllThatTheCoreSaid() {
        ByteBuffer file = file("{\"\u00E9\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]}}", 8);
        NativeException e = assertThrows(NativeException.class, () -> parse(file));
        assertSame(Status.FORMAT, e.status());
        assertEquals(9, e.reason());
        assertEquals(8, e.found());
        assertEquals(12, e.expected());
        assertEquals(0, e.osError());
        assertEquals("\u00E9", e.tensor());
        assertEquals("", e.path());
        assertFalse(e.sentence().isBlank());
        assertTrue(e.getMessage().contains(e.sentence()), e.getMessage());
    }

    @Test
    void failuresOfTheReaderPass() {
        assertThrows(
                IOException.class,
                () -> Core.parseHeader(
                        length -> {
                            throw new IOException("lost");
                        },
                        8,
                        8,
                        1,
                        HeaderRules.FORMAT));
    }

    @Test
    void buffersThatTheCoreCannotUseAreRefused() {
        ByteBuffer heap = ByteBuffer.allocate(16);
        ByteBuffer plan = direct("no plan");
        assertThrows(
                IllegalArgumentException.class, () -> Core.parseHeader(length -> heap, 16, 16, 1, HeaderRules.FORMAT));
        assertThrows(IllegalArgumentException.class, () -> Core.writeHeader(heap));
        assertThrows(IllegalArgumentException.class, () -> Core.parseShardIndex(heap));
        assertThrows(IllegalArgumentException.class, () -> Core.nameHash(heap, 1));
        ByteBuffer control = ByteBuffer.allocateDirect(Core.CONTROL_SIZE);
        assertThrows(IllegalArgumentException.class, () -> Core.runMerge(heap, control));
        assertThrows(IllegalArgumentException.class, () -> Core.runMerge(plan, ByteBuffer.allocate(Core.CONTROL_SIZE)));
        assertThrows(IllegalArgumentException.class, () -> Core.runMerge(plan, control.asReadOnlyBuffer()));
        assertThrows(IllegalArgumentException.class, () -> Core.runMerge(plan, control.slice(0, 8)));
        ByteBuffer unaligned = ByteBuffer.allocateDirect(Core.CONTROL_SIZE + 1).position(1);
        assertThrows(IllegalArgumentException.class, () -> Core.runMerge(plan, unaligned));
    }

    @Test
    void nonsenseIsAFailureAndNoCrash() {
        byte[] noise = new byte[4096];
        new Random(1).nextBytes(noise);
        for (int length = 0; length < noise.length; length += 17) {
            ByteBuffer bytes = direct(Arrays.copyOf(noise, length));
            assertThrows(NativeException.class, () -> parse(bytes));
            assertThrows(NativeException.class, () -> Core.parseShardIndex(bytes));
            assertThrows(NativeException.class, () -> Core.writeHeader(bytes));
            assertThrows(
                    NativeException.class, () -> Core.runMerge(bytes, ByteBuffer.allocateDirect(Core.CONTROL_SIZE)));
        }
    }
}
