package dev.fundir.model;

import dev.fundir.ffi.NumberText;
import dev.fundir.internal.document.DocumentMistake;
import dev.fundir.internal.document.JsonReader;
import dev.fundir.internal.document.Node;
import dev.fundir.internal.document.Place;
import dev.fundir.internal.document.TextInput;
import dev.fundir.internal.document.YamlComposer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads a model's YAML. The lines of the member {@code data} never become a tree: they are taken out, and the rest is
 * read as a document of its own.
 */
final class YamlMembers {
    private static final Pattern DATA = Pattern.compile("(data|\"data\"|'data')[ \\t]*:(?=[ \\t\\r\\n]|$)");
    private static final Pattern PARAMETERS = Pattern.compile("(?m)^(parameters|\"parameters\"|'parameters')[ \\t]*:");

    /** Bytes that the key of the numbers takes at most. */
    private static final int KEY = 64;

    /** Bytes of a document without its numbers. */
    private static final int LARGEST = 100_000_000;

    private static final long MOST_NODES = 4_000_000;

    private final Path path;
    private final TextInput in;
    private final ByteArrayOutputStream rest = new ByteArrayOutputStream();

    private List<Parameter> parameters;
    private TextInput.Mark data;
    private NumberText.Style style;
    /** The line of the rest from which on lines of the file are missing, and how many. */
    private long cut = Long.MAX_VALUE;

    private long missing;

    YamlMembers(Path path, TextInput in) {
        this.path = path;
        this.in = in;
    }

    Model model() throws IOException {
        if (in.startsWith("{")) {
            return new JsonMembers(path, in).model();
        }
        long lines = 1;
        while (in.peek() >= 0) {
            Matcher key = DATA.matcher(start());
            if (!key.lookingAt()) {
                line();
                lines++;
                continue;
            }
            if (data != null) {
                throw new DocumentMistake(in.place(), "the model has data twice");
            }
            for (int i = 0; i < key.end(); i++) {
                in.next();
            }
            openList();
            numbers();
            cut = lines;
            missing = in.place().line() - lines;
        }
        Map<String, Node> members = members();
        TextModel.require("metadata", members.get("metadata"));
        TextModel.require("parameters", members.get("parameters"));
        TextModel.require("data", data);
        try {
            ModelMetadata metadata = ModelTree.metadata(members.get("metadata"));
            List<DeclaredParameter> declared = ModelTree.parameters(members.get("parameters"));
            if (parameters == null) {
                in.goTo(data);
                parameters = NumberList.read(in, style, declared, path);
            }
            return new Model(metadata, parameters);
        } catch (DocumentMistake e) {
            throw inFile(e);
        }
    }

    /** What the line begins with, as far as its key could reach. */
    private String start() throws IOException {
        if (in.bytes().remaining() < KEY) {
            in.more();
        }
        byte[] start = new byte[Math.min(KEY, in.bytes().remaining())];
        in.bytes().get(in.bytes().position(), start);
        return new String(start, StandardCharsets.ISO_8859_1);
    }

    /** Takes a line over into the rest. */
    private void line() throws IOException {
        int next;
        do {
            next = in.next();
            if (next >= 0) {
                rest.write(next);
            }
        } while (next >= 0 && next != '\n');
        if (rest.size() > LARGEST) {
            throw new DocumentMistake(in.place(), "the file has more than " + LARGEST + " bytes besides its numbers");
        }
    }

    /** Goes to where the list behind the key begins. */
    private void openList() throws IOException {
        int next = skipSpaces();
        if (next == '[') {
            in.next();
            style = NumberText.Style.YAML_FLOW;
        } else if (next == '#' || next == '\n' || next == '\r' || next < 0) {
            endLine();
            style = NumberText.Style.YAML_BLOCK;
        } else {
            throw new DocumentMistake(
                    in.place(),
                    "data is followed by '" + (char) next + "', expected a list of numbers without anchor and tag");
        }
        data = in.mark();
    }

    /** Reads the numbers, or passes over them when what they are for is not known yet. */
    private void numbers() throws IOException {
        String before = rest.toString(StandardCharsets.UTF_8);
        if (PARAMETERS.matcher(before).find()) {
            Node node = members().get("parameters");
            if (node == null) {
                throw new DocumentMistake(Place.START, "the model has no parameters");
            }
            parameters = NumberList.read(in, style, ModelTree.parameters(node), path);
        } else if (style == NumberText.Style.YAML_FLOW) {
            new JsonReader(in).skipNumbersOfOpenList();
        } else {
            while (in.peek() >= 0 && isItem()) {
                in.skipLine();
            }
        }
        if (style == NumberText.Style.YAML_FLOW) {
            endLine();
        }
    }

    /** Whether the line belongs to a block sequence: an item, a comment, or nothing. */
    private boolean isItem() throws IOException {
        return switch (in.peek()) {
            case ' ', '#', '\n', '\r', '\t' -> true;
            case '-' -> !in.startsWith("---");
            default -> false;
        };
    }

    private int skipSpaces() throws IOException {
        while (in.peek() == ' ' || in.peek() == '\t') {
            in.next();
        }
        return in.peek();
    }

    private void endLine() throws IOException {
        int next = skipSpaces();
        if (next != '#' && next != '\n' && next != '\r' && next >= 0) {
            throw new DocumentMistake(
                    in.place(), "found '" + (char) next + "' behind data, expected the end of the line");
        }
        in.skipLine();
    }

    /** The members of the rest. */
    private Map<String, Node> members() {
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(rest.toByteArray()))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new DocumentMistake(Place.START, "the file is not UTF-8");
        }
        Optional<Node> root;
        try {
            root = YamlComposer.compose(text, MOST_NODES);
        } catch (DocumentMistake e) {
            throw inFile(e);
        }
        if (root.isEmpty() || !(root.get() instanceof Node.Mapping map)) {
            String found = root.map(Node::kind).orElse("empty");
            throw new DocumentMistake(Place.START, "the model is " + found + ", expected a map");
        }
        Map<String, Node> members = new HashMap<>();
        for (Node.Member member : map.members()) {
            if (member.key() instanceof Node.Scalar key && members.put(key.text(), member.value()) != null) {
                throw inFile(new DocumentMistake(key.place(), "the model has " + key.text() + " twice"));
            }
        }
        return members;
    }

    /** The mistake where it is in the file. */
    private DocumentMistake inFile(DocumentMistake mistake) {
        Place place = mistake.place();
        return place.line() < cut
                ? mistake
                : new DocumentMistake(new Place(place.line() + missing, place.column()), mistake.getMessage());
    }
}
