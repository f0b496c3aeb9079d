package dev.fundir.merge;

import dev.fundir.DType;
import dev.fundir.internal.NearNames;
import dev.fundir.internal.recipe.LayerRange;
import dev.fundir.internal.recipe.Located;
import dev.fundir.internal.recipe.ParameterSetting;
import dev.fundir.internal.recipe.Place;
import dev.fundir.internal.recipe.Recipe;
import dev.fundir.internal.recipe.RecipeReader;
import dev.fundir.merge.MergeException.Kind;
import dev.fundir.merge.MergeMethod.Base;
import dev.fundir.merge.MergeParameter.Scope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Makes of a recipe what a merge does; finds every mistake that can be found without opening a model. */
final class RecipeReading {
    /** Schemes of references that only a resolver can turn into paths. */
    private static final String HUB = "hf://";

    private final Path file;
    private final MergeRequest request;
    private final Problems problems;

    /** The paths of the models, by the texts that name them; those that cannot be found are absent. */
    private final Map<String, Path> paths = new LinkedHashMap<>();

    /** What is wrong, by its place. */
    private final Map<Place, Set<String>> found = new TreeMap<>();

    private Optional<MergeMethod> method = Optional.empty();

    /**
     * What a recipe says besides the arrangement.
     *
     * @param dtype of the output
     * @param workDType that mergekit would compute in
     * @param references what models of the Hub are called, by their paths
     */
    record Result(
            Optional<Arrangement> arrangement,
            Optional<DType> dtype,
            Optional<DType> workDType,
            Map<Path, String> references,
            Optional<String> chatTemplate,
            Optional<String> text) {}

    private RecipeReading(Path file, MergeRequest request, Problems problems) {
        this.file = file;
        this.request = request;
        this.problems = problems;
    }

    static Result read(Path file, MergeRequest request, Problems problems) throws IOException {
        return new RecipeReading(file, request, problems).read();
    }

    private Result read() throws IOException {
        String text = Files.readString(file);
        Optional<Recipe> read = RecipeReader.read(text, this::problem);
        Optional<Arrangement> arrangement = Optional.empty();
        Optional<DType> dtype = Optional.empty();
        Optional<DType> workDType = Optional.empty();
        Optional<String> template = Optional.empty();
        if (read.isPresent()) {
            Recipe recipe = read.get();
            method = recipe.method().flatMap(this::method);
            recipe.references().forEach(this::resolve);
            dtype = recipe.outputDType().or(recipe::dtype).flatMap(this::dtype);
            workDType = recipe.dtype().flatMap(this::dtype);
            template = recipe.chatTemplate().flatMap(this::chatTemplate);
            Optional<Path> tokenizer = recipe.tokenizerSource().flatMap(this::tokenizer);
            if (method.isPresent()) {
                arrangement = arrangement(recipe, method.get(), tokenizer);
            }
        }
        found.forEach((place, sentences) ->
                sentences.forEach(sentence -> problems.add(Kind.RECIPE, file + ":" + place + ": " + sentence)));
        return new Result(
                found.isEmpty() ? arrangement : Optional.empty(),
                dtype,
                workDType,
                references(),
                template,
                Optional.of(text));
    }

    private Map<Path, String> references() {
        Map<Path, String> references = new HashMap<>();
        paths.forEach((text, path) -> {
            if (text.startsWith(HUB)) {
                references.put(path, text);
            }
        });
        return references;
    }

    private void problem(Place place, String sentence) {
        found.computeIfAbsent(place, key -> new LinkedHashSet<>()).add(sentence);
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
                resolve(source);
                return Optional.ofNullable(paths.get(source.value()));
            }
        }
    }

    private void resolve(Located<String> reference) {
        String text = reference.value();
        if (paths.containsKey(text)) {
            return;
        }
        try {
            Path path = text.startsWith(HUB) ? request.resolver().resolve(text) : plain(Path.of(text));
            if (Files.exists(path)) {
                paths.put(text, path);
            } else {
                problem(
                        reference.place(),
                        "there is no file or folder " + text + "; a model of the Hub is hf://org/name");
            }
        } catch (InvalidPathException e) {
            problem(reference.place(), text + " is no path: " + e.getReason());
        } catch (IOException e) {
            problem(reference.place(), e.getMessage());
        }
    }

    /** Without steps to nowhere, so that two ways to write a path are one. */
    private static Path plain(Path path) {
        Path normal = path.normalize();
        return normal.toString().isEmpty() ? path : normal;
    }

    private Optional<Arrangement> arrangement(Recipe recipe, MergeMethod method, Optional<Path> tokenizer) {
        Map<String, ParameterSetting> global = new LinkedHashMap<>(recipe.parameters());
        request.parameters()
                .forEach((name, value) -> global.put(name, new ParameterSetting.Scalar(Place.START, value.toString())));
        check(recipe.parameters(), false);
        checkOverrides();
        Optional<Path> base = recipe.base().map(each -> paths.get(each.value()));
        if (method.base() == Base.REQUIRED && recipe.base().isEmpty()) {
            problem(recipe.method().orElseThrow().place(), method + " needs a base_model");
        }
        List<Path> inputs = new ArrayList<>();
        base.ifPresent(inputs::add);
        List<Recipe.Slice> slices = recipe.slices().isEmpty()
                ? List.of(new Recipe.Slice(Place.START, recipe.models(), Map.of()))
                : recipe.slices();
        List<Arrangement.Part> parts = new ArrayList<>();
        for (Recipe.Slice slice : slices) {
            check(slice.parameters(), false);
            parts.add(part(recipe, method, slice, global, base, inputs));
        }
        if (base.isPresent()
                && parts.stream().flatMap(part -> part.sources().stream()).noneMatch(source -> source.input() == 0)) {
            // A base that no part takes anything from only says whose configuration and tokenizer are taken.
            tokenizer = tokenizer.or(() -> base);
        }
        return Optional.of(new Arrangement(method, List.copyOf(inputs), List.copyOf(parts), tokenizer));
    }

    private Arrangement.Part part(
            Recipe recipe,
            MergeMethod method,
            Recipe.Slice slice,
            Map<String, ParameterSetting> global,
            Optional<Path> base,
            List<Path> inputs) {
        boolean takesBase = method.base() != Base.NONE && base.isPresent();
        boolean sliced = !recipe.slices().isEmpty();
        List<Recipe.Source> models = new ArrayList<>();
        Optional<Recipe.Source> ofBase = Optional.empty();
        for (Recipe.Source source : slice.sources()) {
            check(source.parameters(), true);
            if (takesBase
                    && ofBase.isEmpty()
                    && base.get().equals(paths.get(source.model().value()))) {
                ofBase = Optional.of(source);
            } else {
                models.add(source);
            }
        }
        Optional<LayerRange> layers = layers(slice);
        boolean listed = ofBase.isPresent()
                || models.stream()
                        .anyMatch(model -> base.isPresent()
                                && base.get().equals(paths.get(model.model().value())));
        if (!takesBase && base.isPresent() && !listed && !sliced) {
            // Methods without a base take it as one more model, the last.
            models.add(new Recipe.Source(recipe.base().orElseThrow(), Optional.empty(), Map.of()));
        }
        checkCount(method, slice, models.size(), takesBase);
        List<Arrangement.Source> sources = new ArrayList<>();
        if (takesBase) {
            sources.add(new Arrangement.Source(
                    0, ofBase.flatMap(Recipe.Source::layers).map(Located::value).or(() -> layers)));
        }
        List<RecipeParameters.Model> named = new ArrayList<>();
        for (Recipe.Source model : models) {
            checkRequired(method, model, List.of(slice.parameters(), global));
            Path path = paths.get(model.model().value());
            if (path != null && !inputs.contains(path)) {
                inputs.add(path);
            }
            sources.add(
                    new Arrangement.Source(inputs.indexOf(path), model.layers().map(Located::value)));
            named.add(new RecipeParameters.Model(
                    file + ":" + model.model().place() + ": " + model.model().value(), model.parameters()));
        }
        checkSharedRequired(method, recipe, List.of(slice.parameters(), global));
        RecipeParameters parameters =
                new RecipeParameters(method, List.of(slice.parameters(), global), named, takesBase ? 1 : 0);
        return new Arrangement.Part(List.copyOf(sources), takesBase, false, parameters);
    }

    /** The layers of the first source; those of the others have to be as many. */
    private Optional<LayerRange> layers(Recipe.Slice slice) {
        Optional<LayerRange> first = Optional.empty();
        for (Recipe.Source source : slice.sources()) {
            Optional<LayerRange> range = source.layers().map(Located::value);
            if (first.isPresent()
                    && range.isPresent()
                    && first.get().count() != range.get().count()) {
                problem(
                        source.layers().get().place(),
                        "layer_range " + range.get() + " has " + range.get().count()
                                + " layers, but the first source of the" + " slice has "
                                + first.get().count());
            }
            first = first.or(() -> range);
        }
        return first;
    }

    private void checkCount(MergeMethod method, Recipe.Slice slice, int models, boolean withBase) {
        if (slice.sources().isEmpty() || (models >= method.fewestModels() && models <= method.mostModels())) {
            return;
        }
        Place place = slice.sources().get(0).model().place();
        problem(
                place,
                method + " merges " + method.countOfModels() + (withBase ? " besides the base" : "") + ", but "
                        + (models == 1 ? "1 is" : models + " are") + " given");
    }

    /** Checks names and values of parameters. */
    private void check(Map<String, ParameterSetting> settings, boolean ofModel) {
        if (method.isEmpty()) {
            return;
        }
        settings.forEach((name, setting) -> {
            Optional<MergeParameter> parameter = method.get().parameter(name);
            if (parameter.isEmpty()) {
                problem(setting.place(), method.get().noParameter(name));
            } else if (ofModel && parameter.get().scope() == Scope.SHARED) {
                problem(
                        setting.place(),
                        "parameter " + name + " of " + method.get() + " is one for the merge, not one for each model");
            } else {
                setting.scalars().forEach(scalar -> check(parameter.get(), scalar));
            }
        });
    }

    private void check(MergeParameter parameter, ParameterSetting.Scalar scalar) {
        try {
            parameter.encode(scalar.value());
        } catch (IllegalArgumentException e) {
            problem(scalar.place(), e.getMessage());
        }
    }

    /** Checks the parameters that the caller sets in place of the recipe's. */
    private void checkOverrides() {
        request.parameters().forEach((name, value) -> {
            Optional<MergeParameter> parameter = method.orElseThrow().parameter(name);
            if (parameter.isEmpty()) {
                problems.add(Kind.PARAMETER, method.get().noParameter(name));
                return;
            }
            try {
                parameter.get().encode(value);
            } catch (IllegalArgumentException e) {
                problems.add(Kind.PARAMETER, e.getMessage());
            }
        });
    }

    /** What no filter can make up for is missing for all tensors. */
    private void checkRequired(MergeMethod method, Recipe.Source model, List<Map<String, ParameterSetting>> others) {
        for (MergeParameter parameter : method.parameters()) {
            boolean given = model.parameters().containsKey(parameter.name())
                    || others.stream().anyMatch(settings -> settings.containsKey(parameter.name()));
            if (parameter.scope() == Scope.MODEL && parameter.defaultValue().isEmpty() && !given) {
                problem(
                        model.model().place(),
                        "parameter " + parameter.name() + " is missing for "
                                + model.model().value() + ": " + method + " needs one for each model");
            }
        }
    }

    private void checkSharedRequired(MergeMethod method, Recipe recipe, List<Map<String, ParameterSetting>> settings) {
        for (MergeParameter parameter : method.parameters()) {
            boolean given = settings.stream().anyMatch(each -> each.containsKey(parameter.name()));
            if (parameter.scope() == Scope.SHARED && parameter.defaultValue().isEmpty() && !given) {
                problem(
                        recipe.method().orElseThrow().place(),
                        "parameter " + parameter.name() + " is missing: " + method + " needs it");
            }
        }
    }
}
