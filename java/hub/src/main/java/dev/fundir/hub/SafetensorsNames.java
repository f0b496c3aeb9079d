package dev.fundir.hub;

import dev.fundir.internal.Listing;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which of a model's files are its checkpoint: the same choice as in a folder on the disk. */
final class SafetensorsNames {
    private static final String DATA = ".safetensors";
    private static final String INDEX = ".safetensors.index.json";
    private static final Pattern SHARD = Pattern.compile("(.+)-(\\d{5})-of-(\\d{5})\\.safetensors");

    private SafetensorsNames() {}

    /** The shard index: that of {@code model.safetensors}, or the only one. */
    static Optional<String> index(List<String> names) {
        return preferred(names, "model" + INDEX, INDEX);
    }

    /** The safetensors files of a model without an index; empty when there are none, or several to choose from. */
    static Optional<List<String>> files(List<String> names) {
        if (names.contains("model" + DATA)) {
            return Optional.of(List.of("model" + DATA));
        }
        Map<String, Map<Integer, String>> sets = new TreeMap<>();
        Map<String, Integer> counts = new HashMap<>();
        for (String name : names) {
            Matcher shard = SHARD.matcher(name);
            if (isAtTop(name) && shard.matches()) {
                String set = shard.group(1) + "-of-" + shard.group(3);
                sets.computeIfAbsent(set, key -> new TreeMap<>()).put(Integer.parseInt(shard.group(2)), name);
                counts.put(set, Integer.parseInt(shard.group(3)));
            }
        }
        if (sets.size() == 1) {
            String set = sets.keySet().iterator().next();
            Map<Integer, String> shards = sets.get(set);
            if (shards.size() == counts.get(set)
                    && shards.keySet().stream().allMatch(number -> number >= 1 && number <= counts.get(set))) {
                return Optional.of(List.copyOf(shards.values()));
            }
        }
        return preferred(names, "model" + DATA, DATA).map(List::of);
    }

    /** A file that an index names. */
    static String beside(String index, String name) {
        return index.substring(0, index.lastIndexOf('/') + 1) + name;
    }

    /** What to say of a model that has no checkpoint to choose. */
    static String none(ModelId id, List<String> names) {
        List<String> data = names.stream().filter(name -> name.endsWith(DATA)).toList();
        if (!data.isEmpty()) {
            return "the model " + id + " has " + data.size()
                    + " safetensors files, neither model.safetensors nor an index of shards, so it is not known which"
                    + " are the model: " + Listing.of(data) + ". Download the one that you need by its name";
        }
        List<String> pickles = names.stream()
                .filter(name -> name.matches(".*\\.(bin|pt|pth|pkl|ckpt)"))
                .toList();
        return "the model " + id + " has no safetensors files"
                + (pickles.isEmpty()
                        ? "; it has " + (names.isEmpty() ? "no files" : Listing.of(names))
                        : ", only pickles, which can run code when they are loaded: " + Listing.of(pickles)
                                + ". Look for a revision or a copy of the model with safetensors files");
    }

    private static Optional<String> preferred(List<String> names, String name, String ending) {
        if (names.contains(name)) {
            return Optional.of(name);
        }
        List<String> matching =
                names.stream().filter(n -> isAtTop(n) && n.endsWith(ending)).toList();
        return matching.size() == 1 ? Optional.of(matching.get(0)) : Optional.empty();
    }

    private static boolean isAtTop(String name) {
        return name.indexOf('/') < 0;
    }
}
