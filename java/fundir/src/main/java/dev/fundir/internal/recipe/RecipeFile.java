package dev.fundir.internal.recipe;

import dev.fundir.internal.document.Place;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.BiConsumer;

/** The text of a recipe, which is UTF-8. */
public final class RecipeFile {
    /** What somebody names instead of a recipe may be a checkpoint, which no memory holds. */
    private static final long LARGEST = 3 << 20;

    private RecipeFile() {}

    /**
     * Reads the text.
     *
     * @param file the recipe
     * @param problems hears why it cannot be one
     * @return empty after a problem
     * @throws IOException when the file is not there or cannot be read
     */
    public static Optional<String> read(Path file, BiConsumer<Place, String> problems) throws IOException {
        if (Files.isDirectory(file)) {
            problems.accept(Place.START, "this is a folder, expected the file of a recipe");
            return Optional.empty();
        }
        if (Files.size(file) > LARGEST) {
            problems.accept(Place.START, "the file has " + Files.size(file) + " bytes, a recipe at most " + LARGEST);
            return Optional.empty();
        }
        byte[] bytes = Files.readAllBytes(file);
        if (isUtf16(bytes)) {
            problems.accept(Place.START, "the file is UTF-16, expected UTF-8");
            return Optional.empty();
        }
        return decode(bytes, problems);
    }

    /** Whether the bytes begin as UTF-16 does. */
    private static boolean isUtf16(byte[] bytes) {
        if (bytes.length < 2) {
            return false;
        }
        int mark = (bytes[0] & 0xFF) << 8 | (bytes[1] & 0xFF);
        return mark == 0xFEFF || mark == 0xFFFE;
    }

    private static Optional<String> decode(byte[] bytes, BiConsumer<Place, String> problems) {
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder().onMalformedInput(CodingErrorAction.REPORT);
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CharBuffer out = CharBuffer.allocate(bytes.length);
        boolean broken = decoder.decode(in, out, true).isError();
        String text = out.flip().toString();
        if (!broken) {
            return Optional.of(text);
        }
        problems.accept(
                Place.of(text, text.length()),
                String.format("byte %d of the file, 0x%02X, is not UTF-8", in.position(), bytes[in.position()] & 0xFF)
                        + "; save the recipe as UTF-8");
        return Optional.empty();
    }
}
