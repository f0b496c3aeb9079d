package dev.fundir.internal.document;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.common.Anchor;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.events.SequenceStartEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.scanner.StreamReader;

/**
 * Puts the nodes of a document together. The library's own composer is not used: it goes as deep as brackets are
 * nested, whatever the stack holds, gives what an alias stands for the place of the anchor, and knows no merge keys,
 * which recipes that mergekit reads may have.
 */
public final class YamlComposer {
    /** How deep nodes may lie in each other. Recipes need 8. */
    private static final int DEEPEST = 100;

    private static final String NULL_TAG = "tag:yaml.org,2002:null";
    private static final String STRING_TAG = "tag:yaml.org,2002:str";

    /** What YAML's core schema takes as null where it is written without quotes. */
    private static final Set<String> NULLS = Set.of("", "~", "null", "Null", "NULL");

    private static final Set<String> TRUTHS = Set.of("true", "True", "TRUE", "false", "False", "FALSE");

    /** The numbers of YAML's core schema. */
    private static final Pattern NUMBER =
            Pattern.compile("[-+]?(\\.\\d+|\\d+(\\.\\d*)?)([eE][-+]?\\d+)?|0o[0-7]+|0x[0-9a-fA-F]+"
                    + "|[-+]?\\.(inf|Inf|INF)|\\.(nan|NaN|NAN)");

    private final ParserImpl parser;
    private final Map<Anchor, Node> anchors = new HashMap<>();

    /** How many nodes the document may have when each alias is replaced by what it stands for. */
    private final long largest;

    private YamlComposer(String text, long largest) {
        LoadSettings settings =
                LoadSettings.builder().setCodePointLimit(Integer.MAX_VALUE).build();
        this.largest = largest;
        parser = new ParserImpl(settings, new StreamReader(settings, text));
    }

    /**
     * The root of the only document in a text.
     *
     * @param text YAML
     * @param largest how many nodes it may have when each alias is replaced by what it stands for
     * @return the root, empty when there is no document
     * @throws DocumentMistake if the text is not YAML, or too deep or too large
     */
    public static Optional<Node> compose(String text, long largest) {
        try {
            return new YamlComposer(text, largest).document();
        } catch (MarkedYamlEngineException e) {
            Place place = e.getProblemMark().map(YamlComposer::place).orElse(Place.START);
            throw new DocumentMistake(place, "this is not YAML: " + oneLine(e.getProblem()));
        } catch (ReaderException e) {
            String character = String.format("U+%04X", e.getCodePoint());
            throw new DocumentMistake(
                    Place.of(text, e.getPosition()),
                    "this is not YAML: the character " + character + " is not allowed");
        } catch (YamlEngineException e) {
            throw new DocumentMistake(Place.START, "this is not YAML: " + oneLine(e.getMessage()));
        }
    }

    private static String oneLine(String message) {
        return String.valueOf(message).strip().replaceAll("\\s+", " ");
    }

    private Optional<Node> document() {
        parser.next();
        if (parser.checkEvent(Event.ID.StreamEnd)) {
            return Optional.empty();
        }
        parser.next();
        Node root = node(1);
        parser.next();
        if (!parser.checkEvent(Event.ID.StreamEnd)) {
            throw new DocumentMistake(place(parser.peekEvent()), "a second document begins, expected one");
        }
        return Optional.of(root);
    }

    private Node node(int depth) {
        NodeEvent event = (NodeEvent) parser.next();
        Place place = place(event);
        if (event instanceof AliasEvent alias) {
            return aliased(alias.getAlias(), place);
        }
        if (depth > DEEPEST) {
            throw new DocumentMistake(place, "more than " + DEEPEST + " lists and maps lie in each other");
        }
        // From here on the name means this node, which an alias inside of it cannot stand for.
        event.getAnchor().ifPresent(anchors::remove);
        Node node = event instanceof ScalarEvent scalar
                ? scalar(scalar, place)
                : event instanceof SequenceStartEvent
                        ? sequence(place, depth)
                        : mapping((MappingStartEvent) event, depth);
        if (node.size() > largest) {
            throw new DocumentMistake(place, "with its aliases the document has more than " + largest + " values");
        }
        event.getAnchor().ifPresent(anchor -> anchors.put(anchor, node));
        return node;
    }

    private Node aliased(Anchor name, Place place) {
        Node node = anchors.get(name);
        if (node == null) {
            throw new DocumentMistake(place, "*" + name + " stands for nothing: no &" + name + " ends before it");
        }
        return node.at(place);
    }

    private static Node scalar(ScalarEvent event, Place place) {
        return new Node.Scalar(place, event.getValue(), type(event));
    }

    private static Node.Type type(ScalarEvent event) {
        String text = event.getValue();
        if (event.getTag().isPresent()) {
            String tag = event.getTag().get();
            return tag.equals(NULL_TAG)
                    ? Node.Type.NULL
                    : tag.equals(STRING_TAG) || !tag.startsWith("tag:yaml.org,2002:") ? Node.Type.TEXT : resolved(text);
        }
        return event.isPlain() ? resolved(text) : Node.Type.TEXT;
    }

    /** What the core schema takes a text for that is written without quotes. */
    private static Node.Type resolved(String text) {
        if (NULLS.contains(text)) {
            return Node.Type.NULL;
        }
        if (text.equals("<<")) {
            return Node.Type.MERGE;
        }
        if (TRUTHS.contains(text)) {
            return Node.Type.TRUTH;
        }
        return NUMBER.matcher(text).matches() ? Node.Type.NUMBER : Node.Type.TEXT;
    }

    private Node sequence(Place place, int depth) {
        List<Node> elements = new ArrayList<>();
        long size = 1;
        while (!parser.checkEvent(Event.ID.SequenceEnd)) {
            Node element = node(depth + 1);
            elements.add(element);
            size += element.size();
        }
        parser.next();
        return new Node.Sequence(place, List.copyOf(elements), size);
    }

    private Node mapping(MappingStartEvent start, int depth) {
        List<Node.Member> members = new ArrayList<>();
        List<Node.Member> merged = new ArrayList<>();
        long size = 1;
        while (!parser.checkEvent(Event.ID.MappingEnd)) {
            Node key = node(depth + 1);
            Node value = node(depth + 1);
            size += key.size() + value.size();
            if (key instanceof Node.Scalar scalar && scalar.type() == Node.Type.MERGE) {
                merged.addAll(taken(value));
            } else {
                members.add(new Node.Member(key, value));
            }
        }
        parser.next();
        addMissing(members, merged);
        return new Node.Mapping(place(start), List.copyOf(members), size);
    }

    /** The members that a merge key brings: those of a map, or of several of which the first that has a key counts. */
    private static List<Node.Member> taken(Node value) {
        if (value instanceof Node.Mapping map) {
            return map.members();
        }
        if (!(value instanceof Node.Sequence list)) {
            throw new DocumentMistake(value.place(), "<< is " + value.kind() + ", expected a map or a list of maps");
        }
        List<Node.Member> members = new ArrayList<>();
        for (Node each : list.elements()) {
            if (!(each instanceof Node.Mapping map)) {
                throw new DocumentMistake(each.place(), "<< has " + each.kind() + " in its list, expected a map");
            }
            members.addAll(map.members());
        }
        return members;
    }

    /** Adds those whose key is not there yet. */
    private static void addMissing(List<Node.Member> members, List<Node.Member> merged) {
        Set<String> keys = new HashSet<>();
        members.forEach(member -> key(member).ifPresent(keys::add));
        for (Node.Member member : merged) {
            if (key(member).map(keys::add).orElse(true)) {
                members.add(member);
            }
        }
    }

    private static Optional<String> key(Node.Member member) {
        return member.key() instanceof Node.Scalar scalar ? Optional.of(scalar.text()) : Optional.empty();
    }

    private static Place place(Event event) {
        return event.getStartMark().map(YamlComposer::place).orElse(Place.START);
    }

    private static Place place(Mark mark) {
        return new Place(mark.getLine() + 1, mark.getColumn() + 1);
    }
}
