package dev.fundir.internal.edit;

import dev.fundir.CheckpointEdit.Result;
import dev.fundir.CheckpointEditException;
import dev.fundir.internal.StagedFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Does an edit of a file: in place where that is safe, else by a new file. */
public final class EditRun {
    private final HeaderFile file;
    private final EditRequest request;

    private EditRun(HeaderFile file, EditRequest request) {
        this.file = file;
        this.request = request;
    }

    /**
     * Edits a file.
     *
     * @param file the file, or a symbolic link to it
     * @param request the changes
     * @return how it was done
     * @throws CheckpointEditException when something is wrong with the request
     * @throws IOException when reading or writing fails
     */
    public static Result inPlace(Path file, EditRequest request) throws IOException {
        try (HeaderFile opened = HeaderFile.open(file)) {
            List<String> problems = new ArrayList<>(EditProblems.of(file, file, request, opened.header()));
            if (!Files.isWritable(file)) {
                problems.add(file + ": is write-protected; make it writable, or write an edited copy elsewhere");
            }
            return new EditRun(opened, request).run(problems, Optional.empty());
        }
    }

    /**
     * Writes an edited copy of a file.
     *
     * @param file the file
     * @param output where the copy goes
     * @param request the changes
     * @return how it was done
     * @throws CheckpointEditException when something is wrong with the request
     * @throws IOException when reading or writing fails
     */
    public static Result toFile(Path file, Path output, EditRequest request) throws IOException {
        try (HeaderFile opened = HeaderFile.open(file)) {
            List<String> problems = new ArrayList<>(EditProblems.of(file, output, request, opened.header()));
            return new EditRun(opened, request).run(problems, Optional.of(output));
        }
    }

    private Result run(List<String> problems, Optional<Path> output) throws IOException {
        if (!problems.isEmpty()) {
            throw new CheckpointEditException(problems);
        }
        List<Replacement> changes = Replacements.of(file.text(), request);
        byte[] old = file.text().bytes();
        byte[] text = changes.isEmpty() ? old : changed(changes);
        ByteBuffer start = start(text);
        if (!changes.isEmpty()) {
            EditedHeader.check(file, start, request);
        }
        if (output.isPresent()) {
            return stage(start, output.get());
        }
        if (text.length != old.length) {
            return stage(start, file.path());
        }
        int first = Arrays.mismatch(old, text);
        if (first < 0) {
            return new Result(true, 0);
        }
        int from = Long.BYTES + first;
        int to = Long.BYTES + lastDifference(old, text) + 1;
        boolean inOnePage = from / ChangedText.BLOCK == (to - 1) / ChangedText.BLOCK;
        // A file of several names is several files to those who have linked it: only this one is edited.
        return inOnePage && !file.hasOtherNames() ? overwrite(start, from, to) : stage(start, file.path());
    }

    private byte[] changed(List<Replacement> changes) {
        ChangedText changed = new ChangedText(file.text(), changes);
        if (changed.grownLength() > EditProblems.LONGEST) {
            throw new CheckpointEditException(List.of(EditProblems.tooLong(file.path(), changed.grownLength())));
        }
        return changed.inOldLength().orElseGet(changed::grown);
    }

    private static int lastDifference(byte[] old, byte[] text) {
        int last = old.length - 1;
        while (old[last] == text[last]) {
            last--;
        }
        return last;
    }

    /** The first bytes of the changed file, up to the first tensor. */
    private static ByteBuffer start(byte[] text) {
        return ByteBuffer.allocateDirect(Long.BYTES + text.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(text.length)
                .put(text)
                .flip();
    }

    /** Writes some bytes of the header, which lie in one page. */
    private Result overwrite(ByteBuffer start, int from, int to) throws IOException {
        file.requireUnchanged();
        try (FileChannel channel = FileChannel.open(file.path(), StandardOpenOption.WRITE)) {
            ByteBuffer bytes = start.slice(from, to - from);
            // One call, and bytes of one page: the kernel copies them without looking for signals in between.
            while (bytes.hasRemaining()) {
                channel.write(bytes, from + bytes.position());
            }
            channel.force(false);
        }
        return new Result(true, to - from);
    }

    /** Writes the whole file under another name and renames it. */
    private Result stage(ByteBuffer start, Path target) throws IOException {
        long size = start.remaining() + file.dataSize();
        try (StagedFile staged = StagedFile.create(target)) {
            while (start.hasRemaining()) {
                staged.channel().write(start);
            }
            file.copyDataTo(staged.channel());
            file.requireUnchanged();
            staged.commit();
        }
        return new Result(false, size);
    }
}
