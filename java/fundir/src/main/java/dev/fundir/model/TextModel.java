package dev.fundir.model;

import dev.fundir.CheckpointFormatException;
import dev.fundir.CheckpointFormatException.Reason;
import dev.fundir.TensorView;
import dev.fundir.internal.FileIdentity;
import dev.fundir.internal.document.DocumentMistake;
import dev.fundir.internal.document.Place;
import dev.fundir.internal.document.TextInput;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;

/** What models in JSON and YAML have in common. */
final class TextModel {
    private TextModel() {}

    /** Reads a model from a text. */
    @FunctionalInterface
    interface Reader {
        Model read(TextInput in) throws IOException;
    }

    /** Loads a model; a mistake in its text is an exception that names the file. */
    static Model load(Path path, Reader reader) throws IOException {
        FileIdentity.of(path); // refuses what is no file
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            TextInput in = TextInput.of(channel);
            if (in.startsWith("version https://git-lfs")) {
                throw new CheckpointFormatException(
                        Reason.LFS_POINTER,
                        path,
                        null,
                        "the file is a Git LFS pointer, not the model itself: fetch the model with `git lfs pull`");
            }
            return reader.read(in);
        } catch (DocumentMistake e) {
            Place place = e.place();
            CheckpointFormatException exception = new CheckpointFormatException(
                    Reason.MODEL_NOT_VALID,
                    path,
                    null,
                    "line " + place.line() + ", column " + place.column() + ": " + e.getMessage());
            exception.initCause(e);
            throw exception;
        }
    }

    /** Fails when a member of the model is missing. */
    static void require(String key, Object value) {
        if (value == null) {
            throw new DocumentMistake(Place.START, "the model has no " + key);
        }
    }

    /** The model's tensors as they are to be saved. */
    static List<TensorView> tensors(Model model, SaveOptions options) {
        if (options.shardSize().isPresent() || options.ggufType().isPresent()) {
            throw new IllegalArgumentException(
                    "a model in JSON or YAML is one file of plain numbers: it takes no size of shards and no type of GGUF");
        }
        return model.parameters().stream()
                .map(parameter -> options.convert(parameter.tensor()))
                .toList();
    }

    static String shape(TensorView tensor) {
        return Arrays.toString(tensor.shape());
    }
}
