package dev.fundir.model;

import dev.fundir.DType;
import dev.fundir.TensorView;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** What is saved as JSON or YAML is what is loaded, whatever it is. */
class TextModelProperties {
    @Property(tries = 200)
    void modelsSurvive(@ForAll("models") Model model, @ForAll boolean yaml) throws IOException {
        Path file = Files.createTempFile("fundir", yaml ? ".yaml" : ".json");
        try {
            Models.save(model, file);
            TextModels.assertSame(model, Models.load(file));
        } finally {
            Files.delete(file);
        }
    }

    @Provide
    Arbitrary<Model> models() {
        Arbitrary<Optional<Map<String, Object>>> training =
                Arbitraries.maps(texts(), values(2)).ofMaxSize(4).optional();
        Arbitrary<ModelMetadata> metadata = Combinators.combine(
                        texts(),
                        texts(),
                        texts(),
                        training,
                        Arbitraries.maps(texts(), values(2)).ofMaxSize(4))
                .as(ModelMetadata::new);
        Arbitrary<List<Parameter>> parameters = parameters().list().ofMaxSize(8).uniqueElements(Parameter::name);
        return Combinators.combine(metadata, parameters).as(Model::new);
    }

    private static Arbitrary<Parameter> parameters() {
        Arbitrary<long[]> shapes =
                Arbitraries.longs().between(0, 4).array(long[].class).ofMaxSize(3);
        return Combinators.combine(
                        texts(), Arbitraries.of(DType.class), shapes, Arbitraries.longs(), Arbitraries.of(true, false))
                .as((name, dtype, shape, seed, grad) -> {
                    // A last extent of 8 makes elements of any width fill whole bytes.
                    long[] whole = Arrays.copyOf(shape, shape.length + 1);
                    whole[shape.length] = 8;
                    long elements = Arrays.stream(whole).reduce(1, (a, b) -> a * b);
                    byte[] bytes = elements(dtype, (int) dtype.byteSize(elements), new Random(seed));
                    return new Parameter(name, TensorView.of(dtype, whole, ByteBuffer.wrap(bytes)), grad);
                });
    }

    /** Random bits without the NaNs that have a payload or a sign, which texts do not keep. */
    private static byte[] elements(DType dtype, int size, Random random) {
        byte[] bytes = new byte[size];
        random.nextBytes(bytes);
        if (dtype == DType.BOOL) {
            for (int i = 0; i < size; i++) {
                bytes[i] &= 1;
            }
            return bytes;
        }
        int width = Math.max(dtype == DType.C64 ? Float.BYTES : dtype.bits() / Byte.SIZE, 1);
        if ((dtype.isFloat() && dtype.bits() >= Byte.SIZE) || dtype == DType.C64) {
            for (int i = width - 1; i < size; i += width) {
                bytes[i] &= 0x3F; // the largest exponents are left out
            }
        }
        return bytes;
    }

    private static Arbitrary<Object> values(int depth) {
        Arbitrary<Object> scalars = Arbitraries.oneOf(
                texts().map(text -> (Object) text),
                Arbitraries.longs().map(value -> (Object) value),
                Arbitraries.doubles().map(value -> (Object) value),
                Arbitraries.of(true, false).map(value -> (Object) value),
                Arbitraries.of(BigInteger.TWO.pow(64), BigInteger.TEN.pow(40).negate())
                        .map(value -> (Object) value),
                Arbitraries.just(null));
        if (depth == 0) {
            return scalars;
        }
        return Arbitraries.oneOf(
                scalars,
                values(depth - 1).list().ofMaxSize(3).map(list -> (Object) list),
                Arbitraries.maps(texts(), values(depth - 1)).ofMaxSize(3).map(map -> (Object) map));
    }

    private static Arbitrary<String> texts() {
        Arbitrary<String> any = Arbitraries.strings().ofMaxLength(12).filter(TextModelProperties::hasUtf8);
        Arbitrary<String> sharp = Arbitraries.of(
                "",
                "\0",
                "\"",
                "\\",
                "\u007F",
                "\u0085",
                "\u2028",
                "\uFEFF",
                "\uD83D\uDE00",
                "\uFFFF",
                "a.b",
                "\n",
                "null",
                "~",
                "true",
                "1",
                "1e5",
                "NaN",
                "- a",
                "a: b",
                "#",
                "<<",
                "&a",
                "*a",
                " x ",
                "x".repeat(1100));
        return Arbitraries.oneOf(any, sharp);
    }

    private static boolean hasUtf8(String text) {
        return StandardCharsets.UTF_8.newEncoder().canEncode(text);
    }
}
