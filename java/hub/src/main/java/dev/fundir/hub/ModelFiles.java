package dev.fundir.hub;

import dev.fundir.hub.HubException.Reason;
import dev.fundir.internal.Listing;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * Which files of a model are downloaded. Without patterns: its tensors in safetensors files, and what says how it is
 * built and used. With patterns: what they match. Files that run a program when Python loads them are taken only where
 * a pattern names their kind.
 *
 * @param included empty for the usual files
 * @param excluded files that are left out, whatever else says they belong
 */
record ModelFiles(List<PathPattern> included, List<PathPattern> excluded) {
    private static final String TENSORS = ".safetensors";
    private static final Set<String> PICKLES =
            Set.of(".bin", ".pt", ".pth", ".pkl", ".pickle", ".ckpt", ".joblib", ".npy", ".npz");
    private static final Pattern COMPANIONS = Pattern.compile(
            "(config|generation_config|preprocessor_config|processor_config|tokenizer[^/]*|special_tokens_map"
                    + "|added_tokens|chat_template[^/]*|vocab|tekken)\\.json"
                    + "|[^/]*\\.(model|tiktoken|jinja)|(vocab|merges)\\.txt|vocab\\.bpe");

    /**
     * Chooses.
     *
     * @param files all of the model
     * @param id the model
     * @param notices what the user is told
     * @return those to download; where there is an {@link #index}, the files that it names have to be added
     * @throws HubException {@code ENTRY} when a file that is named is missing, or there is nothing to download
     */
    List<RemoteFile> choose(List<RemoteFile> files, ModelId id, Consumer<String> notices) throws HubException {
        List<RemoteFile> chosen = new ArrayList<>();
        List<RemoteFile> usual = included.isEmpty() ? usual(files, id) : List.of();
        String what = Request.Subject.of(id).what();
        for (RemoteFile file : files) {
            boolean isWanted = included.isEmpty() ? usual.contains(file) : isIncluded(file);
            if (isWanted && excluded.stream().noneMatch(pattern -> pattern.matches(file.path()))) {
                chosen.add(file);
            }
        }
        requireNamed(files, what);
        if (chosen.isEmpty()) {
            throw new HubException(
                    Reason.ENTRY, what + ": none of its files is chosen by the patterns; it has " + names(files));
        }
        chosen.stream()
                .filter(ModelFiles::isPickle)
                .forEach(
                        file -> notices.accept(
                                file.path()
                                        + ": whoever loads this file in Python runs the program in it; use safetensors files where you can"));
        return chosen;
    }

    /**
     * The files that an index names, which are the model's and not those that only look like it.
     *
     * @param chosen by {@link #choose}
     * @param shards what the index names
     * @param index the index
     * @throws HubException {@code ENTRY} when one is missing
     */
    List<RemoteFile> withShards(List<RemoteFile> chosen, List<RemoteFile> files, List<Path> shards, RemoteFile index)
            throws HubException {
        List<RemoteFile> all = new ArrayList<>(chosen);
        for (Path shard : shards) {
            String name = shard.toString().replace('\\', '/');
            Optional<RemoteFile> file =
                    files.stream().filter(one -> one.path().equals(name)).findFirst();
            if (file.isEmpty()) {
                throw new HubException(
                        Reason.ENTRY,
                        index.path() + " names the shard " + name
                                + ", which the model does not have; it is incomplete, ask its owner");
            }
            if (!all.contains(file.get()) && excluded.stream().noneMatch(pattern -> pattern.matches(name))) {
                all.add(file.get());
            }
        }
        return all;
    }

    /** The index that says which safetensors files are the model's, where that is not said by patterns. */
    Optional<RemoteFile> index(List<RemoteFile> chosen) {
        Optional<String> name = included.isEmpty() ? SafetensorsNames.index(paths(chosen)) : Optional.empty();
        return chosen.stream()
                .filter(file -> name.isPresent() && file.path().equals(name.get()))
                .findFirst();
    }

    /** Names that were asked for, and are none of the files. */
    List<String> missing(List<RemoteFile> files) {
        return included.stream()
                .filter(PathPattern::isName)
                .map(PathPattern::text)
                .filter(name -> files.stream().noneMatch(file -> file.path().equals(name)))
                .toList();
    }

    static boolean isPickle(RemoteFile file) {
        return PICKLES.stream().anyMatch(file.path().toLowerCase(Locale.ROOT)::endsWith);
    }

    private boolean isIncluded(RemoteFile file) {
        return included.stream()
                .anyMatch(pattern -> pattern.matches(file.path())
                        && (!isPickle(file)
                                || PICKLES.stream().anyMatch(pattern.text().toLowerCase(Locale.ROOT)::endsWith)));
    }

    private static List<RemoteFile> usual(List<RemoteFile> files, ModelId id) throws HubException {
        List<RemoteFile> tensors = tensors(files);
        if (tensors.isEmpty()) {
            throw new HubException(Reason.ENTRY, SafetensorsNames.none(id, paths(files)));
        }
        List<RemoteFile> usual = new ArrayList<>(tensors);
        files.stream().filter(file -> COMPANIONS.matcher(file.path()).matches()).forEach(usual::add);
        return usual;
    }

    /** As a folder of them is opened: the index comes first, then the file or the shards, then all there are. */
    private static List<RemoteFile> tensors(List<RemoteFile> files) {
        List<String> paths = paths(files);
        Optional<List<String>> names =
                SafetensorsNames.index(paths).map(List::of).or(() -> SafetensorsNames.files(paths));
        if (names.isPresent()) {
            return files.stream()
                    .filter(file -> names.get().contains(file.path()))
                    .toList();
        }
        List<RemoteFile> all = files.stream()
                .filter(file -> file.path().endsWith(TENSORS) || file.path().endsWith(TENSORS + ".index.json"))
                .toList();
        List<RemoteFile> top =
                all.stream().filter(file -> file.path().indexOf('/') < 0).toList();
        return top.stream().anyMatch(file -> file.path().endsWith(TENSORS)) ? top : all;
    }

    private void requireNamed(List<RemoteFile> files, String what) throws HubException {
        List<String> missing = missing(files);
        if (!missing.isEmpty()) {
            throw new HubException(
                    Reason.ENTRY,
                    what + " has no file " + String.join(", ", missing) + " at this revision; it has " + names(files));
        }
    }

    private static String names(List<RemoteFile> files) {
        return Listing.of(paths(files));
    }

    private static List<String> paths(List<RemoteFile> files) {
        return files.stream().map(RemoteFile::path).toList();
    }
}
