package dev.fundir.cli;

import dev.fundir.merge.Merge;
import dev.fundir.merge.RandomGenerator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** Gathers the parameters of a merge from the options that name them and from {@code --set}, which wins. */
final class ParameterOptions {
    private final Map<String, Object> shared = new LinkedHashMap<>();
    private final Map<String, List<String>> perModel = new LinkedHashMap<>();
    private final Map<String, String> settings;
    private final CommandLine command;

    ParameterOptions(Map<String, String> settings, CommandLine command) {
        this.settings = settings;
        this.command = command;
    }

    /**
     * An option with one value for all models or one for each; what it is without the option, null for the method's
     * default.
     */
    ParameterOptions ofModel(String name, List<String> values, Double otherwise) {
        if (values != null && values.size() > 1) {
            perModel.put(name, values);
        } else if (values != null) {
            shared.put(name, values.get(0));
        } else if (otherwise != null) {
            shared.put(name, otherwise);
        }
        return this;
    }

    /** An option with one value, null when it is not given. */
    ParameterOptions shared(String name, Object value) {
        if (value != null) {
            shared.put(name, value);
        }
        return this;
    }

    /** Tells a merge; a mistake is found when it is planned. */
    void addTo(Merge merge) {
        settings.forEach((name, value) -> {
            if (name.equals("rng")) {
                merge.rng(generator(value));
            } else {
                perModel.remove(name);
                shared.put(name, value);
            }
        });
        shared.forEach(merge::parameter);
        perModel.forEach(merge::perModel);
    }

    private RandomGenerator generator(String value) {
        for (RandomGenerator generator : RandomGenerator.values()) {
            if (generator.name().equalsIgnoreCase(value)) {
                return generator;
            }
        }
        throw new ParameterException(command, "--set rng=" + value + ": expected philox or mt19937");
    }
}
