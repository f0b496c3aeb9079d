package dev.fundir.merge;

import dev.fundir.internal.output.OutputPlace;
import dev.fundir.internal.output.SideFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** What an output folder keeps of how it was made: the recipe, and a model card for people. */
final class MergeRecord {
    /** The name by which recipes beside merged models are known. */
    private static final String RECIPE = "mergekit_config.yml";

    private static final String CARD = "README.md";

    private final OutputPlace place;
    private final MergeRequest request;
    private final Arrangement arrangement;
    private final OutputFacts facts;

    private MergeRecord(OutputPlace place, MergeRequest request, Arrangement arrangement, OutputFacts facts) {
        this.place = place;
        this.request = request;
        this.arrangement = arrangement;
        this.facts = facts;
    }

    /**
     * The files.
     *
     * @param said the recipe as it was read, where there was one; else one is written
     */
    static List<SideFile> of(
            OutputPlace place,
            RecipeReading.Result said,
            MergeRequest request,
            Arrangement arrangement,
            OutputFacts facts) {
        String recipe = said.text().orElseGet(() -> RecipeText.of(arrangement, request.references(), facts));
        MergeRecord record = new MergeRecord(place, request, arrangement, facts);
        Map<Path, String> references = said.text().isPresent() ? said.references() : request.references();
        List<SideFile> files = new ArrayList<>();
        files.add(SideFile.text(place.sibling(RECIPE), recipe));
        files.add(SideFile.text(place.sibling(CARD), record.card(recipe, references)));
        return files;
    }

    private String card(String recipe, Map<Path, String> references) {
        String models = arrangement.inputs().stream()
                .map(input -> Optional.ofNullable(references.get(input)).orElseGet(() -> name(input)))
                .map(name -> "* " + name)
                .collect(Collectors.joining("\n"));
        return """
                ---
                library_name: transformers
                tags:
                - merge
                ---
                # %s

                A merge of models by the method `%s`, made with fundir %s.

                ## Models

                %s
                %s
                ## Recipe

                %s

                ```yaml
                %s
                ```
                """.formatted(
                        place.name(),
                        arrangement.method(),
                        Version.current(),
                        models,
                        arrangement.hasBase() ? "\nThe first of them is the base.\n" : "",
                        settings(),
                        recipe.strip());
    }

    /** What makes the output what it is and does not stand in the recipe. */
    private String settings() {
        List<String> lines = new ArrayList<>();
        List<String> options = new ArrayList<>();
        String seed = Long.toUnsignedString(request.seed());
        String rng = request.generator().label();
        lines.add("seed of random masks: " + seed + ", drawn by `" + rng + "`");
        options.add("--seed " + seed);
        options.add("--set rng=" + rng);
        facts.dtype().ifPresent(dtype -> lines.add("dtype: " + dtype));
        if (request.recipe().isPresent()) {
            request.parameters().forEach((name, value) -> {
                lines.add("`" + name + "`: " + value + ", in place of the recipe's");
                options.add("--set " + name + '=' + value);
            });
            request.outputDType().ifPresent(dtype -> {
                lines.add("dtype asked for: " + dtype + ", in place of the recipe's");
                options.add("--dtype " + dtype);
            });
        }
        if (request.missing() == Missing.AVAILABLE) {
            lines.add("tensors that an input lacks are merged over the others");
            options.add("--missing available");
        }
        if (request.nonFloat() != NonFloat.ERROR) {
            String whose = nonFloat();
            lines.add("tensors that cannot be averaged are those of the " + whose
                    + (whose.equals("base") ? "" : " model"));
            options.add("--non-float " + whose);
        }
        return lines.stream().map(line -> "* " + line).collect(Collectors.joining("\n")) + "\n\n`fundir merge " + RECIPE
                + " -o OUT " + String.join(" ", options) + "` makes the same of:";
    }

    /** A base that is the first model in the request is only a base in the recipe. */
    private String nonFloat() {
        boolean promoted = arrangement.parts().stream().anyMatch(Arrangement.Part::promoted);
        return request.nonFloat() == NonFloat.BASE || promoted ? "base" : "first";
    }

    /**
     * Paths of other people's machines mean nothing to a reader: a model goes by the last part of its path, or of its
     * folder's where all models' files are called alike.
     */
    private static String name(Path model) {
        Path path = model.toAbsolutePath().normalize();
        Path last = path.getFileName();
        if (last == null) {
            return model.toString();
        }
        boolean alike = last.toString().matches("model(-\\d+-of-\\d+)?\\.safetensors(\\.index\\.json)?");
        Path folder = path.getParent().getFileName();
        return alike && folder != null ? folder.toString() : last.toString();
    }
}
