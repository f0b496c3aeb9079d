package dev.fundir.internal.recipe;

import dev.fundir.internal.NearNames;
import java.util.ArrayList;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/** Reads nodes of a YAML document as what they should be, and reports those that are something else. */
final class YamlNodes {
    private final BiConsumer<Place, String> problems;

    /** Where the keys of the maps read so far are, by the nodes of their values. */
    private final IdentityHashMap<Node, Place> keyPlaces = new IdentityHashMap<>();

    YamlNodes(BiConsumer<Place, String> problems) {
        this.problems = problems;
    }

    static Place place(Node node) {
        return node.getStartMark()
                .map(mark -> new Place(mark.getLine() + 1, mark.getColumn() + 1))
                .orElse(Place.START);
    }

    void problem(Node node, String sentence) {
        problems.accept(place(node), sentence);
    }

    /** A map with keys out of these; others are reported and left out. */
    Map<String, Node> map(Node node, String what, Collection<String> known) {
        Map<String, Node> members = map(node, what);
        members.entrySet().removeIf(member -> {
            boolean unknown = !known.contains(member.getKey());
            if (unknown) {
                problems.accept(
                        keyPlaces.get(member.getValue()),
                        what + " has no key " + member.getKey() + NearNames.suggestion(member.getKey(), known)
                                + "; it has " + String.join(", ", known));
            }
            return unknown;
        });
        return members;
    }

    /** A map with any keys. */
    Map<String, Node> map(Node node, String what) {
        Map<String, Node> members = new LinkedHashMap<>();
        if (!(node instanceof MappingNode map)) {
            problem(node, what + " is " + kind(node) + ", expected a map");
            return members;
        }
        for (NodeTuple member : map.getValue()) {
            if (!(member.getKeyNode() instanceof ScalarNode key)) {
                problem(
                        member.getKeyNode(),
                        "a key of " + what + " is " + kind(member.getKeyNode()) + ", expected a name");
            } else if (members.putIfAbsent(key.getValue(), member.getValueNode()) != null) {
                problem(key, what + " has the key " + key.getValue() + " twice");
            } else {
                keyPlaces.put(member.getValueNode(), place(key));
            }
        }
        return members;
    }

    /** The elements of a list. */
    List<Node> list(Node node, String what) {
        if (node instanceof SequenceNode list) {
            return list.getValue();
        }
        problem(node, what + " is " + kind(node) + ", expected a list");
        return List.of();
    }

    /** A text, a number or a boolean, as it is written. */
    Optional<Located<String>> scalar(Node node, String what) {
        if (node instanceof ScalarNode scalar && !isNull(scalar)) {
            return Optional.of(new Located<>(place(node), scalar.getValue()));
        }
        problem(node, what + " is " + kind(node) + ", expected a value");
        return Optional.empty();
    }

    /** A whole number that is not negative. */
    Optional<Integer> index(Node node, String what) {
        if (node instanceof ScalarNode scalar && scalar.getValue().matches("\\d{1,9}")) {
            return Optional.of(Integer.parseInt(scalar.getValue()));
        }
        String found = node instanceof ScalarNode scalar ? scalar.getValue() : kind(node);
        problem(node, what + " is " + found + ", expected a whole number of 0 or more");
        return Optional.empty();
    }

    static boolean isNull(Node node) {
        return node instanceof ScalarNode scalar && scalar.getTag().equals(Tag.NULL);
    }

    static String kind(Node node) {
        if (node instanceof MappingNode) {
            return "a map";
        }
        if (node instanceof SequenceNode) {
            return "a list";
        }
        return isNull(node) ? "empty" : "a value";
    }

    /** The values of those that are there, or empty when one is missing. */
    static <T> Optional<List<T>> all(List<Optional<T>> values) {
        List<T> present = new ArrayList<>();
        values.forEach(value -> value.ifPresent(present::add));
        return present.size() == values.size() ? Optional.of(present) : Optional.empty();
    }
}
