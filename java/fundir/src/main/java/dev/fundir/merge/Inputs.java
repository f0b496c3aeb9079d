package dev.fundir.merge;

import dev.fundir.Checkpoint;
import dev.fundir.CheckpointFile;
import dev.fundir.Tensor;
import dev.fundir.internal.Utf8;
import dev.fundir.internal.recipe.LayerName;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/** The open checkpoints of a merge, the base first, each once. */
final class Inputs {
    private final List<Checkpoint> checkpoints;

    /** The names of the tensors in each layer of an input, for those inputs that were asked for. */
    private final Map<Integer, Map<Integer, List<LayerName>>> layers = new HashMap<>();

    /** A tensor, and the place of its source among those of a part of the output. */
    record Found(int source, Tensor tensor) {}

    /** What serves each input as its head, where it has none of its own. */
    private final List<Optional<Tensor>> tiedHeads;

    private Inputs(List<Checkpoint> checkpoints, List<Optional<Tensor>> tiedHeads) {
        this.checkpoints = checkpoints;
        this.tiedHeads = tiedHeads;
    }

    /** Inputs that have been opened, in their order. Who opened them closes them. */
    static Inputs of(List<Checkpoint> checkpoints) throws IOException {
        List<Optional<Tensor>> tiedHeads = new ArrayList<>();
        for (Checkpoint checkpoint : checkpoints) {
            tiedHeads.add(TiedHead.of(checkpoint));
        }
        return new Inputs(List.copyOf(checkpoints), tiedHeads);
    }

    int count() {
        return checkpoints.size();
    }

    Checkpoint get(int input) {
        return checkpoints.get(input);
    }

    /** What messages call an input: the path by which it was opened. */
    String nameOf(int input) {
        return checkpoints.get(input).path().toString();
    }

    /** Every file, once. */
    Set<CheckpointFile> files() {
        Set<CheckpointFile> files = new LinkedHashSet<>();
        checkpoints.forEach(checkpoint -> files.addAll(checkpoint.files()));
        return files;
    }

    /** The names of all tensors that any input has, bytewise ordered. */
    List<String> names() {
        List<String> names = new ArrayList<>(checkpoints.get(0).names());
        Set<String> known = new HashSet<>(names);
        for (Checkpoint checkpoint : checkpoints.subList(1, checkpoints.size())) {
            for (String name : checkpoint.names()) {
                if (known.add(name)) {
                    names.add(name);
                }
            }
        }
        if (names.size() > checkpoints.get(0).tensorCount()) {
            names.sort(Utf8.ORDER);
        }
        return names;
    }

    /** The tensors of a site that its sources have, in their order. */
    List<Found> find(Site site) {
        List<Arrangement.Source> sources = site.part().sources();
        List<Found> found = new ArrayList<>(sources.size());
        for (int i = 0; i < sources.size(); i++) {
            int source = i;
            checkpoints
                    .get(sources.get(i).input())
                    .find(site.names().get(i))
                    .or(() -> tiedHead(sources.get(source).input(), site.names().get(source)))
                    .ifPresent(tensor -> found.add(new Found(source, tensor)));
        }
        return found;
    }

    /** What an input has in place of a tensor of this name. */
    private Optional<Tensor> tiedHead(int input, String name) {
        return name.equals(TiedHead.HEAD) ? tiedHeads.get(input) : Optional.empty();
    }

    /** The inputs whose embeddings serve as their head. */
    List<Path> withTiedHead() {
        return IntStream.range(0, checkpoints.size())
                .filter(input -> tiedHeads.get(input).isPresent())
                .mapToObj(input -> checkpoints.get(input).path())
                .distinct()
                .toList();
    }

    /** The names of the tensors in a layer of an input; none in a layer that it does not have. */
    List<LayerName> layer(int input, int layer) {
        return layers.computeIfAbsent(input, this::byLayer).getOrDefault(layer, List.of());
    }

    private Map<Integer, List<LayerName>> byLayer(int input) {
        Map<Integer, List<LayerName>> byLayer = new HashMap<>();
        for (String name : checkpoints.get(input).names()) {
            LayerName.of(name).ifPresent(layer -> byLayer.computeIfAbsent(layer.layer(), key -> new ArrayList<>())
                    .add(layer));
        }
        return byLayer;
    }
}
