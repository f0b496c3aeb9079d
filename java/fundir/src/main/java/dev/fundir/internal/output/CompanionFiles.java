package dev.fundir.internal.output;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.List;
import java.util.stream.Stream;

/** The files that lie beside the tensors of a model, by their names. */
public enum CompanionFiles {
    /** What says how the model is built and used. */
    CONFIGURATION("config.json,generation_config.json,preprocessor_config.json,processor_config.json"),
    /** What turns texts into tokens. */
    TOKENIZER("tokenizer*.json,tokenizer*.model,spiece.model,sentencepiece.bpe.model,tekken.json,vocab.*,"
            + "merges.txt,special_tokens_map.json,added_tokens.json,chat_template*"),
    /** Programs that a model brings along. They are not copied: who loads the output would run them. */
    PROGRAMS("configuration_*.py,modeling_*.py,tokenization_*.py,processing_*.py,image_processing_*.py");

    /** The file that says what the model is. */
    public static final String CONFIG = "config.json";

    @SuppressWarnings("ImmutableEnumChecker") // a matcher has no state
    private final PathMatcher names;

    CompanionFiles(String globs) {
        names = FileSystems.getDefault().getPathMatcher("glob:{" + globs + "}");
    }

    /**
     * All files in a folder, by name.
     *
     * @param folder a folder that can be read
     * @return the regular files
     * @throws IOException when it cannot be listed
     */
    public static List<Path> list(Path folder) throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.filter(Files::isRegularFile).sorted().toList();
        }
    }

    /**
     * Those of this kind.
     *
     * @param files any files
     * @return some of them, in their order
     */
    public List<Path> among(List<Path> files) {
        return files.stream().filter(file -> names.matches(file.getFileName())).toList();
    }
}
