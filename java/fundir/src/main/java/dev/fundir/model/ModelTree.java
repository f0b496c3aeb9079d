package dev.fundir.model;

import dev.fundir.DType;
import dev.fundir.internal.NearNames;
import dev.fundir.internal.document.DocumentMistake;
import dev.fundir.internal.document.Node;
import dev.fundir.internal.document.Place;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What the members of a model in JSON or YAML say, all but its numbers. What is wrong is a {@link DocumentMistake}. */
final class ModelTree {
    private ModelTree() {}

    /** The value of the member {@code metadata}; members of it may be missing. */
    static ModelMetadata metadata(Node node) {
        Map<String, Node> members = members(node, "metadata");
        Optional<Map<String, Object>> training = Optional.ofNullable(members.get("training_config"))
                .filter(value -> !NodeValues.isNull(value))
                .map(value -> NodeValues.map(value, "training_config"));
        Map<String, Object> custom = Optional.ofNullable(members.get("custom"))
                .filter(value -> !NodeValues.isNull(value))
                .map(value -> NodeValues.map(value, "custom"))
                .orElse(Map.of());
        return new ModelMetadata(
                textOrEmpty(members, "name"),
                textOrEmpty(members, "architecture"),
                textOrEmpty(members, "version"),
                training,
                custom);
    }

    private static String textOrEmpty(Map<String, Node> members, String key) {
        Node node = members.get(key);
        return node == null || NodeValues.isNull(node) ? "" : text(node, key);
    }

    /** The value of the member {@code parameters}. */
    static List<DeclaredParameter> parameters(Node node) {
        List<DeclaredParameter> parameters = new ArrayList<>();
        Set<String> names = new HashSet<>();
        long bytes = 0;
        for (Node each : elements(node, "parameters")) {
            DeclaredParameter parameter = parameter(each, "parameter " + (parameters.size() + 1));
            if (!names.add(parameter.name())) {
                throw new DocumentMistake(each.place(), "two parameters are called " + parameter.name());
            }
            try {
                bytes = Math.addExact(bytes, parameter.byteSize());
            } catch (ArithmeticException e) {
                throw new DocumentMistake(each.place(), "the size of all parameters overflows");
            }
            parameters.add(parameter);
        }
        return parameters;
    }

    private static DeclaredParameter parameter(Node node, String what) {
        Map<String, Node> members = members(node, what);
        String name = text(required(members, "name", node, what), "the name of " + what);
        Node type = required(members, "dtype", node, what);
        Node extents = required(members, "shape", node, what);
        DType dtype = DTypeText.of(text(type, "the dtype of " + name))
                .orElseThrow(() -> new DocumentMistake(
                        type.place(), "there is no dtype " + text(type, "") + DTypeText.suggestion(text(type, ""))));
        List<Node> list = elements(extents, "the shape of " + name);
        long[] shape = new long[list.size()];
        for (int axis = 0; axis < shape.length; axis++) {
            shape[axis] = extent(list.get(axis), name);
        }
        requireSize(shape, dtype, name, extents.place());
        Node grad = members.get("requires_grad");
        return new DeclaredParameter(name, dtype, shape, grad == null || truth(grad, "requires_grad of " + name));
    }

    private static long extent(Node node, String name) {
        if (NodeValues.of(node) instanceof Long extent && extent >= 0) {
            return extent;
        }
        throw new DocumentMistake(
                node.place(),
                "the shape of " + name + " has " + described(node) + ", expected a whole number of 0 or more");
    }

    private static void requireSize(long[] shape, DType dtype, String name, Place place) {
        BigInteger bits = BigInteger.valueOf(dtype.bits());
        for (long extent : shape) {
            bits = bits.multiply(BigInteger.valueOf(extent));
        }
        if (bits.bitLength() >= Long.SIZE - 1) {
            throw new DocumentMistake(place, "the size of " + name + " overflows");
        }
        if (bits.longValueExact() % Byte.SIZE != 0) {
            throw new DocumentMistake(
                    place, "the elements of " + name + " are " + bits + " bits, which is not a whole number of bytes");
        }
    }

    private static Node required(Map<String, Node> members, String key, Node node, String what) {
        Node value = members.get(key);
        if (value == null) {
            throw new DocumentMistake(
                    node.place(), what + " has no " + key + NearNames.suggestion(key, members.keySet()));
        }
        return value;
    }

    private static Map<String, Node> members(Node node, String what) {
        if (!(node instanceof Node.Mapping map)) {
            throw new DocumentMistake(node.place(), what + " is " + described(node) + ", expected a map");
        }
        Map<String, Node> members = new LinkedHashMap<>();
        for (Node.Member member : map.members()) {
            if (member.key() instanceof Node.Scalar key && members.put(key.text(), member.value()) != null) {
                throw new DocumentMistake(key.place(), what + " has " + key.text() + " twice");
            }
        }
        return new HashMap<>(members);
    }

    private static List<Node> elements(Node node, String what) {
        if (node instanceof Node.Sequence list) {
            return list.elements();
        }
        throw new DocumentMistake(node.place(), what + " is " + described(node) + ", expected a list");
    }

    /** A text; in YAML a number too, as it is written. */
    private static String text(Node node, String what) {
        if (node instanceof Node.Scalar scalar && !scalar.isNull()) {
            return scalar.text();
        }
        throw new DocumentMistake(node.place(), what + " is " + described(node) + ", expected a text");
    }

    private static boolean truth(Node node, String what) {
        if (NodeValues.of(node) instanceof Boolean value) {
            return value;
        }
        throw new DocumentMistake(node.place(), what + " is " + described(node) + ", expected true or false");
    }

    private static String described(Node node) {
        return node instanceof Node.Scalar scalar && !scalar.isNull() ? scalar.text() : node.kind();
    }
}
