package dev.fundir.internal.recipe;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
final class YamlComposer {
    /** How deep nodes may lie in each other. Recipes need 8. */
    private static final int DEEPEST = 100;

    /** How many nodes a document may have when each alias is replaced by what it stands for. */
    private static final long LARGEST = 1_000_000;

    private static final String NULL_TAG = "tag:yaml.org,2002:null";

    /** What YAML's core schema takes as null where it is written without quotes. */
    private static final Set<String> NULLS = Set.of("", "~", "null", "Null", "NULL");

    private final ParserImpl parser;
    private final Map<Anchor, YamlNode> anchors = new HashMap<>();

    private YamlComposer(String text) {
        LoadSettings settings = LoadSettings.builder().build();
        parser = new ParserImpl(settings, new StreamReader(settings, text));
    }

    /**
     * The root of the only document in a text; empty when there is none.
     *
     * @throws YamlMistake if the text is not YAML, or too deep or too large
     */
    static Optional<YamlNode> compose(String text) {
        try {
            return new YamlComposer(text).document();
        } catch (MarkedYamlEngineException e) {
            Place place = e.getProblemMark().map(YamlComposer::place).orElse(Place.START);
            throw new YamlMistake(place, "this is not YAML: " + oneLine(e.getProblem()));
        } catch (ReaderException e) {
            String character = String.format("U+%04X", e.getCodePoint());
            throw new YamlMistake(
                    Place.of(text, e.getPosition()),
                    "this is not YAML: the character " + character + " is not allowed");
        } catch (YamlEngineException e) {
            throw new YamlMistake(Place.START, "this is not YAML: " + oneLine(e.getMessage()));
        }
    }

    private static String oneLine(String message) {
        return String.valueOf(message).strip().replaceAll("\\s+", " ");
    }

    private Optional<YamlNode> document() {
        parser.next();
        if (parser.checkEvent(Event.ID.StreamEnd)) {
            return Optional.empty();
        }
        parser.next();
        YamlNode root = node(1);
        parser.next();
        if (!parser.checkEvent(Event.ID.StreamEnd)) {
            throw new YamlMistake(place(parser.peekEvent()), "a second document begins, expected one");
        }
        return Optional.of(root);
    }

    private YamlNode node(int depth) {
        NodeEvent event = (NodeEvent) parser.next();
        Place place = place(event);
        if (event instanceof AliasEvent alias) {
            return aliased(alias.getAlias(), place);
        }
        if (depth > DEEPEST) {
            throw new YamlMistake(place, "more than " + DEEPEST + " lists and maps lie in each other");
        }
        // From here on the name means this node, which an alias inside of it cannot stand for.
        event.getAnchor().ifPresent(anchors::remove);
        YamlNode node = event instanceof ScalarEvent scalar
                ? scalar(scalar, place)
                : event instanceof SequenceStartEvent
                        ? sequence(place, depth)
                        : mapping((MappingStartEvent) event, depth);
        if (node.size() > LARGEST) {
            throw new YamlMistake(place, "with its aliases the recipe has more than " + LARGEST + " values");
        }
        event.getAnchor().ifPresent(anchor -> anchors.put(anchor, node));
        return node;
    }

    private YamlNode aliased(Anchor name, Place place) {
        YamlNode node = anchors.get(name);
        if (node == null) {
            throw new YamlMistake(place, "*" + name + " stands for nothing: no &" + name + " ends before it");
        }
        return node.at(place);
    }

    private static YamlNode scalar(ScalarEvent event, Place place) {
        boolean untagged = event.getTag().isEmpty() && event.isPlain();
        boolean isNull = event.getTag().map(NULL_TAG::equals).orElse(untagged && NULLS.contains(event.getValue()));
        return new YamlNode.Scalar(
                place, event.getValue(), isNull, untagged && event.getValue().equals("<<"));
    }

    private YamlNode sequence(Place place, int depth) {
        List<YamlNode> elements = new ArrayList<>();
        long size = 1;
        while (!parser.checkEvent(Event.ID.SequenceEnd)) {
            YamlNode element = node(depth + 1);
            elements.add(element);
            size += element.size();
        }
        parser.next();
        return new YamlNode.Sequence(place, List.copyOf(elements), size);
    }

    private YamlNode mapping(MappingStartEvent start, int depth) {
        List<YamlNode.Member> members = new ArrayList<>();
        List<YamlNode.Member> merged = new ArrayList<>();
        long size = 1;
        while (!parser.checkEvent(Event.ID.MappingEnd)) {
            YamlNode key = node(depth + 1);
            YamlNode value = node(depth + 1);
            size += key.size() + value.size();
            if (key instanceof YamlNode.Scalar scalar && scalar.isMerge()) {
                merged.addAll(taken(value));
            } else {
                members.add(new YamlNode.Member(key, value));
            }
        }
        parser.next();
        addMissing(members, merged);
        return new YamlNode.Mapping(place(start), List.copyOf(members), size);
    }

    /** The members that a merge key brings: those of a map, or of several of which the first that has a key counts. */
    private static List<YamlNode.Member> taken(YamlNode value) {
        if (value instanceof YamlNode.Mapping map) {
            return map.members();
        }
        if (!(value instanceof YamlNode.Sequence list)) {
            throw new YamlMistake(value.place(), "<< is " + value.kind() + ", expected a map or a list of maps");
        }
        List<YamlNode.Member> members = new ArrayList<>();
        for (YamlNode each : list.elements()) {
            if (!(each instanceof YamlNode.Mapping map)) {
                throw new YamlMistake(each.place(), "<< has " + each.kind() + " in its list, expected a map");
            }
            members.addAll(map.members());
        }
        return members;
    }

    /** Adds those whose key is not there yet. */
    private static void addMissing(List<YamlNode.Member> members, List<YamlNode.Member> merged) {
        Set<String> keys = new HashSet<>();
        members.forEach(member -> key(member).ifPresent(keys::add));
        for (YamlNode.Member member : merged) {
            if (key(member).map(keys::add).orElse(true)) {
                members.add(member);
            }
        }
    }

    private static Optional<String> key(YamlNode.Member member) {
        return member.key() instanceof YamlNode.Scalar scalar ? Optional.of(scalar.text()) : Optional.empty();
    }

    private static Place place(Event event) {
        return event.getStartMark().map(YamlComposer::place).orElse(Place.START);
    }

    private static Place place(Mark mark) {
        return new Place(mark.getLine() + 1, mark.getColumn() + 1);
    }
}
