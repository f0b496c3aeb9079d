package dev.fundir.merge;

import dev.fundir.Checkpoint;
import dev.fundir.Tensor;
import dev.fundir.internal.JsonObjectText;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The head of a model that has none of its own because it uses its token embeddings as one. */
final class TiedHead {
    /** The tensor of a head. */
    static final String HEAD = "lm_head.weight";

    private static final List<String> EMBEDDINGS =
            List.of("model.embed_tokens.weight", "transformer.wte.weight", "model.decoder.embed_tokens.weight");

    private TiedHead() {}

    /** The tensor that serves as the head, where the configuration beside the checkpoint says that one does. */
    static Optional<Tensor> of(Checkpoint checkpoint) throws IOException {
        Path config = checkpoint.files().get(0).path().resolveSibling("config.json");
        if (checkpoint.find(HEAD).isPresent() || !Files.isReadable(config) || !saysSo(config)) {
            return Optional.empty();
        }
        return EMBEDDINGS.stream()
                .flatMap(name -> checkpoint.find(name).stream())
                .findFirst();
    }

    private static boolean saysSo(Path config) throws IOException {
        try {
            return JsonObjectText.of(Files.readString(config))
                    .raw("tie_word_embeddings")
                    .filter("true"::equals)
                    .isPresent();
        } catch (IllegalArgumentException | CharacterCodingException e) {
            // That it cannot be understood is said where it is copied.
            return false;
        }
    }
}
