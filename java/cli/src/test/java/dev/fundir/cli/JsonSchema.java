package dev.fundir.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import com.networknt.schema.dialect.Dialects;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** A schema of docs/schemas. */
final class JsonSchema {
    static final Path FOLDER =
            Path.of("").toAbsolutePath().getParent().getParent().resolve("docs/schemas");

    private static final String ENDING = ".schema.json";
    private static final ObjectMapper MAPPER =
            new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    private static final SchemaRegistry REGISTRY =
            SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);

    private final String name;
    private final Schema schema;

    private JsonSchema(String name, Schema schema) {
        this.name = name;
        this.schema = schema;
    }

    static JsonSchema named(String name) throws IOException {
        return new JsonSchema(name, REGISTRY.getSchema(file(name)));
    }

    /** That of schemas themselves. */
    static JsonSchema ofSchemas() {
        return new JsonSchema(
                "draft 2020-12",
                REGISTRY.getSchema(SchemaLocation.of(Dialects.getDraft202012().getId())));
    }

    /** Those that there are. */
    static List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(file -> file.endsWith(ENDING))
                    .map(file -> file.substring(0, file.length() - ENDING.length()))
                    .sorted()
                    .toList();
        }
    }

    static JsonNode file(String name) throws IOException {
        return MAPPER.readTree(Files.readString(FOLDER.resolve(name + ENDING)));
    }

    /** Fails unless the text is one document of this schema, and nothing else; returns the document. */
    JsonNode read(String text) throws IOException {
        JsonNode document = MAPPER.readTree(text);
        check(document);
        return document;
    }

    void check(JsonNode document) {
        assertEquals(List.of(), schema.validate(document), () -> document + " is none of " + name);
    }
}
