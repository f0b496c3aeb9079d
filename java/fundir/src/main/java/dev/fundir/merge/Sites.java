package dev.fundir.merge;

import dev.fundir.internal.Utf8;
import dev.fundir.internal.recipe.LayerName;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** Finds the tensors of an output. */
final class Sites {
    /**
     * What comes before the layers: the tables that tokens and positions are looked up in, and what is done to them.
     * All else outside of layers comes after them: final norms, heads, classifiers, poolers. T5 and BART call the table
     * that encoder and decoder have in common {@code shared}.
     */
    private static final Pattern BEFORE_LAYERS = Pattern.compile(
            "(?:^|\\.)(?:\\w*embed(?!_out)\\w*|wte|wpe|word_embeddings\\w*|emb|shared|rotary\\w*)(?:\\.|$)");

    private final Arrangement arrangement;
    private final Inputs inputs;

    private Sites(Arrangement arrangement, Inputs inputs) {
        this.arrangement = arrangement;
        this.inputs = inputs;
    }

    /** In the order of the names' UTF-8 bytes. */
    static List<Site> of(Arrangement arrangement, Inputs inputs) {
        Sites sites = new Sites(arrangement, inputs);
        return arrangement.renumbers()
                ? sites.ofSlices()
                : sites.ofWhole(arrangement.parts().get(0));
    }

    private List<Site> ofWhole(Arrangement.Part part) {
        List<String> names = inputs.names();
        Map<String, Integer> last = new HashMap<>();
        for (String name : names) {
            LayerName.of(name).ifPresent(layer -> last.merge(layer.stack(), layer.layer(), Math::max));
        }
        List<Site> sites = new ArrayList<>(names.size());
        for (String name : names) {
            double depth = LayerName.of(name)
                    .map(layer -> depth(layer.layer(), last.get(layer.stack()) + 1))
                    .orElse(0.0);
            sites.add(new Site(name, part, Collections.nCopies(part.sources().size(), name), depth));
        }
        return sites;
    }

    private List<Site> ofSlices() {
        List<Arrangement.Part> parts = arrangement.parts();
        List<Site> sites = new ArrayList<>();
        outside(parts.get(0), true, sites);
        int first = 0;
        for (Arrangement.Part part : parts) {
            first += layers(part, first, sites);
        }
        outside(parts.get(parts.size() - 1), false, sites);
        sites.sort((a, b) -> Utf8.ORDER.compare(a.name(), b.name()));
        return sites;
    }

    /** Adds the tensors outside of layers, before or after them. */
    private void outside(Arrangement.Part part, boolean before, List<Site> sites) {
        for (String name : namesOf(part)) {
            if (LayerName.of(name).isEmpty() && BEFORE_LAYERS.matcher(name).find() == before) {
                sites.add(
                        new Site(name, part, Collections.nCopies(part.sources().size(), name), 0));
            }
        }
    }

    /** Adds the layers of a part, which get numbers from {@code first} on, and returns how many there are. */
    private int layers(Arrangement.Part part, int first, List<Site> sites) {
        int count = part.sources().get(0).layers().orElseThrow().count();
        for (int layer = 0; layer < count; layer++) {
            Set<LayerName> names = new LinkedHashSet<>();
            for (Arrangement.Source source : part.sources()) {
                int number = source.layers().orElseThrow().start() + layer;
                int output = first + layer;
                inputs.layer(source.input(), number).forEach(name -> names.add(name.at(output)));
            }
            for (LayerName name : names) {
                int local = layer;
                List<String> inSources = part.sources().stream()
                        .map(source -> name.at(source.layers().orElseThrow().start() + local)
                                .toString())
                        .toList();
                sites.add(new Site(name.toString(), part, inSources, depth(layer, count)));
            }
        }
        return count;
    }

    private Set<String> namesOf(Arrangement.Part part) {
        Set<String> names = new TreeSet<>(Utf8.ORDER);
        part.sources().forEach(source -> names.addAll(inputs.get(source.input()).names()));
        return names;
    }

    /** The place of a layer among so many; that of an only one is the end. */
    private static double depth(int layer, int count) {
        return count == 1 ? 1 : (double) layer / (count - 1);
    }
}
