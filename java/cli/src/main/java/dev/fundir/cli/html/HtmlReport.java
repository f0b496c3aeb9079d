package dev.fundir.cli.html;

import dev.fundir.internal.StagedFile;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/**
 * A report as a single HTML file: a page that draws itself from the JSON document within it.
 *
 * <p>The file appears complete or not at all. It is UTF-8, takes nothing from the network, and runs no script but its
 * own, whatever names and texts the document holds. Safe for several threads.
 */
public final class HtmlReport {
    private static final int BUFFER_CHARS = 1 << 16;

    private HtmlReport() {}

    /** Writes a JSON document. */
    @FunctionalInterface
    public interface Document {
        /**
         * Writes the document.
         *
         * @param out where to; stays open, and errors of its file are thrown when all is written
         * @throws IOException when what the document is made from cannot be read
         */
        void write(PrintWriter out) throws IOException;
    }

    /**
     * Writes the report of a model.
     *
     * @param file where it is to appear
     * @param overwrite whether a file that is there may be replaced
     * @param document writes what {@code inspect --json} prints, with as many measurements as there are
     * @throws FileAlreadyExistsException when the file exists and may not be replaced
     * @throws IOException when the file or the document cannot be written; what was at its place is left as it was
     */
    public static void inspect(Path file, boolean overwrite, Document document) throws IOException {
        write(file, overwrite, Page.INSPECT, document);
    }

    /**
     * Writes the report of two models that were compared.
     *
     * @param file where it is to appear
     * @param overwrite whether a file that is there may be replaced
     * @param document writes what {@code diff --json} prints
     * @throws FileAlreadyExistsException when the file exists and may not be replaced
     * @throws IOException when the file or the document cannot be written; what was at its place is left as it was
     */
    public static void diff(Path file, boolean overwrite, Document document) throws IOException {
        write(file, overwrite, Page.DIFF, document);
    }

    /**
     * Refuses a place that no report can be written to; to be asked before the work that the report shows.
     *
     * @param file where a report is to appear
     * @param overwrite whether a file that is there may be replaced
     * @throws FileAlreadyExistsException when the file exists and may not be replaced
     * @throws FileSystemException when the file is a folder, or its folder does not exist
     */
    public static void check(Path file, boolean overwrite) throws IOException {
        if (Files.isDirectory(file)) {
            throw new FileSystemException(
                    file.toString(), null, "is a folder: the report is one file, name it such as report.html");
        }
        if (!overwrite && Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new FileAlreadyExistsException(file.toString(), null, "exists and is not to be replaced");
        }
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw new FileSystemException(file.toString(), null, "the folder to write it into does not exist");
        }
    }

    private static void write(Path file, boolean overwrite, Page page, Document document) throws IOException {
        check(file, overwrite);
        try (StagedFile staged = StagedFile.create(file)) {
            Writer html = new BufferedWriter(
                    Channels.newWriter(staged.channel(), StandardCharsets.UTF_8.newEncoder(), -1), BUFFER_CHARS);
            html.write(page.beginning());
            ScriptText text = new ScriptText(html);
            PrintWriter json = new PrintWriter(text);
            document.write(json);
            json.flush();
            text.requireWritten();
            html.write(page.end());
            html.flush();
            staged.commit();
        }
    }
}
