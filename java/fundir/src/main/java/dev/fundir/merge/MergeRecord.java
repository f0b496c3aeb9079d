package dev.fundir.merge;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** What an output folder keeps of how it was made: the recipe, and a model card for people. */
final class MergeRecord {
    /** The name by which recipes beside merged models are known. */
    private static final String RECIPE = "mergekit_config.yml";

    private static final String CARD = "README.md";

    private MergeRecord() {}

    /**
     * The files.
     *
     * @param recipe as it was read; one is written where there was none
     */
    static List<SideFile> of(
            OutputPlace place,
            Optional<String> recipe,
            MergeRequest request,
            Arrangement arrangement,
            OutputFacts facts) {
        String text = recipe.orElseGet(() -> RecipeText.of(arrangement, facts));
        List<SideFile> files = new ArrayList<>();
        files.add(SideFile.text(place.sibling(RECIPE), text));
        files.add(SideFile.text(place.sibling(CARD), card(place, text, request, arrangement)));
        return files;
    }

    private static String card(OutputPlace place, String recipe, MergeRequest request, Arrangement arrangement) {
        String models = arrangement.inputs().stream()
                .map(MergeRecord::name)
                .map(name -> "* " + name)
                .collect(Collectors.joining("\n"));
        boolean withBase = arrangement.parts().stream().anyMatch(Arrangement.Part::withBase);
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

                Random masks, where the method has them, were drawn with the seed %s.

                ```yaml
                %s
                ```
                """.formatted(
                        place.name(),
                        arrangement.method(),
                        Version.current(),
                        models,
                        withBase ? "\nThe first of them is the base.\n" : "",
                        Long.toUnsignedString(request.seed()),
                        recipe.strip());
    }

    /** Paths of other people's machines mean nothing to a reader: a model goes by the last part of its path. */
    private static String name(Path model) {
        Path last = model.toAbsolutePath().normalize().getFileName();
        return last == null ? model.toString() : last.toString();
    }
}
