package dev.fundir.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonObjectTextTest {
    private static final String CONFIG = """
            {
              "architectures" : [ "A", "B" ],
              "nested": {"dtype": "inner", "a": [1, {"b": "}"}]},
              "dtype": "float32", "quoted \\" key": -1.5e3,
              "end": null
            }
            """;

    @Test
    void findsTopMembersOnly() {
        JsonObjectText object = JsonObjectText.of(CONFIG);
        assertEquals(Optional.of("\"float32\""), object.raw("dtype"));
        assertEquals(Optional.of("{\"dtype\": \"inner\", \"a\": [1, {\"b\": \"}\"}]}"), object.raw("nested"));
        assertEquals(Optional.of("-1.5e3"), object.raw("quoted \\\" key"));
        assertEquals(Optional.of("null"), object.raw("end"));
        assertEquals(Optional.empty(), object.raw("a"));
    }

    @Test
    void firstStringIsTheValueOrTheFirstOfAList() {
        JsonObjectText object = JsonObjectText.of(CONFIG);
        assertEquals(Optional.of("A"), object.firstString("architectures"));
        assertEquals(Optional.of("float32"), object.firstString("dtype"));
        assertEquals(Optional.empty(), object.firstString("end"));
    }

    @Test
    void replacesOneValueAndKeepsAllElse() {
        String changed = JsonObjectText.of(CONFIG).with("dtype", "\"bfloat16\"").toString();
        assertEquals(CONFIG.replace("\"float32\"", "\"bfloat16\""), changed);
    }

    @Test
    void looksIntoObjectsAndLists() {
        JsonObjectText object = JsonObjectText.of(CONFIG);
        assertEquals(
                Optional.of("\"inner\""), object.object("nested").orElseThrow().raw("dtype"));
        assertEquals(Optional.of(List.of("\"A\"", "\"B\"")), object.list("architectures"));
        assertEquals(
                Optional.of(List.of("1", "{\"b\": \"}\"}")),
                object.object("nested").orElseThrow().list("a"));
        assertEquals(Optional.empty(), object.object("dtype"));
        assertEquals(Optional.empty(), object.list("nested"));
        JsonObjectText broken = JsonObjectText.of("{\"o\": {1}, \"l\": [1,], \"e\": [ ]}");
        assertEquals(Optional.empty(), broken.object("o"));
        assertEquals(Optional.empty(), broken.list("l"));
        assertEquals(Optional.of(List.of()), broken.list("e"));
    }

    @Test
    void addsAMemberAsTheFirstOne() {
        assertEquals(
                "\n{\n  \"new\": 1,\n  \"a\": 2 }",
                JsonObjectText.of("\n{\n  \"a\": 2 }").adding("new", "1").toString());
        assertEquals(
                "{\"new\": 1,\"a\":2}",
                JsonObjectText.of("{\"a\":2}").adding("new", "1").toString());
        assertEquals(
                "{\"new\": 1 }", JsonObjectText.of("{ }").adding("new", "1").toString());
    }

    @Test
    void emptyObjectHasNoMembers() {
        assertEquals(Optional.empty(), JsonObjectText.of(" { } ").raw("x"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{",
                "{\"a\"}",
                "{\"a\":}",
                "{\"a\":1",
                "{\"a\":1,}",
                "{\"a\":\"x}",
                "{\"a\":[1}",
                "{a:1}",
                "{\"a\":1} x",
                "{\"a\":1 \"b\":2}",
                "{\"a\":\"\\"
            })
    void refusesWhatIsNoObject(String text) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> JsonObjectText.of(text));
        assertTrue(e.getMessage().startsWith("at character "), e.getMessage());
    }
}
