package dev.fundir.merge;

import java.util.ArrayList;
import java.util.List;

/**
 * How one tensor is made: a method of the engine and its parameters. Many entries of a plan share one.
 *
 * @param engineMethod what the engine calls the method
 * @param base the place of the base among the inputs of an entry, -1 when there is none
 * @param parameters all of them, resolved
 */
record Setting(String engineMethod, int base, List<Parameter> parameters) {
    /** The engine's name for one input's bytes, as they are. */
    static final Setting COPY = new Setting("copy", -1, List.of());

    /** The engine's name for inputs that must have the same bytes. */
    static final Setting IDENTICAL = new Setting("identical", -1, List.of());

    /** Converts one input to another dtype: a weighted sum of one. */
    static final Setting CONVERT = new Setting(
            "linear", -1, List.of(new Parameter("weight", 0, 1), new Parameter("normalize", Parameter.SHARED, 0)));

    /**
     * The value of a parameter.
     *
     * @param input the place among the inputs of an entry of the one that it is for, or {@link #SHARED}
     */
    record Parameter(String name, int input, double value) {
        static final int SHARED = -1;
    }

    /**
     * The setting of a method over some of the models.
     *
     * @param withBase whether the first input is the base
     * @param models indices of the models, in order, that make the other inputs
     */
    static Setting of(MergeMethod method, ParameterValues values, boolean withBase, List<Integer> models) {
        List<Parameter> parameters = new ArrayList<>();
        values.shared().forEach((name, value) -> parameters.add(new Parameter(name, Parameter.SHARED, value)));
        int input = withBase ? 1 : 0;
        for (int model : models) {
            int place = input++;
            values.models().get(model).forEach((name, value) -> parameters.add(new Parameter(name, place, value)));
        }
        return new Setting(method.engineName(), withBase ? 0 : -1, List.copyOf(parameters));
    }
}
