package dev.fundir.merge;

import dev.fundir.internal.NearNames;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A merge method: what it is called, what it takes. Immutable. */
public final class MergeMethod {
    /** Whether a method takes a base checkpoint besides the models. */
    public enum Base {
        /** It takes none. */
        NONE,
        /** It needs one. */
        REQUIRED,
        /** It can do with and without. */
        OPTIONAL
    }

    private final String name;
    private final String label;
    private final Base base;
    private final int fewestModels;
    private final int mostModels;
    private final List<MergeParameter> parameters;
    private final String engineName;
    private final Map<MergeParameter, Double> fixed;

    /**
     * A method that the engine knows by another name.
     *
     * @param engineName what the engine calls the method
     * @param fixed parameters that the engine's method has but this one does not offer, and their values
     */
    MergeMethod(
            String name,
            String label,
            Base base,
            int fewestModels,
            int mostModels,
            List<MergeParameter> parameters,
            String engineName,
            Map<MergeParameter, Double> fixed) {
        this.name = name;
        this.label = label;
        this.base = base;
        this.fewestModels = fewestModels;
        this.mostModels = mostModels;
        this.parameters = List.copyOf(parameters);
        this.engineName = engineName;
        this.fixed = Map.copyOf(fixed);
    }

    /**
     * All methods, the aliases too.
     *
     * @return in name order
     */
    public static List<MergeMethod> all() {
        return MethodTable.get().methods();
    }

    /**
     * The method of this name.
     *
     * @param name mergekit's name, or {@code average} or {@code dare}
     * @return the method
     * @throws IllegalArgumentException when there is none of this name; the message says which was perhaps meant
     */
    public static MergeMethod of(String name) {
        MethodTable table = MethodTable.get();
        return table.find(name).orElseThrow(() -> new IllegalArgumentException(table.unknown(name)));
    }

    /**
     * The method of this name, if there is one.
     *
     * @param name mergekit's name, or {@code average} or {@code dare}
     * @return the method, or empty when there is none of this name
     */
    public static Optional<MergeMethod> find(String name) {
        return MethodTable.get().find(name);
    }

    /**
     * The name, as {@link #find(String)} takes it.
     *
     * @return mergekit's name
     */
    public String name() {
        return name;
    }

    /**
     * The name for people.
     *
     * @return the value of {@code merge_method} in the metadata of an output
     */
    public String label() {
        return label;
    }

    /**
     * Whether it takes a base.
     *
     * @return none, required or optional
     */
    public Base base() {
        return base;
    }

    /**
     * The fewest models that it merges.
     *
     * @return a count, without the base
     */
    public int fewestModels() {
        return fewestModels;
    }

    /**
     * The most models that it merges.
     *
     * @return a count, without the base; {@link Integer#MAX_VALUE} when there is no limit
     */
    public int mostModels() {
        return mostModels;
    }

    /**
     * The parameters that it takes.
     *
     * @return in the order of their declaration
     */
    public List<MergeParameter> parameters() {
        return parameters;
    }

    /**
     * The parameter of this name.
     *
     * @param name a name, such as {@code density}
     * @return the parameter, or empty when the method does not take it
     */
    public Optional<MergeParameter> parameter(String name) {
        return parameters.stream().filter(p -> p.name().equals(name)).findFirst();
    }

    @Override
    public String toString() {
        return name;
    }

    /** Such as {@code exactly 2 models}. */
    String countOfModels() {
        if (mostModels == Integer.MAX_VALUE) {
            return fewestModels + " or more models";
        }
        return fewestModels == mostModels
                ? "exactly " + fewestModels + (fewestModels == 1 ? " model" : " models")
                : fewestModels + " to " + mostModels + " models";
    }

    /** Says that there is no parameter of this name. */
    String noParameter(String unknown) {
        List<String> known = parameterNames();
        return this + " has no parameter " + unknown + NearNames.suggestion(unknown, known)
                + (known.isEmpty() ? "" : "; it has " + String.join(", ", known));
    }

    /** Says that a parameter is not one of a model. */
    String noParameterOfModel(String shared) {
        return "parameter " + shared + " of " + this + " is one for the merge, not one for each model";
    }

    List<String> parameterNames() {
        return parameters.stream().map(MergeParameter::name).toList();
    }

    String engineName() {
        return engineName;
    }

    Map<MergeParameter, Double> fixed() {
        return fixed;
    }
}
