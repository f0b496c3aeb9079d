package dev.fundir.internal.edit;

import dev.fundir.internal.HeaderIndex;
import dev.fundir.internal.NearNames;
import dev.fundir.internal.ShardIndex;
import dev.fundir.internal.TensorTable;
import dev.fundir.internal.Utf8;
import dev.fundir.internal.edit.EditRequest.Rename;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.AbstractList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Finds out what is wrong with an edit. */
final class EditProblems {
    /** The longest header that the format allows. */
    static final int LONGEST = 100_000_000;

    private final Path file;
    private final EditRequest request;
    private final TensorTable tensors;
    private final Map<String, String> metadata;
    private final Set<String> problems = new LinkedHashSet<>();

    private EditProblems(Path file, EditRequest request, HeaderIndex header) {
        this.file = file;
        this.request = request;
        tensors = TensorTable.of(List.of(header));
        metadata = header.metadata();
    }

    /**
     * What is wrong with an edit, a sentence each.
     *
     * @param file as the caller named it
     * @param written where the changed names will be
     */
    static List<String> of(Path file, Path written, EditRequest request, HeaderIndex header) throws IOException {
        EditProblems all = new EditProblems(file, request, header);
        all.checkMetadata();
        all.checkNames();
        all.checkIndexes(written);
        return List.copyOf(all.problems);
    }

    /** What is wrong with a header of too many bytes. */
    static String tooLong(Path file, long length) {
        return file + ": the header would get " + length + " bytes and more, but the format allows " + LONGEST
                + "; set less metadata, or choose shorter names";
    }

    private void checkMetadata() {
        request.set().forEach((key, value) -> {
            if (request.unset().contains(key)) {
                problems.add("the metadata key " + key + " is both to be set and to be removed");
            }
            if (Utf8.encode(key).isEmpty() || Utf8.encode(value).isEmpty()) {
                problems.add("half of a surrogate pair stands alone in the metadata " + key + "=" + value
                        + ", which therefore has no UTF-8");
            }
        });
        long length = request.set().entrySet().stream()
                .mapToLong(entry ->
                        entry.getKey().length() + (long) entry.getValue().length())
                .sum();
        if (length > LONGEST) {
            problems.add(tooLong(file, length));
        }
        for (String key : request.unset()) {
            if (!metadata.containsKey(key)) {
                problems.add(file + ": has no metadata key " + key + NearNames.suggestion(key, metadata.keySet()));
            }
        }
    }

    private void checkNames() {
        Map<String, String> newNames = request.newNames();
        Map<String, String> oldNames = new HashMap<>();
        for (Rename rename : request.renames()) {
            String to = newNames.getOrDefault(rename.from(), rename.from());
            if (!to.equals(rename.to())) {
                problems.add("tensor " + rename.from() + " cannot be called both " + rename.to() + " and " + to);
            }
            if (tensors.find(rename.from()) < 0) {
                problems.add(file + ": has no tensor " + rename.from() + NearNames.suggestion(rename.from(), names()));
            }
        }
        newNames.forEach((from, to) -> {
            checkNewName(from, to, newNames);
            String other = oldNames.putIfAbsent(to, from);
            if (other != null) {
                problems.add("tensors " + other + " and " + from + " cannot both be called " + to);
            }
        });
    }

    private void checkNewName(String from, String to, Map<String, String> newNames) {
        if (to.equals(HeaderText.METADATA)) {
            problems.add("tensor " + from + " cannot be called " + to + ": the format keeps that for the metadata");
        } else if (Utf8.encode(to).isEmpty()) {
            problems.add("tensor " + from + " cannot be called " + to
                    + ": half of a surrogate pair stands alone in the name, which therefore has no UTF-8");
        } else if (tensors.find(to) >= 0 && !newNames.containsKey(to)) {
            problems.add("tensor " + from + " cannot be called " + to
                    + ": the file has a tensor of this name; rename that one too, or choose another name");
        }
    }

    /** The names of an index and of its shards have to be the same, and an edit changes one file. */
    private void checkIndexes(Path written) throws IOException {
        if (request.newNames().isEmpty()) {
            return;
        }
        Set<Path> indexes = new LinkedHashSet<>(ShardIndex.listing(written));
        if (Files.exists(written)) {
            indexes.addAll(ShardIndex.listing(written.toRealPath()));
        }
        for (Path index : indexes) {
            problems.add(written + ": is a shard of a checkpoint, whose index " + index
                    + " would go on to name the tensors as before. Write the whole checkpoint again under the new names,"
                    + " or an edited copy of this file to another folder");
        }
    }

    private List<String> names() {
        return new AbstractList<>() {
            @Override
            public String get(int place) {
                return tensors.name(tensors.inNameOrder(place));
            }

            @Override
            public int size() {
                return tensors.size();
            }
        };
    }
}
