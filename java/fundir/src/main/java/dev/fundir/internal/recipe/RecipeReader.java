package dev.fundir.internal.recipe;

import dev.fundir.internal.document.DocumentMistake;
import dev.fundir.internal.document.Node;
import dev.fundir.internal.document.Place;
import dev.fundir.internal.document.YamlComposer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;

/** Reads a recipe from YAML. Everything that is not as it should be is reported with its place, and left out. */
public final class RecipeReader {
    /** How many values a recipe may have when each alias is replaced by what it stands for. */
    private static final long LARGEST = 1_000_000;

    private static final List<String> KEYS = List.of(
            "merge_method",
            "models",
            "slices",
            "base_model",
            "parameters",
            "dtype",
            "out_dtype",
            "tokenizer_source",
            "chat_template");
    /** What mergekit has and this does not, with the reason. */
    private static final Map<String, String> REFUSED = Map.of(
            "tokenizer", "building a tokenizer is not supported; tokenizer_source takes base or a model's path",
            "modules", "merging the modules of a model one by one is not supported; use models or slices");

    private static final List<String> SOURCE_KEYS = List.of("model", "layer_range", "parameters");
    private static final List<String> MODEL_KEYS = List.of("model", "parameters");
    private static final List<String> SLICE_KEYS = List.of("sources", "parameters");
    private static final List<String> CASE_KEYS = List.of("filter", "value");

    private final YamlNodes yaml;
    private final BiConsumer<Place, String> problems;

    private RecipeReader(BiConsumer<Place, String> problems) {
        this.problems = problems;
        this.yaml = new YamlNodes(problems);
    }

    /**
     * Reads a recipe.
     *
     * @param text the YAML
     * @param problems hears of every mistake
     * @return what could be read; empty when the text is no YAML map
     */
    public static Optional<Recipe> read(String text, BiConsumer<Place, String> problems) {
        return new RecipeReader(problems).read(text);
    }

    private Optional<Recipe> read(String text) {
        Optional<Node> root;
        try {
            root = YamlComposer.compose(text, LARGEST);
        } catch (DocumentMistake e) {
            problems.accept(e.place(), e.getMessage());
            return Optional.empty();
        }
        if (root.isEmpty() || YamlNodes.isNull(root.get())) {
            problems.accept(Place.START, "the recipe is empty");
            return Optional.empty();
        }
        if (!(root.get() instanceof Node.Mapping map)) {
            yaml.problem(root.get(), "the recipe is " + root.get().kind() + ", expected a map");
            return Optional.empty();
        }
        return Optional.of(recipe(withoutRefused(map)));
    }

    /** Keys that are refused with a reason of their own are not reported as unknown as well. */
    private Node withoutRefused(Node.Mapping root) {
        List<Node.Member> members = new ArrayList<>();
        for (Node.Member member : root.members()) {
            if (member.key() instanceof Node.Scalar key && REFUSED.containsKey(key.text())) {
                yaml.problem(key, key.text() + ": " + REFUSED.get(key.text()));
            } else {
                members.add(member);
            }
        }
        return new Node.Mapping(root.place(), members, root.size());
    }

    private Recipe recipe(Node root) {
        Members members = yaml.map(root, "a recipe", KEYS);
        Optional<Node> models = members.get("models");
        Optional<Node> slices = members.get("slices");
        if (models.isPresent() && slices.isPresent()) {
            problems.accept(
                    members.known().get("slices").place(), "the recipe has models and slices, expected one of them");
        } else if (!members.mentions("models") && !members.mentions("slices")) {
            problems.accept(Place.START, "the recipe has no models and no slices, expected one of them");
        }
        if (!members.mentions("merge_method")) {
            problems.accept(Place.START, "the recipe has no merge_method");
        }
        Optional<Located<String>> base = optional(members, "base_model");
        boolean nullBase = members.get("base_model").filter(YamlNodes::isNull).isPresent();
        return new Recipe(
                required(members, "merge_method"),
                base,
                members.mentions("base_model") && !nullBase,
                models.map(node -> sources(node, "models", MODEL_KEYS)).orElse(List.of()),
                slices.map(this::slices).orElse(List.of()),
                parameters(members),
                optional(members, "dtype"),
                optional(members, "out_dtype"),
                optional(members, "tokenizer_source"),
                optional(members, "chat_template"));
    }

    /** What has to have a value where its key is. */
    private Optional<Located<String>> required(Members members, String key) {
        return members.get(key).flatMap(node -> yaml.scalar(node, key));
    }

    /** What may be null, as if its key were not there. */
    private Optional<Located<String>> optional(Members members, String key) {
        return members.get(key).filter(node -> !YamlNodes.isNull(node)).flatMap(node -> yaml.scalar(node, key));
    }

    private List<Recipe.Source> sources(Node node, String what, List<String> keys) {
        Optional<List<Node>> entries = yaml.list(node, what);
        if (entries.isPresent() && entries.get().isEmpty()) {
            yaml.problem(node, what + " is empty, expected at least one model");
        }
        return entries.orElse(List.of()).stream()
                .map(entry -> source(entry, "an entry of " + what, keys))
                .toList();
    }

    private Recipe.Source source(Node entry, String what, List<String> keys) {
        Members members = yaml.map(entry, what, keys);
        if (entry instanceof Node.Mapping) {
            for (String key : keys) {
                if (!key.equals("parameters") && !members.mentions(key)) {
                    yaml.problem(entry, what + " has no " + key);
                }
            }
        }
        return new Recipe.Source(
                entry.place(),
                required(members, "model"),
                members.get("layer_range").flatMap(this::range),
                parameters(members));
    }

    private List<Recipe.Slice> slices(Node node) {
        Optional<List<Node>> entries = yaml.list(node, "slices");
        if (entries.isPresent() && entries.get().isEmpty()) {
            yaml.problem(node, "slices is empty, expected at least one slice");
        }
        return entries.orElse(List.of()).stream().map(this::slice).toList();
    }

    private Recipe.Slice slice(Node entry) {
        Members members = yaml.map(entry, "a slice", SLICE_KEYS);
        if (entry instanceof Node.Mapping && !members.mentions("sources")) {
            yaml.problem(entry, "a slice has no sources");
        }
        List<Recipe.Source> sources = members.get("sources")
                .map(node -> sources(node, "sources", SOURCE_KEYS))
                .orElse(List.of());
        return new Recipe.Slice(sources, parameters(members));
    }

    private Optional<Located<LayerRange>> range(Node node) {
        Optional<List<Node>> ends = yaml.list(node, "layer_range");
        if (ends.isEmpty()) {
            return Optional.empty();
        }
        if (ends.get().size() != 2) {
            yaml.problem(node, "layer_range has " + ends.get().size() + " numbers, expected 2: [start, end]");
            return Optional.empty();
        }
        Optional<List<Integer>> numbers = YamlNodes.all(
                ends.get().stream().map(end -> yaml.index(end, "layer_range")).toList());
        if (numbers.isEmpty()) {
            return Optional.empty();
        }
        LayerRange range = new LayerRange(numbers.get().get(0), numbers.get().get(1));
        if (range.count() <= 0) {
            yaml.problem(node, "layer_range " + range + " is empty: the end is one more than the last layer");
            return Optional.empty();
        }
        return Optional.of(new Located<>(node.place(), range));
    }

    private Parameters parameters(Members members) {
        Optional<Node> node = members.get("parameters");
        if (node.isEmpty() || YamlNodes.isNull(node.get())) {
            return new Parameters(Map.of(), !members.meant().contains("parameters"));
        }
        Map<String, Located<ParameterSetting>> settings = new LinkedHashMap<>();
        yaml.map(node.get(), "parameters").forEach((name, value) -> {
            ParameterSetting setting = setting(name, value.value()).orElseGet(ParameterSetting.Mistaken::new);
            settings.put(name, new Located<>(value.place(), setting));
        });
        return new Parameters(settings, node.get() instanceof Node.Mapping);
    }

    /** Empty after a mistake anywhere in it. */
    private Optional<ParameterSetting> setting(String name, Node node) {
        if (node instanceof Node.Mapping) {
            return cases(name, List.of(node));
        }
        if (node instanceof Node.Sequence list && list.elements().stream().anyMatch(Node.Mapping.class::isInstance)) {
            return cases(name, list.elements());
        }
        return value(name, node);
    }

    private Optional<ParameterSetting> cases(String name, List<Node> entries) {
        return YamlNodes.all(entries.stream().map(entry -> caseOf(name, entry)).toList())
                .map(ParameterSetting.Cases::new);
    }

    private Optional<ParameterSetting.Case> caseOf(String name, Node entry) {
        String what = "a case of parameter " + name;
        Members members = yaml.map(entry, what, CASE_KEYS);
        if (entry instanceof Node.Mapping && !members.mentions("value")) {
            yaml.problem(entry, what + " has no value");
        }
        Optional<String> filter = optional(members, "filter").map(Located::value);
        return members.get("value")
                .flatMap(value -> value(name, value))
                .map(value -> new ParameterSetting.Case(filter, value));
    }

    /** A scalar or a gradient. */
    private Optional<ParameterSetting> value(String name, Node node) {
        if (!(node instanceof Node.Sequence list)) {
            return point(name, node).map(scalar -> scalar);
        }
        if (list.elements().isEmpty()) {
            yaml.problem(node, "the gradient of parameter " + name + " is empty, expected at least one value");
            return Optional.empty();
        }
        return YamlNodes.all(list.elements().stream()
                        .map(point -> point(name, point))
                        .toList())
                .map(ParameterSetting.Gradient::new);
    }

    private Optional<ParameterSetting.Scalar> point(String name, Node node) {
        if (node instanceof Node.Scalar) {
            return yaml.scalar(node, "parameter " + name)
                    .map(value -> new ParameterSetting.Scalar(value.place(), value.value()));
        }
        yaml.problem(node, "a value of parameter " + name + " is " + node.kind() + ", expected a number or a word");
        return Optional.empty();
    }
}
