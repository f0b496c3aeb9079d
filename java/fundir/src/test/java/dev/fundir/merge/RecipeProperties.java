package dev.fundir.merge;

import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.fundir.internal.document.Place;
import dev.fundir.internal.recipe.RecipeReader;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Any text is a recipe, or has mistakes with places inside it. */
class RecipeProperties {
    private static final String RECIPE = """
            merge_method: ties
            base_model: base
            models:
            - model: a
              parameters:
                weight: [0.1, 1e-5]
                density: [{filter: mlp, value: [1, 0.5]}, {value: 0.2}]
            slices:
            - sources:
              - {model: b, layer_range: [0, 2]}
            parameters: {lambda: 1}
            dtype: &d float32
            out_dtype: *d
            """;

    @Property(tries = 3000)
    void brokenRecipesAreReported(@ForAll("pieces") List<String> pieces) {
        StringBuilder text = new StringBuilder(RECIPE);
        for (int i = 0; i < pieces.size(); i++) {
            int at = Math.floorMod(pieces.get(i).hashCode() * 31 + i * 7919, text.length());
            text.replace(at, Math.min(text.length(), at + i % 4), pieces.get(i));
        }
        List<Place> places = new ArrayList<>();
        boolean isMap = RecipeReader.read(text.toString(), (place, sentence) -> {
                    assertFalse(sentence.isBlank());
                    places.add(place);
                })
                .isPresent();
        assertFalse(!isMap && places.isEmpty(), "what cannot be read has a reason");
        long lines = text.chars().filter(c -> c == '\n').count() + 2;
        places.forEach(place -> assertFalse(place.line() < 1 || place.line() > lines, place.toString()));
    }

    @Provide
    Arbitrary<List<String>> pieces() {
        return Arbitraries.of(
                        "\n", ": ", "- ", "[", "]", "{", "}", "'", "\"", "&d", "*d", "? ", "|", "#", "\t", "~", "é",
                        "0", "%", "---\n", "!!int ", ",")
                .list()
                .ofMaxSize(6);
    }
}
