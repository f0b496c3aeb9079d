package dev.fundir.ffi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fundir.ffi.NumberText.Outcome;
import dev.fundir.ffi.NumberText.Style;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class NumberTextTest {
    private static final int F32 = 17;

    private static ByteBuffer direct(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
    }

    private static ByteBuffer room(int bytes) {
        return ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static ByteBuffer singles(float... values) {
        ByteBuffer bytes = room(values.length * Float.BYTES);
        for (float value : values) {
            bytes.putFloat(value);
        }
        return bytes.flip();
    }

    private static String text(ByteBuffer bytes) {
        return StandardCharsets.UTF_8.decode(bytes.flip()).toString();
    }

    @Test
    void linesBeginWhereTheyAreToldTo() {
        NumberText list = new NumberText(Style.JSON);
        ByteBuffer text = room(1024);
        list.write(singles(1, 2, 3), F32, 2, text);
        list.beginInLine(0);
        list.write(singles(4), F32, 2, text);
        list.write(singles(5), F32, 2, text);
        list.beginInLine(1);
        list.write(singles(6, 7), F32, 2, text);
        assertEquals(",\n1.0,2.0,\n3.0,\n4.0,5.0,6.0,\n7.0", text(text));
    }

    @Test
    void whatHasNoRoomIsLeft() {
        ByteBuffer elements = singles(1, 2, 3, 4, 5, 6);
        NumberText list = new NumberText(Style.YAML_BLOCK);
        ByteBuffer text = room(4 * NumberText.MOST_BYTES);
        list.write(elements, F32, 1, text);
        assertEquals(2 * Float.BYTES, elements.remaining());
        assertEquals("\n- 1.0\n- 2.0\n- 3.0\n- 4.0", text(text));
    }

    @Test
    void aListIsReadInPieces() {
        NumberText list = new NumberText(Style.JSON);
        ByteBuffer elements = room(16);
        ByteBuffer start = direct(" 1.5,\n2");
        assertEquals(Outcome.MORE_TEXT, list.read(start, false, F32, elements));
        assertEquals(1, start.remaining());
        assertEquals(4, elements.position());
        assertEquals(1, list.numbers());
        assertEquals(Outcome.OUTPUT_FULL, list.read(direct("2,3]"), false, F32, room(4)));
        assertEquals(Outcome.ENDED, list.read(direct("3]"), false, F32, elements));
        assertEquals(1, list.lines());
        assertEquals(4, list.column());
        assertEquals(3, elements.getFloat(4));
    }

    @Test
    void aMistakeHasItsPlace() {
        NumberText list = new NumberText(Style.JSON);
        NativeException e =
                assertThrows(NativeException.class, () -> list.read(direct("1,\n 2,x]"), false, F32, room(64)));
        assertEquals(Status.FORMAT, e.status());
        assertTrue(e.sentence().startsWith("x is not a number"), e.sentence());
        assertEquals(1, list.lines());
        assertEquals(3, list.column());
        assertEquals(2, list.numbers());
    }

    @Test
    void buffersThatCannotBeAreRefused() {
        NumberText list = new NumberText(Style.JSON);
        ByteBuffer heap = ByteBuffer.allocate(64);
        assertThrows(IllegalArgumentException.class, () -> list.write(heap, F32, 1, room(64)));
        assertThrows(IllegalArgumentException.class, () -> list.write(singles(1), F32, 1, heap));
        assertThrows(IllegalArgumentException.class, () -> list.write(singles(1), F32, 1, room(64).asReadOnlyBuffer()));
        assertThrows(IllegalArgumentException.class, () -> list.read(heap, false, F32, room(64)));
        assertThrows(IllegalArgumentException.class, () -> list.read(direct("1]"), false, F32, heap));
        assertThrows(
                IllegalArgumentException.class, () -> list.read(direct("1]"), false, F32, room(64).asReadOnlyBuffer()));
        ByteBuffer both = room(64);
        NativeException overlap =
                assertThrows(NativeException.class, () -> list.read(both, false, F32, both.slice(8, 16)));
        assertEquals(Status.INVALID_ARGUMENT, overlap.status());
        NativeException partial =
                assertThrows(NativeException.class, () -> list.read(direct("1]"), false, F32, room(3)));
        assertEquals(Status.INVALID_ARGUMENT, partial.status());
        assertThrows(NativeException.class, () -> list.read(direct("1]"), false, 22, room(4)));
    }
}
