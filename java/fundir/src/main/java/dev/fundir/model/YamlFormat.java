package dev.fundir.model;

import dev.fundir.TensorView;
import dev.fundir.ffi.NumberText;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Models as YAML, with the members that {@link JsonFormat} has; the numbers are a block sequence. */
final class YamlFormat implements FormatCodec {
    @Override
    public Model load(Path path) throws IOException {
        return TextModel.load(path, in -> new YamlMembers(path, in).model());
    }

    @Override
    public Path save(Model model, Path path, SaveOptions options) throws IOException {
        List<TensorView> tensors = TextModel.tensors(model, options);
        boolean hasNumbers = tensors.stream().anyMatch(tensor -> tensor.byteSize() > 0);
        String head = head(model, tensors) + (hasNumbers ? "data:" : "data: []");
        TextFile.write(path, NumberText.Style.YAML_BLOCK, head, tensors, "\n");
        return path;
    }

    private static String head(Model model, List<TensorView> tensors) {
        ModelMetadata metadata = model.metadata();
        StringBuilder yaml = new StringBuilder("metadata:\n  name: ");
        JsonText.write(metadata.name(), yaml);
        JsonText.write(metadata.architecture(), yaml.append("\n  architecture: "));
        JsonText.write(metadata.version(), yaml.append("\n  version: "));
        yaml.append("\n  training_config:");
        metadata.trainingConfig().ifPresentOrElse(map -> write(map, "    ", yaml), () -> yaml.append(" null\n"));
        yaml.append("  custom:");
        write(metadata.custom(), "    ", yaml);
        yaml.append(tensors.isEmpty() ? "parameters: []\n" : "parameters:\n");
        for (int i = 0; i < tensors.size(); i++) {
            Parameter parameter = model.parameters().get(i);
            JsonText.write(parameter.name(), yaml.append("- name: "));
            yaml.append("\n  shape: ").append(TextModel.shape(tensors.get(i)));
            yaml.append("\n  dtype: ").append(tensors.get(i).dtype());
            yaml.append("\n  requires_grad: ").append(parameter.requiresGrad()).append('\n');
        }
        return yaml.toString();
    }

    /** Writes a map behind its key: each member on a line, maps in it as blocks of their own. */
    private static void write(Map<?, ?> map, String indent, StringBuilder yaml) {
        if (map.isEmpty()) {
            yaml.append(" {}\n");
            return;
        }
        yaml.append('\n');
        map.forEach((key, value) -> {
            String name = JsonText.of(String.valueOf(key));
            boolean isLong = name.length() > JsonText.LONGEST_KEY;
            yaml.append(indent).append(isLong ? "? " : "").append(name).append(isLong ? "\n" + indent + ":" : ":");
            if (value instanceof Map<?, ?> inner) {
                write(inner, indent + "  ", yaml);
            } else {
                JsonText.writeYaml(value, yaml.append(' '));
                yaml.append('\n');
            }
        });
    }
}
