package dev.fundir.cli;

import dev.fundir.DType;
import dev.fundir.merge.Merge;
import dev.fundir.merge.MergeListener;
import dev.fundir.merge.MergeMethod;
import dev.fundir.merge.MergePlan;
import dev.fundir.merge.MergeResult;
import dev.fundir.merge.Missing;
import dev.fundir.merge.NonFloat;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code fundir merge}: several checkpoints into one. */
@Command(
        name = "merge",
        description = "Merges checkpoints into one.",
        sortOptions = false,
        customSynopsis = {
            "@|bold fundir merge|@ INPUT... --method M -o OUT [OPTION]...",
            "       @|bold fundir merge|@ RECIPE.yml -o OUT [OPTION]..."
        },
        footer = {
            "",
            "An option that belongs to the models takes one value for all of them, or one",
            "for each, in order. A base has none. Where a method needs a base and --base is",
            "not given, the first model is the base.",
            "",
            "A recipe names method, models and parameters itself, in mergekit's YAML; --set",
            "replaces a parameter that it has for all models, not what models or slices say",
            "themselves, and --dtype its dtype.",
            "",
            "@|bold Examples|@",
            "  fundir merge model1.safetensors model2.safetensors --method ties \\",
            "      --output merged.safetensors",
            "  fundir merge code math --base base --method dare_ties --weights 0.6,0.4 \\",
            "      --density 0.3 -o merged",
            "  fundir merge a.safetensors b.safetensors --method slerp --t 0.3 -o ab",
            "  fundir merge a b c --method average --dtype BF16 -o soup --dry-run",
            "  fundir merge recipe.yml -o merged --set lambda=0.8"
        })
final class MergeCommand implements Callable<Integer> {
    /** What the command line takes where a method would keep everything. */
    private static final Map<String, Double> USUAL_DENSITY =
            Map.of("ties", 0.2, "dare", 0.5, "dare_linear", 0.5, "dare_ties", 0.5);

    /** Options that a recipe leaves nothing to say for. */
    private static final Set<String> SAID_BY_RECIPE =
            Set.of("--method", "--base", "--weights", "--density", "--t", "--lambda", "--normalize");

    /** The names of the methods, for help and completion. */
    private static final class MethodNames implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return MergeMethod.all().stream().map(MergeMethod::name).iterator();
        }
    }

    @ParentCommand
    private FundirCommand parent;

    @Spec
    private CommandSpec spec;

    @Parameters(
            paramLabel = "INPUT",
            arity = "1..*",
            description = "The models: files, folders, index files, or hf://org/name[@revision]; or one recipe.")
    private List<ModelPath> models;

    @Option(
            names = {"-m", "--method"},
            paramLabel = "M",
            completionCandidates = MethodNames.class,
            description = "How: ${COMPLETION-CANDIDATES}.")
    private String method;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "OUT",
            required = true,
            description = "A file when it ends in .safetensors, else a folder.")
    private Path output;

    @Option(names = "--base", paramLabel = "P", description = "What the models were fine-tuned from.")
    private ModelPath base;

    @Option(names = "--weights", paramLabel = "w", split = ",", description = "How much each model counts; 1 each.")
    private List<String> weights;

    @Option(
            names = "--density",
            paramLabel = "d",
            split = ",",
            description = "Which part of each model's changes is kept; ties 0.2, dare 0.5.")
    private List<String> density;

    @Option(names = "--t", paramLabel = "x", description = "Where between the two models: 0 the first, 1 the second.")
    private String t;

    @Option(names = "--lambda", paramLabel = "x", description = "Factor on the sum of all changes.")
    private String lambda;

    @Option(names = "--normalize", negatable = true, description = "Whether to divide by the sum of the weights.")
    private Boolean normalize;

    @Option(
            names = "--set",
            paramLabel = "key=value",
            description = "Any parameter of the method; rng=mt19937 or philox.")
    private Map<String, String> settings = Map.of();

    @Option(
            names = "--seed",
            paramLabel = "n",
            converter = Seed.class,
            description = "Seed of random masks, from 0 to 2^64-1; 0.")
    private Long seed;

    @Option(
            names = "--dtype",
            paramLabel = "D",
            completionCandidates = DTypeName.Names.class,
            description = "Dtype of the output: BF16, F16, F32, F64, F8_E4M3, F8_E5M2.")
    private DType dtype;

    @Option(
            names = "--shard-size",
            paramLabel = "S",
            description = "Split the output into files of this size; 5GB in a folder.")
    private ByteSize shardSize;

    @Option(names = "--threads", paramLabel = "N", description = "Threads; as many as there are processors.")
    private Integer threads;

    @Option(names = "--memory", paramLabel = "S", description = "Memory that may be used for tensors; 128MiB.")
    private ByteSize memory;

    @Option(
            names = "--missing",
            paramLabel = "P",
            description = "When an input lacks a tensor: error, or merge over those available.")
    private Missing missing = Missing.ERROR;

    @Option(
            names = "--non-float",
            paramLabel = "P",
            description =
                    "When tensors that are not all floats differ: error, or take those of base or of the first model.")
    private NonFloat nonFloat = NonFloat.ERROR;

    @Option(names = "--dry-run", description = "Show what would be done, and write nothing.")
    private boolean dryRun;

    @Mixin
    private VerboseOption verbose;

    @Mixin
    private ForceOption force;

    @Mixin
    private JsonOption json;

    @Override
    public Integer call() throws IOException {
        MergePlan plan = describe().plan(output);
        plan.notices().forEach(parent::notice);
        if (dryRun && !force.given() && !plan.replaced().isEmpty()) {
            parent.notice(plan.replaced().get(0)
                    + (plan.replaced().size() == 1 ? " exists" : " and others exist")
                    + ": without --dry-run this needs --force");
        }
        Terminal terminal = parent.terminal();
        if (dryRun) {
            if (json.given()) {
                MergeJson.write(plan, terminal.out());
            } else {
                PlanText.write(plan, verbose.given(), terminal.out());
            }
            return 0;
        }
        try (MergeResult result = run(plan)) {
            List<String> news = result.notices().stream()
                    .filter(notice -> !plan.notices().contains(notice))
                    .toList();
            news.forEach(parent::notice);
            if (json.given()) {
                MergeJson.write(plan, result, terminal.out());
            } else {
                int shown = parent.quiet() ? 0 : plan.notices().size() + news.size();
                MergeSummary.write(plan, result, shown, terminal.out());
            }
        }
        return 0;
    }

    private MergeResult run(MergePlan plan) throws IOException {
        if (parent.quiet()) {
            return plan.run(MergeListener.none());
        }
        if (MergeTable.fits(parent.terminal())) {
            try (MergeTable table = new MergeTable(plan, parent.terminal())) {
                return plan.run(table::show);
            }
        }
        try (ProgressLine line = new ProgressLine("merging", parent.terminal())) {
            return plan.run(progress -> line.show(Progress.of(progress)));
        }
    }

    private Merge describe() throws IOException {
        try {
            return merge();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    private Merge merge() throws IOException {
        Merge merge = isRecipe() ? recipe() : methodAndModels();
        merge.missing(missing).nonFloat(nonFloat).overwrite(force.given() || dryRun);
        Optional.ofNullable(dtype).ifPresent(merge::outputDType);
        Optional.ofNullable(seed).ifPresent(merge::seed);
        Optional.ofNullable(threads).ifPresent(merge::threads);
        Optional.ofNullable(memory).ifPresent(size -> merge.memory(size.bytes()));
        Optional.ofNullable(shardSize).ifPresent(size -> merge.shardSize(size.bytes()));
        return merge;
    }

    private boolean isRecipe() {
        String name = models.get(0).typed().toLowerCase(Locale.ROOT);
        return !models.get(0).isRemote() && (name.endsWith(".yml") || name.endsWith(".yaml"));
    }

    private Merge recipe() throws IOException {
        if (models.size() > 1) {
            throw usage("a recipe is the only input of a merge, but " + models.get(1) + " is given besides it");
        }
        List<String> others = new ArrayList<>();
        spec.commandLine().getParseResult().matchedOptions().stream()
                .map(option -> option.longestName())
                .filter(SAID_BY_RECIPE::contains)
                .forEach(others::add);
        if (!others.isEmpty()) {
            throw usage(models.get(0) + " is a recipe, which says itself what " + String.join(" and ", others)
                    + " would say; --set key=value replaces a parameter that it has for all models");
        }
        Merge merge = Merge.recipe(models.get(0).path()).resolver(parent.hub()::resolve);
        new ParameterOptions(settings, spec.commandLine()).addTo(merge);
        return merge;
    }

    private Merge methodAndModels() throws IOException {
        if (method == null) {
            throw usage("missing required option: '--method=M'");
        }
        if (models.stream().anyMatch(ModelPath::isRemote)) {
            MergeMethod.of(method); // nothing is fetched for a method that does not exist
        }
        Merge merge = Merge.method(method);
        for (ModelPath model : models) {
            merge.model(place(model, merge));
        }
        if (base != null) {
            merge.base(place(base, merge));
        }
        parameters(merge);
        return merge;
    }

    /** The place of a model on this machine; the merge remembers where it came from. */
    private Path place(ModelPath model, Merge merge) throws IOException {
        Path path = parent.hub().local(model);
        if (model.isRemote()) {
            merge.reference(path, model.typed());
        }
        return path;
    }

    private ParameterException usage(String sentence) {
        return new ParameterException(spec.commandLine(), sentence);
    }

    private void parameters(Merge merge) {
        new ParameterOptions(settings, spec.commandLine())
                .ofModel("weight", weights, needsWeight() ? 1.0 : null)
                .ofModel("density", density, USUAL_DENSITY.get(method))
                .shared("t", t)
                .shared("lambda", lambda)
                .shared("normalize", normalize)
                .addTo(merge);
    }

    private boolean needsWeight() {
        return MergeMethod.find(method)
                .flatMap(known -> known.parameter("weight"))
                .filter(weight -> weight.defaultValue().isEmpty())
                .isPresent();
    }
}
