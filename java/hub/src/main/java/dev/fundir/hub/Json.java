package dev.fundir.hub;

import dev.fundir.internal.document.DocumentMistake;
import dev.fundir.internal.document.JsonReader;
import dev.fundir.internal.document.Node;
import dev.fundir.internal.document.TextInput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A value of a JSON answer, asked for what is expected in it. What is of another kind is as if it were not there: what
 * has to be there is asked for by the methods that throw.
 */
final class Json {
    private final Node node;
    private final String what;

    private Json(Node node, String what) {
        this.node = node;
        this.what = what;
    }

    /**
     * Reads JSON.
     *
     * @param utf8 the text
     * @param what names it in messages
     * @throws HubException when it is no JSON
     */
    static Json parse(byte[] utf8, String what) throws HubException {
        try {
            JsonReader reader = new JsonReader(TextInput.of(utf8));
            Node node = reader.value();
            reader.end();
            return new Json(node, what);
        } catch (DocumentMistake e) {
            throw new HubException(
                    HubException.Reason.SERVER,
                    what + ": the Hub's answer is not the JSON it should be (" + e.place() + ": " + e.getMessage()
                            + "); check that HF_ENDPOINT is a Hub",
                    e);
        } catch (IOException e) {
            throw new HubException(HubException.Reason.SERVER, what + ": " + e.getMessage(), e);
        }
    }

    Optional<Json> member(String key) {
        if (node instanceof Node.Mapping mapping) {
            // Of a key that is there twice the last one counts, as for most readers.
            Node found = null;
            for (Node.Member member : mapping.members()) {
                if (member.key() instanceof Node.Scalar name && name.text().equals(key)) {
                    found = member.value();
                }
            }
            return Optional.ofNullable(found)
                    .filter(value -> !(value instanceof Node.Scalar scalar && scalar.isNull()))
                    .map(value -> new Json(value, what));
        }
        return Optional.empty();
    }

    /** All members of an object, in their order. */
    Map<String, Json> members() {
        Map<String, Json> members = new LinkedHashMap<>();
        if (node instanceof Node.Mapping mapping) {
            for (Node.Member member : mapping.members()) {
                if (member.key() instanceof Node.Scalar name) {
                    members.put(name.text(), new Json(member.value(), what));
                }
            }
        }
        return members;
    }

    /** The elements of a list; none when it is no list. */
    List<Json> elements() {
        List<Json> elements = new ArrayList<>();
        if (node instanceof Node.Sequence sequence) {
            sequence.elements().forEach(element -> elements.add(new Json(element, what)));
        }
        return elements;
    }

    boolean isList() {
        return node instanceof Node.Sequence;
    }

    Optional<String> text() {
        return node instanceof Node.Scalar scalar && scalar.type() == Node.Type.TEXT
                ? Optional.of(scalar.text())
                : Optional.empty();
    }

    OptionalLong number() {
        return node instanceof Node.Scalar scalar
                        && scalar.type() == Node.Type.NUMBER
                        && scalar.text().matches("\\d{1,18}")
                ? OptionalLong.of(Long.parseLong(scalar.text()))
                : OptionalLong.empty();
    }

    boolean isTrue() {
        return node instanceof Node.Scalar scalar
                && scalar.type() == Node.Type.TRUTH
                && scalar.text().equals("true");
    }

    Optional<String> text(String key) {
        return member(key).flatMap(Json::text);
    }

    OptionalLong number(String key) {
        return member(key).map(Json::number).orElse(OptionalLong.empty());
    }

    boolean isTrue(String key) {
        return member(key).map(Json::isTrue).orElse(false);
    }

    List<Json> list(String key) {
        return member(key).map(Json::elements).orElse(List.of());
    }

    String requireText(String key) throws HubException {
        return text(key).orElseThrow(() -> missing(key, "a text"));
    }

    long requireNumber(String key) throws HubException {
        return number(key).orElseThrow(() -> missing(key, "a whole number"));
    }

    private HubException missing(String key, String kind) {
        return new HubException(
                HubException.Reason.SERVER,
                what + ": the Hub's answer has no \"" + key + "\" that is " + kind
                        + ": it is of another version of the protocol, or no Hub; check HF_ENDPOINT");
    }
}
