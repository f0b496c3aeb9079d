package dev.fundir.internal.recipe;

import dev.fundir.internal.NearNames;
import dev.fundir.internal.document.Node;
import dev.fundir.internal.document.Place;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;

/** Reads nodes of a YAML document as what they should be, and reports those that are something else. */
final class YamlNodes {
    private final BiConsumer<Place, String> problems;

    YamlNodes(BiConsumer<Place, String> problems) {
        this.problems = problems;
    }

    void problem(Node node, String sentence) {
        problems.accept(node.place(), sentence);
    }

    /** A map with keys out of these; others are reported and left out. */
    Members map(Node node, String what, Collection<String> keys) {
        Map<String, Located<Node>> known = map(node, what);
        Set<String> meant = new LinkedHashSet<>();
        known.entrySet().removeIf(member -> {
            String key = member.getKey();
            boolean unknown = !keys.contains(key);
            if (unknown) {
                problems.accept(
                        member.getValue().place(),
                        what + " has no key " + key + NearNames.suggestion(key, keys) + "; it has "
                                + String.join(", ", keys));
                meant.addAll(NearNames.of(key, keys));
            }
            return unknown;
        });
        return new Members(known, meant);
    }

    /** A map with any keys, each with its place. */
    Map<String, Located<Node>> map(Node node, String what) {
        Map<String, Located<Node>> members = new LinkedHashMap<>();
        if (!(node instanceof Node.Mapping map)) {
            problem(node, what + " is " + node.kind() + ", expected a map");
            return members;
        }
        for (Node.Member member : map.members()) {
            if (!(member.key() instanceof Node.Scalar key) || key.isEmpty()) {
                problem(member.key(), "a key of " + what + " is " + member.key().kind() + ", expected a name");
            } else if (members.putIfAbsent(key.text(), new Located<>(key.place(), member.value())) != null) {
                problem(key, what + " has the key " + key.text() + " twice");
            }
        }
        return members;
    }

    /** The elements of a list; empty where it is none, which is reported. */
    Optional<List<Node>> list(Node node, String what) {
        if (node instanceof Node.Sequence list) {
            return Optional.of(list.elements());
        }
        problem(node, what + " is " + node.kind() + ", expected a list");
        return Optional.empty();
    }

    /** A text, a number or a boolean, as it is written. */
    Optional<Located<String>> scalar(Node node, String what) {
        if (node instanceof Node.Scalar scalar && !scalar.isEmpty()) {
            return Optional.of(new Located<>(node.place(), scalar.text()));
        }
        problem(node, what + " is " + node.kind() + ", expected a value");
        return Optional.empty();
    }

    /** A whole number that is not negative. */
    Optional<Integer> index(Node node, String what) {
        if (node instanceof Node.Scalar scalar && scalar.text().matches("\\d{1,9}")) {
            return Optional.of(Integer.parseInt(scalar.text()));
        }
        String found = node instanceof Node.Scalar scalar && !scalar.isEmpty() ? scalar.text() : node.kind();
        problem(node, what + " is " + found + ", expected a whole number of 0 or more");
        return Optional.empty();
    }

    static boolean isNull(Node node) {
        return node instanceof Node.Scalar scalar && scalar.isNull();
    }

    /** The values of those that are there, or empty when one is missing. */
    static <T> Optional<List<T>> all(List<Optional<T>> values) {
        List<T> present = new ArrayList<>();
        values.forEach(value -> value.ifPresent(present::add));
        return present.size() == values.size() ? Optional.of(present) : Optional.empty();
    }
}
