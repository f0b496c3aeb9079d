package dev.fundir.merge;

import dev.fundir.internal.TorchDType;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** Writes the recipe of a merge that was described without one. */
final class RecipeText {
    private final StringBuilder yaml = new StringBuilder();
    private final Map<Path, String> references;

    private RecipeText(Map<Path, String> references) {
        this.references = references;
    }

    /**
     * A recipe in mergekit's schema that makes the same.
     *
     * @param references what models are called that are not called by their paths
     */
    static String of(Arrangement arrangement, Map<Path, String> references, OutputFacts facts) {
        RecipeText text = new RecipeText(references);
        text.write(arrangement, facts);
        return text.yaml.toString();
    }

    private void write(Arrangement arrangement, OutputFacts facts) {
        // Names that only this library has are no recipe's.
        MergeMethod method =
                MethodTable.get().find(arrangement.method().engineName()).orElseThrow();
        Arrangement.Part part = arrangement.parts().get(0);
        ParameterValues values = part.parameters().of("", List.of(), 0);
        line("merge_method: " + method.name());
        if (part.withBase()) {
            line("base_model: " + name(arrangement.inputs().get(0)));
        }
        line("models:");
        for (int model = 0; model < values.models().size(); model++) {
            line("- model: " + name(arrangement.inputs().get(model + (part.withBase() ? 1 : 0))));
            parameters(method, values.models().get(model), "  ");
        }
        parameters(method, values.shared(), "");
        facts.asked().flatMap(TorchDType::nameOf).ifPresent(name -> line("out_dtype: " + name));
    }

    private void parameters(MergeMethod method, Map<String, Double> values, String indent) {
        StringBuilder lines = new StringBuilder();
        values.forEach((name, value) -> method.parameter(name)
                .filter(parameter -> !isDefault(parameter, value))
                .ifPresent(parameter -> lines.append(indent)
                        .append("  ")
                        .append(name)
                        .append(": ")
                        .append(parameter.decode(value))
                        .append('\n')));
        if (lines.length() > 0) {
            line(indent + "parameters:");
            yaml.append(lines);
        }
    }

    /** Defaults are left out, and with them what mergekit has no name for. */
    private static boolean isDefault(MergeParameter parameter, double value) {
        OptionalDouble usual = parameter.defaultValue();
        return usual.isPresent() && usual.getAsDouble() == value;
    }

    private void line(String line) {
        yaml.append(line).append('\n');
    }

    /** In single quotes, where only a quote has to be written twice. */
    private String name(Path model) {
        String name = references.getOrDefault(model, model.toString());
        return '\'' + name.replace("'", "''") + '\'';
    }
}
