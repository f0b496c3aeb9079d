package dev.fundir.merge;

import dev.fundir.DType;
import dev.fundir.internal.NearNames;
import dev.fundir.internal.TorchDType;
import dev.fundir.internal.document.Place;
import dev.fundir.internal.recipe.LayerRange;
import dev.fundir.internal.recipe.Located;
import dev.fundir.internal.recipe.Recipe;
import dev.fundir.internal.recipe.RecipeFile;
import dev.fundir.internal.recipe.RecipeReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Makes of a recipe what a merge does; finds every mistake that can be found without opening a model. */
final class RecipeReading {
    private final Path file;
    private final MergeRequest request;
    private final Problems problems;
    private final RecipeModels models;
    private final Overrides overrides = new Overrides();

    /**
     * What a recipe says.
     *
     * @param arrangement empty where that cannot be known for the recipe's mistakes
     * @param models those that could be found, each where it is named first
     * @param layers what is taken of models, where only some layers are
     * @param dtype of the output
     * @param workDType that mergekit would compute in
     * @param references what models of the Hub are called, by their paths
     * @param overrides remembers what became of the caller's parameters
     */
    record Result(
            Optional<Arrangement> arrangement,
            Map<Path, Place> models,
            List<Layers> layers,
            Optional<DType> dtype,
            Optional<DType> workDType,
            Map<Path, String> references,
            Optional<String> chatTemplate,
            Optional<String> text,
            Overrides overrides) {}

    /** Layers of a model that a recipe takes. */
    record Layers(Path model, Located<LayerRange> range) {}

    private RecipeReading(Path file, MergeRequest request, Problems problems) {
        this.file = file;
        this.request = request;
        this.problems = problems;
        this.models = new RecipeModels(request.resolver(), this::problem);
    }

    static Result read(Path file, MergeRequest request, Problems problems) throws IOException {
        return new RecipeReading(file, request, problems).read();
    }

    private Result read() throws IOException {
        Optional<String> text = RecipeFile.read(file, this::problem);
        Optional<Recipe> read = text.flatMap(yaml -> RecipeReader.read(yaml, this::problem));
        if (read.isEmpty()) {
            return new Result(
                    Optional.empty(),
                    Map.of(),
                    List.of(),
                    Optional.empty(),
                    Optional.empty(),
                    Map.of(),
                    Optional.empty(),
                    text,
                    overrides);
        }
        Recipe recipe = read.get();
        Optional<MergeMethod> method = recipe.method().flatMap(this::method);
        lookUp(recipe);
        Optional<DType> dtype = recipe.outputDType().or(recipe::dtype).flatMap(this::dtype);
        Optional<DType> workDType = recipe.dtype().flatMap(this::dtype);
        Optional<String> template = recipe.chatTemplate().flatMap(this::chatTemplate);
        Optional<Path> tokenizer = recipe.tokenizerSource().flatMap(this::tokenizer);
        Optional<Arrangement> arrangement =
                method.map(known -> new RecipeArrangement(file, recipe, known, models, overrides, this::problem)
                        .make(request, tokenizer, problems));
        return new Result(
                problems.areInRecipe() ? Optional.empty() : arrangement,
                models.mentions(),
                layers(recipe, method),
                dtype,
                workDType,
                models.references(),
                template,
                text,
                overrides);
    }

    private void problem(Place place, String sentence) {
        problems.at(file, place, sentence);
    }

    /** Finds all models, also where nobody knows how they would be merged. */
    private void lookUp(Recipe recipe) {
        Stream.concat(
                        recipe.base().stream(),
                        recipe.parts().stream()
                                .flatMap(slice -> slice.sources().stream())
                                .flatMap(source -> source.model().stream()))
                .sorted(Comparator.comparing(Located::place))
                .forEach(models::model);
    }

    /** All layers that are taken, where it is known of which model. */
    private List<Layers> layers(Recipe recipe, Optional<MergeMethod> method) {
        List<Layers> taken = new ArrayList<>();
        Optional<Path> base = method.filter(known -> known.base() != MergeMethod.Base.NONE)
                .flatMap(known -> recipe.base())
                .flatMap(models::find);
        for (Recipe.Slice slice : recipe.slices()) {
            List<Layers> ofSlice = new ArrayList<>();
            for (Recipe.Source source : slice.sources()) {
                Optional<Path> model = source.model().flatMap(models::find);
                if (model.isPresent() && source.layers().isPresent()) {
                    ofSlice.add(new Layers(model.get(), source.layers().get()));
                }
            }
            boolean impliesBase = base.isPresent()
                    && !ofSlice.isEmpty()
                    && ofSlice.stream().noneMatch(each -> each.model().equals(base.get()));
            if (impliesBase) {
                // Of a base that is no source the same layers are taken as of the first.
                ofSlice.add(new Layers(base.get(), ofSlice.get(0).range()));
            }
            taken.addAll(ofSlice);
        }
        return taken;
    }

    private Optional<MergeMethod> method(Located<String> name) {
        Optional<MergeMethod> known = MethodTable.get().find(name.value());
        if (known.isEmpty()) {
            problem(name.place(), MethodTable.get().unknown(name.value()));
        }
        return known;
    }

    private Optional<DType> dtype(Located<String> name) {
        Optional<DType> dtype = TorchDType.parse(name.value());
        if (dtype.isEmpty()) {
            problem(
                    name.place(),
                    "there is no dtype " + name.value() + NearNames.suggestion(name.value(), TorchDType.names())
                            + "; expected one of " + String.join(", ", TorchDType.names()));
        }
        return dtype;
    }

    private Optional<String> chatTemplate(Located<String> template) {
        String text = template.value();
        if (text.equals("auto")) {
            return Optional.empty();
        }
        if (text.contains("{{") || text.contains("{%")) {
            return Optional.of(text);
        }
        problem(
                template.place(),
                "chat_template " + text
                        + " is not known; expected auto, which keeps the one beside the tokenizer, or the text"
                        + " of a Jinja template");
        return Optional.empty();
    }

    private Optional<Path> tokenizer(Located<String> source) {
        switch (source.value()) {
            case "base" -> {
                return Optional.empty();
            }
            case "union" -> {
                problem(
                        source.place(),
                        "tokenizer_source union is not supported: tokenizers are copied and not built; expected base or"
                                + " the path of a model");
                return Optional.empty();
            }
            default -> {
                return models.find(source);
            }
        }
    }
}
