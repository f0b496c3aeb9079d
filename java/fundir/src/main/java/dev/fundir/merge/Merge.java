package dev.fundir.merge;

import dev.fundir.DType;
import dev.fundir.internal.output.OutputLayout;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * Describes a merge of checkpoints, step by step; {@link #plan(Path)} then checks all of it.
 *
 * <pre>{@code
 * MergePlan plan = Merge.method("ties")
 *         .base(Path.of("base"))
 *         .model(Path.of("code"), Map.of("weight", 0.6))
 *         .model(Path.of("math"), Map.of("weight", 0.4))
 *         .parameter("density", 0.3)
 *         .plan(Path.of("merged.safetensors"));
 * try (MergeResult result = plan.run()) {
 *     System.out.println(result.checkpoint().tensor("model.norm.weight"));
 * }
 * }</pre>
 *
 * <p>Checkpoints are files, folders or index files, as {@link dev.fundir.Checkpoint#open(Path)} takes them. Tensors of
 * F16, BF16, F32, F64 and the 8-bit floats but F8_E8M0 are merged, in any mixture; {@link NonFloat} says what becomes
 * of the others. Not for several threads at once.
 */
public final class Merge {
    /** The memory that blocks and reductions may take when nothing else is said: 128 MiB. */
    public static final long DEFAULT_MEMORY = 128L << 20;

    /** The size of a shard when nothing else is said: 5 GB. */
    public static final long DEFAULT_SHARD_SIZE = OutputLayout.DEFAULT_SHARD_SIZE;

    private final Optional<Path> recipe;
    private final String method;
    private ModelResolver resolver = ModelResolver.none();
    private final List<MergeRequest.Model> models = new ArrayList<>();
    private final Map<String, Object> parameters = new LinkedHashMap<>();
    private final Map<String, List<Object>> perModel = new LinkedHashMap<>();
    private final Map<String, String> metadata = new TreeMap<>();
    private final Map<Path, String> references = new HashMap<>();
    private Optional<Path> base = Optional.empty();
    private Optional<DType> outputDType = Optional.empty();
    private OptionalLong shardSize = OptionalLong.empty();
    private RandomGenerator generator = RandomGenerator.PHILOX;
    private Missing missing = Missing.ERROR;
    private NonFloat nonFloat = NonFloat.ERROR;
    private long seed;
    private int threads;
    private long memory = DEFAULT_MEMORY;
    private boolean overwrite;

    private Merge(Optional<Path> recipe, String method) {
        this.recipe = recipe;
        this.method = method;
    }

    /**
     * A merge by this method.
     *
     * @param name mergekit's name of the method, or {@code average} or {@code dare}; an unknown one is reported by
     *     {@link #plan(Path)}
     * @return the merge to describe further
     * @see MergeMethod#all()
     */
    public static Merge method(String name) {
        return new Merge(Optional.empty(), Objects.requireNonNull(name, "name"));
    }

    /**
     * The merge that a recipe describes, in mergekit's YAML schema: its method, base, models or slices with their
     * parameters, and dtype. What else a merge has is said here: seed, threads, shards and so on. A parameter set here
     * replaces the one that the recipe has for all models, and a dtype the recipe's. What models and slices of the
     * recipe say themselves counts before it; a notice of the plan tells where that leaves it without effect.
     *
     * @param file the recipe; {@link #plan(Path)} reads it, and reports all that is wrong with it at once
     * @return the merge to describe further; it takes no base and no model
     */
    public static Merge recipe(Path file) {
        return new Merge(Optional.of(Objects.requireNonNull(file, "file")), "");
    }

    /**
     * The checkpoint that the models were fine-tuned from; for {@code slerp}, the first end of the arc. Where a method
     * needs a base and none is given, the first model is the base.
     *
     * @param checkpoint a file, folder or index file
     * @return this
     * @throws IllegalStateException if the merge is that of a recipe
     */
    public Merge base(Path checkpoint) {
        refuseBesideRecipe("base");
        base = Optional.of(checkpoint);
        return this;
    }

    /**
     * Adds a model. The order of the models is that of the recipe.
     *
     * @param checkpoint a file, folder or index file
     * @return this
     * @throws IllegalStateException if the merge is that of a recipe
     */
    public Merge model(Path checkpoint) {
        return model(checkpoint, Map.of());
    }

    /**
     * Adds a model with parameters of its own.
     *
     * @param checkpoint a file, folder or index file
     * @param parameters such as {@code weight} and {@code density}: numbers, booleans, or either as text
     * @return this
     * @throws IllegalStateException if the merge is that of a recipe
     */
    public Merge model(Path checkpoint, Map<String, ?> parameters) {
        refuseBesideRecipe("model");
        models.add(new MergeRequest.Model(Objects.requireNonNull(checkpoint, "checkpoint"), Map.copyOf(parameters)));
        return this;
    }

    /**
     * Sets what the recipe and the model card of an output folder call a model in place of its path, which may mean
     * nothing to others: {@code hf://org/name@revision} where it came from the Hub.
     *
     * @param checkpoint the path of a base or model
     * @param reference what it is called
     * @return this
     * @throws IllegalStateException if the merge is that of a recipe, which has its own references
     */
    public Merge reference(Path checkpoint, String reference) {
        refuseBesideRecipe("reference");
        references.put(
                Objects.requireNonNull(checkpoint, "checkpoint"), Objects.requireNonNull(reference, "reference"));
        return this;
    }

    /**
     * Sets a parameter of the merge, or one that belongs to a model for all models that say nothing else.
     *
     * @param name such as {@code lambda} or {@code density}
     * @param value a number, a boolean, or either or a choice as text
     * @return this
     */
    public Merge parameter(String name, Object value) {
        parameters.put(Objects.requireNonNull(name, "name"), Objects.requireNonNull(value, "value"));
        return this;
    }

    /**
     * Sets a parameter that belongs to a model, for each model in their order. The base has none, be it given or the
     * first model.
     *
     * @param name such as {@code weight}
     * @param values one for each model
     * @return this
     * @throws IllegalStateException if the merge is that of a recipe
     */
    public Merge perModel(String name, List<?> values) {
        refuseBesideRecipe("parameter for each model");
        perModel.put(Objects.requireNonNull(name, "name"), List.copyOf(values));
        return this;
    }

    /**
     * What finds the models that a recipe names by something else than a path, such as {@code hf://org/name}.
     *
     * @param resolver {@link ModelResolver#none()} when nothing is said
     * @return this
     */
    public Merge resolver(ModelResolver resolver) {
        this.resolver = Objects.requireNonNull(resolver, "resolver");
        return this;
    }

    /**
     * The dtype of the merged tensors: F16, BF16, F32, F64 or an 8-bit float but F8_E8M0. Without it a tensor keeps the
     * dtype that its inputs share; where theirs differ it becomes F64 if one of them is, else F32. Tensors that are
     * copied keep theirs.
     *
     * @param dtype the dtype
     * @return this
     */
    public Merge outputDType(DType dtype) {
        outputDType = Optional.of(dtype);
        return this;
    }

    /**
     * The seed of random masks. 0 when nothing is said; the metadata of the output tells it.
     *
     * @param seed any number, taken as 64 bits without sign
     * @return this
     */
    public Merge seed(long seed) {
        this.seed = seed;
        return this;
    }

    /**
     * The generator of random masks; {@link RandomGenerator#PHILOX} when nothing is said.
     *
     * @param generator the generator
     * @return this
     */
    public Merge rng(RandomGenerator generator) {
        this.generator = Objects.requireNonNull(generator, "generator");
        return this;
    }

    /**
     * How many threads compute. The result does not depend on it.
     *
     * @param threads the number; 0 for as many as there are processors
     * @return this
     * @throws IllegalArgumentException if it is negative
     */
    public Merge threads(int threads) {
        if (threads < 0) {
            throw new IllegalArgumentException("threads is " + threads + ", expected 0 or more");
        }
        this.threads = threads;
        return this;
    }

    /**
     * How much memory blocks and reductions may take. The result does not depend on it; a merge that needs more to make
     * progress takes the least that it can.
     *
     * @param bytes the budget
     * @return this
     * @throws IllegalArgumentException if it is not positive
     */
    public Merge memory(long bytes) {
        memory = positive(bytes, "memory");
        return this;
    }

    /**
     * The size at which an output is split into shards. An output folder gets shards of {@link #DEFAULT_SHARD_SIZE}
     * when nothing is said, an output file stays whole.
     *
     * @param bytes the most bytes of tensors in one file; a larger tensor gets a file to itself
     * @return this
     * @throws IllegalArgumentException if it is not positive
     */
    public Merge shardSize(long bytes) {
        shardSize = OptionalLong.of(positive(bytes, "shardSize"));
        return this;
    }

    /**
     * What to do about tensors that some inputs lack.
     *
     * @param policy {@link Missing#ERROR} when nothing is said
     * @return this
     */
    public Merge missing(Missing policy) {
        missing = Objects.requireNonNull(policy, "policy");
        return this;
    }

    /**
     * Whose values to take for tensors that cannot be averaged.
     *
     * @param policy {@link NonFloat#ERROR} when nothing is said
     * @return this
     */
    public Merge nonFloat(NonFloat policy) {
        nonFloat = Objects.requireNonNull(policy, "policy");
        return this;
    }

    /**
     * Adds a pair to the metadata of the output. It wins over one that the merge writes itself ({@code merge_method},
     * {@code architecture} and so on).
     *
     * @param key the key
     * @param value the value
     * @return this
     */
    public Merge metadata(String key, String value) {
        metadata.put(Objects.requireNonNull(key, "key"), Objects.requireNonNull(value, "value"));
        return this;
    }

    /**
     * Whether an output that exists may be replaced. The old one stays until the new one is complete.
     *
     * @param allowed false when nothing is said
     * @return this
     */
    public Merge overwrite(boolean allowed) {
        overwrite = allowed;
        return this;
    }

    /**
     * Checks everything and plans the merge, tensor by tensor. Reads the headers of the inputs and writes nothing.
     *
     * @param output a path that ends in {@code .safetensors} is that file, anything else a folder
     * @return the plan, to look at and to run
     * @throws MergeException if the merge cannot be done; it lists all problems, among them inputs that cannot be
     *     opened
     * @throws IOException if nothing else is wrong than that one input cannot be opened and no recipe names it, or if
     *     the recipe cannot be read
     */
    public MergePlan plan(Path output) throws IOException {
        return Planner.plan(request(), Objects.requireNonNull(output, "output"));
    }

    private MergeRequest request() {
        return new MergeRequest(
                recipe,
                resolver,
                method,
                base,
                List.copyOf(models),
                Map.copyOf(references),
                new LinkedHashMap<>(parameters),
                new LinkedHashMap<>(perModel),
                outputDType,
                seed,
                generator,
                threads,
                memory,
                shardSize,
                missing,
                nonFloat,
                new TreeMap<>(metadata),
                overwrite);
    }

    private void refuseBesideRecipe(String what) {
        if (recipe.isPresent()) {
            throw new IllegalStateException(
                    "the recipe " + recipe.get() + " says what is merged; it takes no other " + what);
        }
    }

    private static long positive(long bytes, String what) {
        if (bytes <= 0) {
            throw new IllegalArgumentException(what + " is " + bytes + ", expected more than 0");
        }
        return bytes;
    }
}
