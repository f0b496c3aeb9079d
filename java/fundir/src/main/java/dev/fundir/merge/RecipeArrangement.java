package dev.fundir.merge;

import dev.fundir.internal.document.Place;
import dev.fundir.internal.recipe.LayerRange;
import dev.fundir.internal.recipe.Located;
import dev.fundir.internal.recipe.Parameters;
import dev.fundir.internal.recipe.Recipe;
import dev.fundir.merge.MergeMethod.Base;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;

/** Finds out who takes part in the parts of a recipe's output, and in which place. */
final class RecipeArrangement {
    private final Path file;
    private final Recipe recipe;
    private final MergeMethod method;
    private final RecipeModels models;
    private final RecipeChecks checks;
    private final Overrides overrides;
    private final BiConsumer<Place, String> problems;
    private final Optional<Path> base;

    /** Whether a base comes before the models, be it one that cannot be found. */
    private final boolean takesBase;

    private final List<Path> inputs = new ArrayList<>();

    RecipeArrangement(
            Path file,
            Recipe recipe,
            MergeMethod method,
            RecipeModels models,
            Overrides overrides,
            BiConsumer<Place, String> problems) {
        this.file = file;
        this.recipe = recipe;
        this.method = method;
        this.models = models;
        this.checks = new RecipeChecks(method, overrides, problems);
        this.overrides = overrides;
        this.problems = problems;
        this.base = recipe.base().flatMap(models::model);
        this.takesBase = method.base() != Base.NONE && recipe.hasBase();
    }

    /** What the recipe arranges; of no use after a problem. */
    Arrangement make(MergeRequest request, Optional<Path> tokenizer, Problems ofCaller) {
        checks.overrides(request.parameters(), ofCaller);
        checks.settings(recipe.parameters(), false);
        if (method.base() == Base.REQUIRED && !recipe.hasBase()) {
            problems.accept(recipe.method().orElseThrow().place(), method + " needs a base_model");
        }
        base.ifPresent(inputs::add);
        List<Arrangement.Part> parts = new ArrayList<>();
        for (Recipe.Slice slice : recipe.parts()) {
            parts.add(part(slice));
        }
        boolean baseIsTaken =
                parts.stream().flatMap(part -> part.sources().stream()).anyMatch(source -> source.input() == 0);
        // A base that no part takes anything from only says whose configuration and tokenizer are taken.
        Optional<Path> ofBase = baseIsTaken ? Optional.empty() : base;
        return new Arrangement(method, List.copyOf(inputs), List.copyOf(parts), tokenizer.or(() -> ofBase));
    }

    private Arrangement.Part part(Recipe.Slice slice) {
        checks.settings(slice.parameters(), false);
        slice.sources().forEach(source -> checks.settings(source.parameters(), true));
        Optional<Recipe.Source> ofBase =
                slice.sources().stream().filter(this::isBase).findFirst();
        List<Recipe.Source> merged = new ArrayList<>(slice.sources());
        if (takesBase) {
            ofBase.ifPresent(merged::remove);
        } else if (ofBase.isEmpty() && recipe.slices().isEmpty()) {
            // Methods without a base take it as one more model, the last.
            recipe.base()
                    .ifPresent(name -> merged.add(
                            new Recipe.Source(name.place(), Optional.of(name), Optional.empty(), Parameters.NONE)));
        }
        checkCount(slice, merged.size());
        Optional<LayerRange> layers = layers(slice);
        List<Arrangement.Source> sources = new ArrayList<>();
        if (takesBase) {
            sources.add(new Arrangement.Source(
                    0, ofBase.flatMap(Recipe.Source::layers).map(Located::value).or(() -> layers)));
        }
        for (Recipe.Source source : merged) {
            checks.required(source, recipe, slice);
            sources.add(new Arrangement.Source(input(source), source.layers().map(Located::value)));
        }
        checks.requiredOfAll(recipe, slice);
        RecipeParameters parameters =
                new RecipeParameters(file, recipe, slice, method, merged, takesBase ? 1 : 0, overrides);
        return new Arrangement.Part(List.copyOf(sources), takesBase, false, parameters);
    }

    private boolean isBase(Recipe.Source source) {
        return source.model().isPresent()
                && recipe.base()
                        .filter(name -> models.areSame(name, source.model().get()))
                        .isPresent();
    }

    /** The place of a model among the inputs; -1 for one that is a mistake. */
    private int input(Recipe.Source source) {
        Optional<Path> path = source.model().flatMap(models::model);
        if (path.isPresent() && !inputs.contains(path.get())) {
            inputs.add(path.get());
        }
        return path.map(inputs::indexOf).orElse(-1);
    }

    /** The layers of the first source; those of the others have to be as many. */
    private Optional<LayerRange> layers(Recipe.Slice slice) {
        Optional<LayerRange> first = Optional.empty();
        for (Recipe.Source source : slice.sources()) {
            Optional<LayerRange> range = source.layers().map(Located::value);
            if (first.isPresent()
                    && range.isPresent()
                    && first.get().count() != range.get().count()) {
                problems.accept(
                        source.layers().get().place(),
                        "layer_range " + range.get() + " has " + range.get().count()
                                + " layers, but the first source of the slice has "
                                + first.get().count());
            }
            first = first.or(() -> range);
        }
        return first;
    }

    private void checkCount(Recipe.Slice slice, int count) {
        boolean fits = count >= method.fewestModels() && count <= method.mostModels();
        boolean lacksBase = method.base() == Base.REQUIRED && !takesBase;
        // Who the models are is not known without the base, and no models at all have been reported.
        if (fits || lacksBase || slice.sources().isEmpty()) {
            return;
        }
        Recipe.Source first = slice.sources().get(0);
        problems.accept(
                first.model().map(Located::place).orElse(first.place()),
                method + " merges " + method.countOfModels() + (takesBase ? " besides the base" : "") + ", but "
                        + (count == 1 ? "1 is" : count + " are") + " given");
    }
}
