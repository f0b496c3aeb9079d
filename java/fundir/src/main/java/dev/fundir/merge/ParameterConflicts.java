package dev.fundir.merge;

import dev.fundir.internal.document.Place;
import dev.fundir.merge.MergeException.Kind;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Collects the tensors whose parameters do not go together, by what gave them their values. */
final class ParameterConflicts {
    private final Optional<Path> recipe;
    private final ParameterRule rule;
    private final Map<Cause, Conflict> conflicts = new LinkedHashMap<>();

    /** A place in the recipe; without one, the sentence. */
    private record Cause(Optional<Place> place, String parameter, String sentence) {}

    /** The first sentence of a cause, and the tensors. The values of a gradient make a sentence for each layer. */
    private record Conflict(String sentence, List<String> tensors) {}

    ParameterConflicts(Optional<Path> recipe, MergeMethod method) {
        this.recipe = recipe;
        this.rule = ParameterRule.of(method);
    }

    /**
     * Checks the values for a tensor.
     *
     * @param models the models that have the tensor
     */
    void check(Site site, ParameterValues values, List<Integer> models) {
        rule.check(values, models).ifPresent(found -> {
            Optional<Place> place = site.part().parameters().place(found.parameter(), found.model(), site);
            Cause cause = new Cause(place, found.parameter(), place.isPresent() ? "" : found.sentence());
            conflicts
                    .computeIfAbsent(cause, key -> new Conflict(found.sentence(), new ArrayList<>()))
                    .tensors()
                    .add(site.name());
        });
    }

    /** Reports each cause once. */
    void report(Problems problems) {
        conflicts.forEach((cause, conflict) -> {
            String sentence = conflict.sentence() + "; so it is for " + Problems.list(conflict.tensors());
            if (cause.place().isPresent()) {
                problems.at(recipe.orElseThrow(), cause.place().get(), sentence);
            } else {
                problems.add(Kind.PARAMETER, sentence);
            }
        });
    }
}
