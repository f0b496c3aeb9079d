package dev.fundir;

import dev.fundir.internal.edit.EditRequest;
import dev.fundir.internal.edit.EditRun;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Changes the metadata and the names of tensors in a safetensors file, and leaves the tensors where they are.
 *
 * <pre>{@code
 * CheckpointEdit.of(Path.of("model.safetensors"))
 *         .set("format", "pt")
 *         .unset("step")
 *         .rename("lm_head.weight", "head.weight")
 *         .apply();
 * }</pre>
 *
 * <p>Whatever happens meanwhile, the file is the old one or the new one. Where the header keeps its length, which
 * spaces in it allow, and all bytes that change lie in one page of 4096 bytes of the file, these are written in place:
 * a process that is killed has written them or has not. Else a new file is written beside the old one, forced to the
 * disk and renamed; the tensors are copied inside the kernel, and where the file system can share blocks, which newer
 * Java versions ask for, none is copied at all. Every byte of the header that has nothing to do with the edit stays as
 * it is. A symbolic link stays, and the file it leads to is edited.
 *
 * <p>All changes are made at once, so two tensors can swap their names. Those who have the file open go on with it: an
 * edit in place touches no byte of a tensor. Who opens it at the moment of a write in place, without a lock, may be
 * refused a header that is half of each; two edits of one file at the same time are refused where it is noticed. Not
 * safe for many threads.
 */
public final class CheckpointEdit {
    private final Path file;
    private final Map<String, String> set = new HashMap<>();
    private final Set<String> unset = new HashSet<>();
    private final List<EditRequest.Rename> renames = new ArrayList<>();

    private CheckpointEdit(Path file) {
        this.file = file;
    }

    /**
     * How an edit was done.
     *
     * @param inPlace whether only bytes of the header were written, or nothing because all was as it was to be; else
     *     the whole file was
     * @param bytesWritten number of bytes; of a file that was written again, its size
     */
    public record Result(boolean inPlace, long bytesWritten) {}

    /**
     * An edit of a file.
     *
     * @param file a safetensors file
     * @return the edit, with no changes yet
     */
    public static CheckpointEdit of(Path file) {
        return new CheckpointEdit(Objects.requireNonNull(file));
    }

    /**
     * Adds to the metadata, or changes it.
     *
     * @param key any text
     * @param value any text; it replaces the one that the key has
     * @return this edit
     */
    public CheckpointEdit set(String key, String value) {
        set.put(Objects.requireNonNull(key), Objects.requireNonNull(value));
        return this;
    }

    /**
     * Removes from the metadata.
     *
     * @param key one of the file's keys
     * @return this edit
     */
    public CheckpointEdit unset(String key) {
        unset.add(Objects.requireNonNull(key));
        return this;
    }

    /**
     * Renames a tensor.
     *
     * @param from the name of a tensor of the file
     * @param to its new name, any text but {@code __metadata__} and the names that others have after the edit
     * @return this edit
     */
    public CheckpointEdit rename(String from, String to) {
        renames.add(new EditRequest.Rename(Objects.requireNonNull(from), Objects.requireNonNull(to)));
        return this;
    }

    /**
     * Edits the file.
     *
     * @return how it was done
     * @throws CheckpointEditException when something is wrong with the edit: a tensor or key that is not there, a name
     *     that is taken, reserved or has no UTF-8, a key both set and unset, a header that gets longer than 100,000,000
     *     bytes, a file that is write-protected, or new names in a shard whose index lists the old ones
     * @throws CheckpointFormatException when the file is no safetensors file
     * @throws java.nio.file.NoSuchFileException when there is no such file
     * @throws IOException when reading or writing fails, or the file is changed by others meanwhile
     */
    public Result apply() throws IOException {
        return EditRun.inPlace(file, new EditRequest(set, unset, renames));
    }

    /**
     * Writes an edited copy and leaves the file as it is.
     *
     * @param output where the copy is to appear, complete or not at all; its folder must exist. A file that is there is
     *     replaced
     * @return how it was done
     * @throws CheckpointEditException as {@link #apply} does
     * @throws CheckpointFormatException when the file is no safetensors file
     * @throws java.nio.file.NoSuchFileException when there is no such file, or no folder for the copy
     * @throws IOException when reading or writing fails, or the file is changed by others meanwhile
     */
    public Result applyTo(Path output) throws IOException {
        return EditRun.toFile(file, Objects.requireNonNull(output), new EditRequest(set, unset, renames));
    }
}
