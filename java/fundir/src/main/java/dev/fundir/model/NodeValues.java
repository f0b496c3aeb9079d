package dev.fundir.model;

import dev.fundir.internal.document.DocumentMistake;
import dev.fundir.internal.document.Node;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Nodes of documents as the values that {@link ModelMetadata} has. */
final class NodeValues {
    private NodeValues() {}

    static boolean isNull(Node node) {
        return node instanceof Node.Scalar scalar && scalar.isNull();
    }

    /** The value: a string, a number, a boolean, a list, a map with string keys, or null. */
    static Object of(Node node) {
        if (node instanceof Node.Sequence list) {
            List<Object> values = new ArrayList<>();
            list.elements().forEach(element -> values.add(of(element)));
            return values;
        }
        if (node instanceof Node.Scalar scalar) {
            return of(scalar);
        }
        return map(node, "a value");
    }

    /** The map that a node is. */
    static Map<String, Object> map(Node node, String what) {
        if (!(node instanceof Node.Mapping map)) {
            throw new DocumentMistake(node.place(), what + " is " + node.kind() + ", expected a map");
        }
        Map<String, Object> values = new LinkedHashMap<>();
        for (Node.Member member : map.members()) {
            if (!(member.key() instanceof Node.Scalar key)) {
                throw new DocumentMistake(
                        member.key().place(),
                        "a key of " + what + " is " + member.key().kind() + ", expected a text");
            }
            if (values.containsKey(key.text())) {
                throw new DocumentMistake(key.place(), what + " has the key " + key.text() + " twice");
            }
            values.put(key.text(), of(member.value()));
        }
        return values;
    }

    private static Object of(Node.Scalar scalar) {
        return switch (scalar.type()) {
            case NULL -> null;
            case TRUTH -> Boolean.valueOf(scalar.text().toLowerCase(Locale.ROOT));
            case NUMBER -> number(scalar.text());
            case TEXT, MERGE -> scalar.text();
        };
    }

    private static Number number(String text) {
        String digits = text.startsWith("+") ? text.substring(1) : text;
        if (digits.startsWith("0x") || digits.startsWith("0o")) {
            return whole(new BigInteger(digits.substring(2), digits.charAt(1) == 'x' ? 16 : 8));
        }
        if (digits.matches("-?\\d{1,1000}")) {
            return whole(new BigInteger(digits));
        }
        return switch (digits.toLowerCase(Locale.ROOT)) {
            case ".nan" -> Double.NaN;
            case ".inf" -> Double.POSITIVE_INFINITY;
            case "-.inf" -> Double.NEGATIVE_INFINITY;
            default -> Double.valueOf(digits);
        };
    }

    private static Number whole(BigInteger value) {
        return value.bitLength() < Long.SIZE ? (Number) value.longValueExact() : value;
    }
}
