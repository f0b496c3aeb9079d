package dev.fundir.merge;

import dev.fundir.internal.FileFailure;
import dev.fundir.internal.document.Place;
import dev.fundir.internal.recipe.Located;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;

/** The models that a recipe names. Each name is looked up once, also one that leads nowhere. */
final class RecipeModels {
    /** The scheme of references that only a resolver can turn into paths. */
    private static final String HUB = "hf://";

    private final ModelResolver resolver;
    private final BiConsumer<Place, String> problems;

    /** By the texts that name them; empty for one that cannot be found. */
    private final Map<String, Optional<Path>> byName = new HashMap<>();

    /** The first path that led to a place: a model that is named in several ways is one. */
    private final Map<Path, Path> byRealPath = new HashMap<>();

    private final Map<Path, Place> mentions = new LinkedHashMap<>();

    /** Problems hear of names that lead nowhere, each where it is first. */
    RecipeModels(ModelResolver resolver, BiConsumer<Place, String> problems) {
        this.resolver = resolver;
        this.problems = problems;
    }

    /** The path of a model that takes part; empty after a problem. */
    Optional<Path> model(Located<String> reference) {
        Optional<Path> path = find(reference);
        path.ifPresent(found -> mentions.putIfAbsent(found, reference.place()));
        return path;
    }

    /** Where each model that takes part is named first, in the order of these places. */
    Map<Path, Place> mentions() {
        return Collections.unmodifiableMap(mentions);
    }

    /** What the models of the Hub are called, by their paths. */
    Map<Path, String> references() {
        Map<Path, String> references = new HashMap<>();
        byName.forEach((name, path) -> {
            if (name.startsWith(HUB)) {
                path.ifPresent(found -> references.put(found, name));
            }
        });
        return references;
    }

    /** Whether two references lead to one model, or are the same where they lead nowhere. */
    boolean areSame(Located<String> a, Located<String> b) {
        return a.value().equals(b.value()) || (find(a).isPresent() && find(a).equals(find(b)));
    }

    /** The path that a reference stands for; empty after a problem. */
    Optional<Path> find(Located<String> reference) {
        Optional<Path> known = byName.get(reference.value());
        if (known == null) {
            known = resolve(reference).map(path -> byRealPath.computeIfAbsent(RealPath.of(path), real -> path));
            byName.put(reference.value(), known);
        }
        return known;
    }

    private Optional<Path> resolve(Located<String> reference) {
        String text = reference.value();
        try {
            Path path = text.startsWith(HUB) ? resolver.resolve(text) : plain(Path.of(text));
            if (Files.exists(path)) {
                return Optional.of(path);
            }
            problems.accept(
                    reference.place(),
                    text.startsWith(HUB)
                            ? text + " was brought to " + path + ", where there is no file or folder"
                            : "there is no file or folder " + text + "; a model of the Hub is hf://org/name");
        } catch (InvalidPathException e) {
            problems.accept(reference.place(), text + " is no path: " + e.getReason());
        } catch (IOException e) {
            problems.accept(reference.place(), FileFailure.sentence(e));
        }
        return Optional.empty();
    }

    /** Without steps to nowhere, so that two ways to write a path are one. */
    private static Path plain(Path path) {
        Path normal = path.normalize();
        return normal.toString().isEmpty() ? path : normal;
    }
}
