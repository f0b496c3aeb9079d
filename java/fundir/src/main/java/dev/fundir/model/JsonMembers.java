package dev.fundir.model;

import dev.fundir.ffi.NumberText;
import dev.fundir.internal.document.DocumentMistake;
import dev.fundir.internal.document.JsonReader;
import dev.fundir.internal.document.Node;
import dev.fundir.internal.document.TextInput;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Reads a model's JSON: its members in any order, and what else there is passed over. */
final class JsonMembers {
    private final Path path;
    private final TextInput in;
    private final JsonReader json;

    private ModelMetadata metadata;
    private List<DeclaredParameter> declared;
    private List<Parameter> parameters;
    /** Where the list of numbers begins, when its parameters are not known by then. */
    private TextInput.Mark data;

    JsonMembers(Path path, TextInput in) {
        this.path = path;
        this.in = in;
        this.json = new JsonReader(in);
    }

    Model model() throws IOException {
        json.object((key, place) -> {
            boolean again =
                    switch (key) {
                        case "metadata" -> metadata != null;
                        case "parameters" -> declared != null;
                        case "data" -> parameters != null || data != null;
                        default -> false;
                    };
            if (again) {
                throw new DocumentMistake(place, "the model has " + key + " twice");
            }
            member(key);
        });
        json.end();
        TextModel.require("metadata", metadata);
        TextModel.require("parameters", declared);
        if (parameters == null) {
            TextModel.require("data", data);
            in.goTo(data);
            readNumbers();
        }
        return new Model(metadata, parameters);
    }

    private void member(String key) throws IOException {
        switch (key) {
            case "metadata" -> metadata = ModelTree.metadata(json.value());
            case "parameters" -> declared = ModelTree.parameters(json.value());
            case "data" -> {
                if (in.peek() != '[') {
                    Node other = json.value();
                    throw new DocumentMistake(
                            other.place(), "data is " + other.kind() + ", expected a list of numbers");
                }
                data = in.mark();
                if (declared == null) {
                    json.skipNumbers();
                } else {
                    readNumbers();
                }
            }
            default -> json.value();
        }
    }

    private void readNumbers() throws IOException {
        json.expect('[');
        parameters = NumberList.read(in, NumberText.Style.JSON, declared, path);
    }
}
