package dev.fundir.internal.recipe;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.composer.Composer;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.scanner.StreamReader;

/** Reads a recipe from YAML. Everything that is not as it should be is reported with its place, and left out. */
public final class RecipeReader {
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
            root = compose(text);
        } catch (MarkedYamlEngineException e) {
            Place place = e.getProblemMark()
                    .map(mark -> new Place(mark.getLine() + 1, mark.getColumn() + 1))
                    .orElse(Place.START);
            problems.accept(place, "this is not YAML: " + oneLine(e.getProblem()));
            return Optional.empty();
        } catch (YamlEngineException e) {
            problems.accept(Place.START, "this is not YAML: " + oneLine(e.getMessage()));
            return Optional.empty();
        }
        if (root.isEmpty() || YamlNodes.isNull(root.get())) {
            problems.accept(Place.START, "the recipe is empty");
            return Optional.empty();
        }
        if (!(root.get() instanceof MappingNode)) {
            yaml.problem(root.get(), "the recipe is " + YamlNodes.kind(root.get()) + ", expected a map");
            return Optional.empty();
        }
        return Optional.of(recipe(text, root.get()));
    }

    private static Optional<Node> compose(String text) {
        LoadSettings settings = LoadSettings.builder().build();
        return new Composer(settings, new ParserImpl(settings, new StreamReader(settings, text))).getSingleNode();
    }

    private static String oneLine(String message) {
        return String.valueOf(message).strip().replaceAll("\\s+", " ");
    }

    private Recipe recipe(String text, Node root) {
        Map<String, Node> all = new LinkedHashMap<>(yaml.map(root, "a recipe"));
        refuse(
                all,
                "tokenizer",
                "building a tokenizer is not supported; tokenizer_source takes base or a model's path");
        refuse(all, "modules", "merging the modules of a model one by one is not supported; use models or slices");
        Map<String, Node> known = yaml.map(root, "a recipe", withRefused(all));
        boolean hasModels = known.containsKey("models");
        boolean hasSlices = known.containsKey("slices");
        if (hasModels && hasSlices) {
            yaml.problem(known.get("slices"), "the recipe has models and slices, expected one of them");
        } else if (!hasModels && !hasSlices) {
            problems.accept(Place.START, "the recipe has no models and no slices, expected one of them");
        }
        if (!known.containsKey("merge_method")) {
            problems.accept(Place.START, "the recipe has no merge_method");
        }
        return new Recipe(
                text,
                scalar(known, "merge_method"),
                scalar(known, "base_model"),
                hasModels ? sources(known.get("models"), "models", MODEL_KEYS) : List.of(),
                hasSlices ? slices(known.get("slices")) : List.of(),
                parameters(known),
                scalar(known, "dtype"),
                scalar(known, "out_dtype"),
                scalar(known, "tokenizer_source"),
                scalar(known, "chat_template"));
    }

    /** Keys that mergekit has and that are refused with a reason of their own are not reported as unknown as well. */
    private static List<String> withRefused(Map<String, Node> all) {
        List<String> keys = new ArrayList<>(KEYS);
        keys.addAll(all.keySet().stream()
                .filter(key -> key.equals("tokenizer") || key.equals("modules"))
                .toList());
        return keys;
    }

    private void refuse(Map<String, Node> members, String key, String why) {
        if (members.containsKey(key)) {
            yaml.problem(members.get(key), key + ": " + why);
        }
    }

    private Optional<Located<String>> scalar(Map<String, Node> members, String key) {
        Node node = members.get(key);
        return node == null || YamlNodes.isNull(node) ? Optional.empty() : yaml.scalar(node, key);
    }

    private List<Recipe.Source> sources(Node node, String what, List<String> keys) {
        List<Node> entries = yaml.list(node, what);
        if (entries.isEmpty() && node instanceof SequenceNode) {
            yaml.problem(node, what + " is empty, expected at least one model");
        }
        List<Recipe.Source> sources = new ArrayList<>();
        for (Node entry : entries) {
            Map<String, Node> members = yaml.map(entry, "an entry of " + what, keys);
            if (entry instanceof MappingNode && !members.containsKey("model")) {
                yaml.problem(entry, "an entry of " + what + " has no model");
            }
            Optional<Located<LayerRange>> layers =
                    Optional.ofNullable(members.get("layer_range")).flatMap(this::range);
            if (entry instanceof MappingNode && keys.contains("layer_range") && !members.containsKey("layer_range")) {
                yaml.problem(entry, "an entry of " + what + " has no layer_range");
            }
            Map<String, ParameterSetting> parameters = parameters(members);
            scalar(members, "model").ifPresent(model -> sources.add(new Recipe.Source(model, layers, parameters)));
        }
        return sources;
    }

    private List<Recipe.Slice> slices(Node node) {
        List<Recipe.Slice> slices = new ArrayList<>();
        List<Node> entries = yaml.list(node, "slices");
        if (entries.isEmpty() && node instanceof SequenceNode) {
            yaml.problem(node, "slices is empty, expected at least one slice");
        }
        for (Node entry : entries) {
            Map<String, Node> members = yaml.map(entry, "a slice", SLICE_KEYS);
            if (members.containsKey("sources")) {
                List<Recipe.Source> sources = sources(members.get("sources"), "sources", SOURCE_KEYS);
                slices.add(new Recipe.Slice(YamlNodes.place(entry), sources, parameters(members)));
            } else if (entry instanceof MappingNode) {
                yaml.problem(entry, "a slice has no sources");
            }
        }
        return slices;
    }

    private Optional<Located<LayerRange>> range(Node node) {
        List<Node> ends = yaml.list(node, "layer_range");
        if (!(node instanceof SequenceNode)) {
            return Optional.empty();
        }
        if (ends.size() != 2) {
            yaml.problem(node, "layer_range has " + ends.size() + " numbers, expected 2: [start, end]");
            return Optional.empty();
        }
        Optional<List<Integer>> numbers = YamlNodes.all(
                ends.stream().map(end -> yaml.index(end, "layer_range")).toList());
        if (numbers.isEmpty()) {
            return Optional.empty();
        }
        LayerRange range = new LayerRange(numbers.get().get(0), numbers.get().get(1));
        if (range.count() <= 0) {
            yaml.problem(node, "layer_range " + range + " is empty: the end is one more than the last layer");
            return Optional.empty();
        }
        return Optional.of(new Located<>(YamlNodes.place(node), range));
    }

    private Map<String, ParameterSetting> parameters(Map<String, Node> members) {
        Node node = members.get("parameters");
        Map<String, ParameterSetting> parameters = new LinkedHashMap<>();
        if (node != null && !YamlNodes.isNull(node)) {
            yaml.map(node, "parameters")
                    .forEach((name, value) -> setting(name, value).ifPresent(setting -> parameters.put(name, setting)));
        }
        return parameters;
    }

    private Optional<ParameterSetting> setting(String name, Node node) {
        if (node instanceof MappingNode) {
            return cases(name, node, List.of(node));
        }
        if (node instanceof SequenceNode list && list.getValue().stream().anyMatch(MappingNode.class::isInstance)) {
            return cases(name, node, list.getValue());
        }
        return value(name, node);
    }

    private Optional<ParameterSetting> cases(String name, Node node, List<Node> entries) {
        List<ParameterSetting.Case> cases = new ArrayList<>();
        for (Node entry : entries) {
            Map<String, Node> members = yaml.map(entry, "a case of parameter " + name, CASE_KEYS);
            if (members.containsKey("value")) {
                Optional<String> filter = scalar(members, "filter").map(Located::value);
                value(name, members.get("value"))
                        .ifPresent(value -> cases.add(new ParameterSetting.Case(filter, value)));
            } else if (entry instanceof MappingNode) {
                yaml.problem(entry, "a case of parameter " + name + " has no value");
            }
        }
        return cases.isEmpty()
                ? Optional.empty()
                : Optional.of(new ParameterSetting.Cases(YamlNodes.place(node), List.copyOf(cases)));
    }

    /** A scalar or a gradient. */
    private Optional<ParameterSetting> value(String name, Node node) {
        if (!(node instanceof SequenceNode list)) {
            return point(name, node).map(scalar -> scalar);
        }
        if (list.getValue().isEmpty()) {
            yaml.problem(node, "the gradient of parameter " + name + " is empty, expected at least one value");
            return Optional.empty();
        }
        return YamlNodes.all(list.getValue().stream()
                        .map(point -> point(name, point))
                        .toList())
                .map(points -> new ParameterSetting.Gradient(YamlNodes.place(node), points));
    }

    private Optional<ParameterSetting.Scalar> point(String name, Node node) {
        if (!(node instanceof ScalarNode)) {
            yaml.problem(
                    node,
                    "a value of parameter " + name + " is " + YamlNodes.kind(node) + ", expected a number or a word");
            return Optional.empty();
        }
        return yaml.scalar(node, "parameter " + name)
                .map(value -> new ParameterSetting.Scalar(value.place(), value.value()));
    }
}
