package dev.fundir.model;

import dev.fundir.internal.ByteSink;
import dev.fundir.internal.Utf8;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Which types of GGUF plain values are written with.
 *
 * <p>The usual ones are those that programs which read GGUF ask for: an integer is a uint32, or an int32 when it is
 * negative, then an int64, then a uint64, whichever is the first that holds it; integers of a list are int32, then
 * uint32, int64, uint64; floats are float32 where that loses nothing, else float64.
 */
final class GgufTyping {
    private static final List<GgufValueType> INTEGERS =
            List.of(GgufValueType.UINT32, GgufValueType.INT32, GgufValueType.INT64, GgufValueType.UINT64);
    private static final List<GgufValueType> LISTED_INTEGERS =
            List.of(GgufValueType.INT32, GgufValueType.UINT32, GgufValueType.INT64, GgufValueType.UINT64);

    private GgufTyping() {}

    /** The type that a value is written with, in words; empty when GGUF has no such value. */
    static Optional<String> usual(Object value) {
        if (value instanceof GgufArray array && isUsual(array)) {
            return Optional.of(GgufValue.of(array).typeText());
        }
        return value instanceof List<?> list
                ? elementType(list, LISTED_INTEGERS).map(type -> "[" + type.text() + "]")
                : elementType(List.of(value), INTEGERS).map(GgufValueType::text);
    }

    /** True for types that a list has whatever is in it; spares going through hundreds of thousands of elements. */
    private static boolean isUsual(GgufArray array) {
        return !array.isEmpty()
                && switch (array.elementType()) {
                    case STRING, BOOL, INT32, FLOAT32 -> true;
                    default -> false;
                };
    }

    /**
     * A value with its type.
     *
     * @param value what metadata have
     * @param wanted a type in words, taken where it holds the value; empty for the usual type
     * @return the value, empty when GGUF has none such
     */
    static Optional<GgufValue> typed(Object value, String wanted) {
        if (value instanceof GgufArray array) {
            return Optional.of(GgufValue.of(array));
        }
        if (value instanceof List<?> list) {
            return array(list, wanted).map(GgufValue::of);
        }
        return wanted(wanted)
                .filter(type -> holds(type, value))
                .or(() -> elementType(List.of(value), INTEGERS))
                .map(type -> new GgufValue(type, canonical(type, value)));
    }

    private static Optional<GgufArray> array(List<?> list, String wanted) {
        if (!list.isEmpty() && list.stream().allMatch(List.class::isInstance)) {
            return arrays(list, wanted);
        }
        return wanted(elements(wanted))
                .filter(type -> type != GgufValueType.ARRAY && list.stream().allMatch(each -> holds(type, each)))
                .or(() -> elementType(list, LISTED_INTEGERS))
                .map(type -> type == GgufValueType.STRING ? strings(list) : fixed(type, list));
    }

    private static Optional<GgufArray> arrays(List<?> list, String wanted) {
        List<GgufArray> arrays = new ArrayList<>();
        for (Object each : list) {
            Optional<GgufArray> array =
                    each instanceof GgufArray ready ? Optional.of(ready) : array((List<?>) each, elements(wanted));
            if (array.isEmpty()) {
                return Optional.empty();
            }
            arrays.add(array.get());
        }
        return Optional.of(GgufArray.ofArrays(arrays));
    }

    private static GgufArray fixed(GgufValueType type, List<?> list) {
        ByteBuffer bytes = ByteBuffer.allocate(Math.multiplyExact(list.size(), type.size()))
                .order(ByteOrder.LITTLE_ENDIAN);
        list.forEach(each -> type.write(canonical(type, each), bytes));
        return GgufArray.ofFixed(type, bytes.array());
    }

    private static GgufArray strings(List<?> list) {
        ByteSink encoded = new ByteSink();
        int[] starts = new int[list.size()];
        for (int i = 0; i < starts.length; i++) {
            starts[i] = encoded.size();
            GgufValue.putText(encoded, (String) list.get(i));
        }
        return GgufArray.ofStrings(encoded.array(), starts);
    }

    /** The type that all elements of a list are written with; int32 for an empty one. */
    private static Optional<GgufValueType> elementType(List<?> list, List<GgufValueType> integers) {
        if (list.isEmpty()) {
            return Optional.of(GgufValueType.INT32);
        }
        List<GgufValueType> candidates = new ArrayList<>(List.of(GgufValueType.STRING, GgufValueType.BOOL));
        candidates.addAll(integers);
        candidates.addAll(List.of(GgufValueType.FLOAT32, GgufValueType.FLOAT64));
        return candidates.stream()
                .filter(type -> list.stream().allMatch(each -> holds(type, each)))
                .findFirst();
    }

    private static boolean holds(GgufValueType type, Object value) {
        if (type.isInteger()) {
            return GgufValueType.integer(value).filter(type::holds).isPresent();
        }
        if (type.isFloat()) {
            return GgufValueType.real(value).filter(type::holds).isPresent();
        }
        return switch (type) {
            case BOOL -> value instanceof Boolean;
            case STRING -> value instanceof String text && Utf8.encode(text).isPresent();
            default -> false;
        };
    }

    /** The value as reading it again gives it. */
    private static Object canonical(GgufValueType type, Object value) {
        if (type.isInteger()) {
            BigInteger whole = GgufValueType.integer(value).orElseThrow();
            return whole.bitLength() < Long.SIZE ? (Object) whole.longValue() : whole;
        }
        return type.isFloat() ? GgufValueType.real(value).orElseThrow() : value;
    }

    /** The type of these words, when there is one that stands for itself. */
    private static Optional<GgufValueType> wanted(String text) {
        for (GgufValueType type : GgufValueType.values()) {
            if (type != GgufValueType.ARRAY && type.text().equals(text)) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }

    /** The type of the elements of an array of this type. */
    private static String elements(String text) {
        return text.startsWith("[") && text.endsWith("]") ? text.substring(1, text.length() - 1) : "";
    }
}
