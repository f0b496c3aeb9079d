package dev.fundir.model;

import dev.fundir.TensorView;
import dev.fundir.ffi.NumberText;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Models as JSON: {@code metadata}, {@code parameters} and {@code data}, the numbers of all parameters in one flat
 * list.
 *
 * <p>Reads the members in any order and passes over others.
 */
final class JsonFormat implements FormatCodec {
    @Override
    public Model load(Path path) throws IOException {
        return TextModel.load(path, in -> new JsonMembers(path, in).model());
    }

    @Override
    public Path save(Model model, Path path, SaveOptions options) throws IOException {
        List<TensorView> tensors = TextModel.tensors(model, options);
        boolean hasNumbers = tensors.stream().anyMatch(tensor -> tensor.byteSize() > 0);
        String tail = hasNumbers ? "\n]\n}\n" : "]\n}\n";
        TextFile.write(path, NumberText.Style.JSON, head(model, tensors), tensors, tail);
        return path;
    }

    private static String head(Model model, List<TensorView> tensors) {
        ModelMetadata metadata = model.metadata();
        StringBuilder json = new StringBuilder("{\n  \"metadata\": {\n    \"name\": ");
        JsonText.write(metadata.name(), json);
        JsonText.write(metadata.architecture(), json.append(",\n    \"architecture\": "));
        JsonText.write(metadata.version(), json.append(",\n    \"version\": "));
        JsonText.write(metadata.trainingConfig().orElse(null), json.append(",\n    \"training_config\": "));
        JsonText.write(metadata.custom(), json.append(",\n    \"custom\": "));
        json.append("\n  },\n  \"parameters\": [");
        String separator = "\n";
        for (int i = 0; i < tensors.size(); i++) {
            Parameter parameter = model.parameters().get(i);
            JsonText.write(parameter.name(), json.append(separator).append("    {\"name\": "));
            json.append(", \"shape\": ").append(TextModel.shape(tensors.get(i)));
            json.append(", \"dtype\": \"").append(tensors.get(i).dtype());
            json.append("\", \"requires_grad\": ")
                    .append(parameter.requiresGrad())
                    .append('}');
            separator = ",\n";
        }
        return json.append(tensors.isEmpty() ? "]" : "\n  ]")
                .append(",\n  \"data\": [")
                .toString();
    }
}
