package dev.fundir.model;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/**
 * Loads and saves models in any of the {@link ModelFormat formats}.
 *
 * <pre>{@code
 * Model model = Models.load(Path.of("model.safetensors"));
 * System.out.println(model.metadata().name());
 * Models.save(model, Path.of("model.gguf"));
 * }</pre>
 *
 * <p>Safe for many threads.
 */
public final class Models {
    private Models() {}

    /**
     * Loads a model.
     *
     * <p>Elements of safetensors and GGUF stay in the mapped file until they are asked for, those of JSON and YAML are
     * read into a temporary file; memory holds names and shapes only.
     *
     * @param path a file, whose format its name or its first bytes tell; a folder with safetensors; or a shard index
     * @return the model
     * @throws dev.fundir.CheckpointFormatException when the file is not what it claims to be
     * @throws java.nio.file.NoSuchFileException when the path does not exist
     * @throws java.nio.file.AccessDeniedException when the file may not be read
     * @throws IOException when reading fails
     */
    public static Model load(Path path) throws IOException {
        return ModelFormat.of(path).codec().load(path);
    }

    /**
     * Saves a model in the format that the path's name says, elements as they are.
     *
     * @param model the model
     * @param path where it goes
     * @return what {@link #load} takes to give the model again
     * @throws IOException when writing fails; what was at the path is then still there
     */
    public static Path save(Model model, Path path) throws IOException {
        return save(model, path, SaveOptions.DEFAULT);
    }

    /**
     * Saves a model. What is at the path is replaced once the model is complete.
     *
     * @param model the model
     * @param path where it goes: a file whose name says the format, unless the options do; without either a folder with
     *     {@code model.safetensors}, or shards
     * @param options how it is saved
     * @return what {@link #load} takes to give the model again: the file, or the index of shards
     * @throws IllegalArgumentException when the format has no way to hold the model; the message names what does not
     *     fit
     * @throws IOException when reading the model or writing fails; what was at the path is then still there
     */
    public static Path save(Model model, Path path, SaveOptions options) throws IOException {
        Objects.requireNonNull(model);
        ModelFormat format = options.format().or(() -> ModelFormat.ofName(path)).orElse(ModelFormat.SAFETENSORS);
        return format.codec().save(model, path, options);
    }

    /**
     * Copies the files that a model in a folder needs beside its tensors: configuration and tokenizer. Programs that a
     * model brings along are not copied.
     *
     * @param from what was loaded: a file, a folder, or a shard index
     * @param to the folder that the model was saved in; its {@code config.json} gets the dtype that the options ask for
     * @param options how the model was saved
     * @return the copies; none when both are the same folder
     * @throws IOException when a file cannot be read or written; each appears complete or not at all
     */
    public static List<Path> copyCompanions(Path from, Path to, SaveOptions options) throws IOException {
        Path source = Files.isDirectory(from) ? from : from.toAbsolutePath().getParent();
        return Files.isSameFile(source, to) ? List.of() : CompanionCopies.copy(source, to, options.dtype());
    }
}
