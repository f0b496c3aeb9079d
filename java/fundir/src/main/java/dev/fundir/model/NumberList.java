package dev.fundir.model;

import dev.fundir.CheckpointFormatException;
import dev.fundir.CheckpointFormatException.Reason;
import dev.fundir.ffi.NativeException;
import dev.fundir.ffi.NumberText;
import dev.fundir.ffi.NumberText.Outcome;
import dev.fundir.ffi.Status;
import dev.fundir.internal.MappedFile;
import dev.fundir.internal.ScratchFile;
import dev.fundir.internal.TensorExtents;
import dev.fundir.internal.document.Place;
import dev.fundir.internal.document.TextInput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the member {@code data} of a model's text: the numbers of all parameters, one after the other, into a temporary
 * file.
 */
final class NumberList {
    /** Bytes of elements that are read at once: whole ones of every dtype. */
    private static final int BLOCK = 24 << 15;

    private final TextInput in;
    private final NumberText text;
    private final Path file;
    private final Place start;
    private final ByteBuffer block = ByteBuffer.allocateDirect(BLOCK).order(ByteOrder.LITTLE_ENDIAN);

    private NumberList(TextInput in, NumberText.Style style, Path file) {
        this.in = in;
        this.text = new NumberText(style);
        this.file = file;
        this.start = in.place();
    }

    /**
     * Reads the list that goes on in a text behind its bracket, or begins with its first line, to its end.
     *
     * @param in the text; stands behind the list afterwards
     * @param style how the numbers stand in it
     * @param declared the parameters
     * @param file the text's file, for errors
     */
    static List<Parameter> read(TextInput in, NumberText.Style style, List<DeclaredParameter> declared, Path file)
            throws IOException {
        NumberList list = new NumberList(in, style, file);
        try (ScratchFile scratch = ScratchFile.create()) {
            for (DeclaredParameter parameter : declared) {
                list.elements(parameter, declared, scratch.channel());
            }
            list.end(declared);
            return parameters(declared, scratch);
        } finally {
            in.took(list.text.lines(), list.text.column());
        }
    }

    private static List<Parameter> parameters(List<DeclaredParameter> declared, ScratchFile scratch)
            throws IOException {
        Extents extents = new Extents(declared);
        MappedFile data = scratch.map(extents);
        List<Parameter> parameters = new ArrayList<>();
        for (int i = 0; i < declared.size(); i++) {
            DeclaredParameter each = declared.get(i);
            ScratchTensor tensor = new ScratchTensor(data, extents.begin(i), each);
            parameters.add(new Parameter(each.name(), tensor, each.requiresGrad()));
        }
        return parameters;
    }

    private void elements(DeclaredParameter parameter, List<DeclaredParameter> all, FileChannel target)
            throws IOException {
        long missing = parameter.byteSize();
        long numbers = 0;
        while (missing > 0) {
            block.clear().limit((int) Math.min(missing, BLOCK));
            Outcome outcome = step(parameter, numbers);
            numbers += text.numbers();
            missing -= block.flip().remaining();
            while (block.hasRemaining()) {
                target.write(block);
            }
            if (outcome == Outcome.ENDED && missing > 0) {
                throw mistake(
                        parameter.name(),
                        "data ends after " + (before(parameter, all) + numbers) + " numbers, its parameters take "
                                + total(all) + ": the file was cut short, or a shape is wrong");
            }
        }
    }

    /** Expects the end of the list. */
    private void end(List<DeclaredParameter> all) throws IOException {
        block.clear().limit(0);
        Outcome outcome;
        do {
            outcome = step(null, 0);
        } while (outcome == Outcome.MORE_TEXT);
        if (outcome != Outcome.ENDED) {
            throw mistake(null, "data goes on behind the " + total(all) + " numbers that its parameters take");
        }
    }

    /** Reads numbers of a parameter into the block, with more of the text when it takes that. */
    private Outcome step(DeclaredParameter parameter, long numbers) throws IOException {
        int type = parameter == null ? 0 : parameter.dtype().code();
        try {
            Outcome outcome = text.read(in.bytes(), in.isLast(), type, block);
            if (outcome == Outcome.MORE_TEXT && !in.more() && !in.isLast()) {
                throw mistake(
                        parameter == null ? null : parameter.name(), "a number of more than a million characters");
            }
            return outcome;
        } catch (NativeException e) {
            if (e.status() != Status.FORMAT) {
                throw e;
            }
            String name = parameter == null ? null : parameter.name();
            String which = parameter == null ? "" : "number " + (numbers + text.numbers() + 1) + ": ";
            CheckpointFormatException exception = mistake(name, which + e.sentence());
            exception.initCause(e);
            throw exception;
        }
    }

    private CheckpointFormatException mistake(String parameter, String sentence) {
        long line = start.line() + text.lines();
        long column = text.column() + (text.lines() == 0 ? start.column() : 1);
        return new CheckpointFormatException(
                Reason.MODEL_NOT_VALID, file, parameter, "line " + line + ", column " + column + ": " + sentence);
    }

    private static long before(DeclaredParameter parameter, List<DeclaredParameter> all) {
        return total(all.subList(0, all.indexOf(parameter)));
    }

    private static long total(List<DeclaredParameter> all) {
        return all.stream().mapToLong(DeclaredParameter::numbers).sum();
    }

    /** Where the parameters lie in the temporary file: one after the other. */
    private static final class Extents implements TensorExtents {
        private final long[] begins;

        Extents(List<DeclaredParameter> declared) {
            begins = new long[declared.size() + 1];
            for (int i = 0; i < declared.size(); i++) {
                begins[i + 1] = begins[i] + declared.get(i).byteSize();
            }
        }

        @Override
        public long dataStart() {
            return 0;
        }

        @Override
        public int tensorCount() {
            return begins.length - 1;
        }

        @Override
        public long begin(int record) {
            return begins[record];
        }

        @Override
        public long end(int record) {
            return begins[record + 1];
        }
    }
}
