package dev.fundir.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.fundir.DType;
import dev.fundir.TensorView;
import java.nio.ByteBuffer;
import java.util.List;

/** What tests of models in JSON and YAML share. */
final class TextModels {
    private TextModels() {}

    static Parameter parameter(String name, DType dtype, byte[] bytes, long... shape) {
        return new Parameter(name, TensorView.of(dtype, shape, ByteBuffer.wrap(bytes)));
    }

    static byte[] bytes(TensorView tensor) {
        ByteBuffer bytes = ByteBuffer.allocate((int) tensor.byteSize());
        tensor.readBytes(0, bytes);
        return bytes.array();
    }

    /** Whether two models say the same and have the same bytes. */
    static void assertSame(Model expected, Model found) {
        assertEquals(expected.metadata(), found.metadata());
        assertEquals(names(expected), names(found));
        for (Parameter each : expected.parameters()) {
            Parameter other = found.parameter(each.name());
            assertEquals(each.requiresGrad(), other.requiresGrad(), each.name());
            assertEquals(each.tensor().dtype(), other.tensor().dtype(), each.name());
            assertArrayEquals(each.tensor().shape(), other.tensor().shape(), each.name());
            assertArrayEquals(bytes(each.tensor()), bytes(other.tensor()), each.name());
        }
    }

    private static List<String> names(Model model) {
        return model.parameters().stream().map(Parameter::name).toList();
    }
}
