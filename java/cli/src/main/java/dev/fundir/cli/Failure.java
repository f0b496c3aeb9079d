package dev.fundir.cli;

import dev.fundir.CheckpointEditException;
import dev.fundir.CheckpointFormatException;
import dev.fundir.internal.FileFailure;
import dev.fundir.merge.MergeException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import picocli.CommandLine.ParameterException;

/**
 * A failure as it is shown: what happened, what helps, and the exit code.
 *
 * @param sentences one for each thing that is wrong
 * @param hints what to do about it, where that is known
 * @param tensors the tensors that it is about, of which sentences show a few
 */
record Failure(List<String> sentences, List<String> hints, List<String> tensors, int exitCode) {
    private static final String CHECKPOINT =
            "a checkpoint is a .safetensors file, a folder with such files, or a model.safetensors.index.json";

    /** What PyTorch calls its files. */
    private static final Pattern PICKLES = Pattern.compile("\\.(bin|pt|pth|ckpt)\\b");

    private static final String FROM_PICKLES =
            "PyTorch's .bin, .pt, .pth and .ckpt files are pickles: load them in Python"
                    + " and write them with safetensors.torch.save_file";

    /** What a command line that cannot be understood is shown as. */
    static Failure ofUsage(ParameterException e) {
        return UsageFailure.of(e);
    }

    /** What an exception is shown as. */
    static Failure of(Throwable e) {
        if (e instanceof MergeException merge) {
            return ofMerge(merge);
        }
        if (e instanceof CheckpointEditException edit) {
            return new Failure(edit.problems(), List.of(), List.of(), FundirCommand.FAILED);
        }
        if (e instanceof CancellationException) {
            // Who presses Ctrl-C knows it; and the JVM may end before a line is out.
            return new Failure(List.of(), List.of(), List.of(), FundirCommand.INTERRUPTED);
        }
        if (e instanceof UncheckedIOException unchecked) {
            return of(unchecked.getCause());
        }
        if (e instanceof IOException io) {
            return failed(FileFailure.sentence(io), hint(io));
        }
        if (e instanceof OutOfMemoryError) {
            return failed("out of memory: " + e.getMessage(), "FUNDIR_JAVA_OPTS=-Xmx4g gives Java more");
        }
        if (e instanceof IllegalArgumentException || e instanceof IllegalStateException || e instanceof LinkageError) {
            return failed(e.getMessage(), null);
        }
        return failed(e.toString(), "this is a defect of fundir; --debug shows where");
    }

    private static Failure failed(String sentence, String hint) {
        return new Failure(
                List.of(sentence), Optional.ofNullable(hint).stream().toList(), List.of(), FundirCommand.FAILED);
    }

    private static Failure ofMerge(MergeException e) {
        Set<MergeException.Kind> kinds = e.kinds();
        boolean wrongUsage = kinds.stream().anyMatch(kind -> switch (kind) {
            case RECIPE, METHOD, PARAMETER, MODELS -> true;
            default -> false;
        });
        List<String> hints = new ArrayList<>();
        kinds.stream().flatMap(kind -> hint(kind).stream()).forEach(hints::add);
        Stream.of(e.getSuppressed())
                .flatMap(cause -> cause instanceof IOException io ? Stream.ofNullable(hint(io)) : Stream.empty())
                .distinct()
                .forEach(hints::add);
        return new Failure(
                e.problems(), hints, e.tensors(), wrongUsage ? FundirCommand.WRONG_USAGE : FundirCommand.FAILED);
    }

    /** What helps against problems of a kind, whatever their sentences say. */
    private static Optional<String> hint(MergeException.Kind kind) {
        return Optional.ofNullable(
                switch (kind) {
                    case OUTPUT_EXISTS -> "--force replaces it";
                    case NAMES -> "--missing available merges each tensor over the inputs that have it";
                    case NON_FLOAT -> "--non-float base or --non-float first says whose to take";
                    case SHAPE ->
                        "models have to be of the same shapes, and tokenizers are not merged: where"
                                + " vocabularies differ, bring the embeddings to one size first";
                    default -> null;
                });
    }

    private static String hint(IOException e) {
        if (e instanceof FileAlreadyExistsException) {
            return "--force replaces it";
        }
        if (e instanceof NoSuchFileException missing && missing.getFile() != null) {
            return MissingPath.hint(missing.getFile()).orElse(null);
        }
        if (!(e instanceof CheckpointFormatException format)) {
            return null;
        }
        return switch (format.reason()) {
            case HEADER_TOO_SMALL, HEADER_TOO_LARGE, HEADER_BEYOND_FILE -> CHECKPOINT;
            case HEADER_NOT_UTF8, HEADER_NOT_VALID -> CHECKPOINT;
            case NO_CHECKPOINT -> PICKLES.matcher(format.getMessage()).find() ? FROM_PICKLES : CHECKPOINT;
            default -> null;
        };
    }

    /** Shows it, and returns the exit code. */
    int print(Terminal terminal, Throwable cause, boolean debug) {
        terminal.out().flush();
        sentences.forEach(sentence -> terminal.err().println("fundir: " + sentence));
        hints.forEach(line -> terminal.err().println("hint: " + line));
        if (debug) {
            tensors.forEach(name -> terminal.err().println("tensor: " + name));
            cause.printStackTrace(terminal.err());
        }
        return exitCode;
    }
}
