package dev.fundir.internal.output;

import dev.fundir.internal.StagedFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The files of an output while they are written. Closed without {@link #commit}, nothing of them is left. Confined to
 * one thread.
 */
public final class StagedOutput implements AutoCloseable {
    private final OutputPlan plan;
    private final List<StagedFile> tensorFiles = new ArrayList<>();
    private final List<StagedFile> sideFiles = new ArrayList<>();
    private final Deque<Path> newFolders = new ArrayDeque<>();
    private boolean committed;

    private StagedOutput(OutputPlan plan) {
        this.plan = plan;
    }

    /**
     * Creates every file that holds tensors, with its header; and the output folder, where it is not there.
     *
     * @throws IOException when that cannot be done; nothing is left then
     */
    public static StagedOutput create(OutputPlan plan) throws IOException {
        StagedOutput output = new StagedOutput(plan);
        try {
            output.createFolder();
            for (OutputFile file : plan.tensorFiles()) {
                StagedFile staged = StagedFile.create(file.target());
                output.tensorFiles.add(staged);
                writeAll(staged.channel(), file.header().duplicate());
            }
            return output;
        } catch (IOException | RuntimeException e) {
            output.closeAfter(e);
            throw e;
        }
    }

    /** Where the tensors are written meanwhile, in the plan's order. */
    public List<Path> tensorPaths() {
        return tensorFiles.stream().map(StagedFile::path).toList();
    }

    /** One of these files, open, at the place of its first tensor. */
    public FileChannel tensorChannel(int file) {
        return tensorFiles.get(file).channel();
    }

    /**
     * Makes all of it appear, the index of shards last, and then removes what an earlier output has left. What can fail
     * for want of space is done before the first file appears. The thread must not be interrupted meanwhile, see
     * {@link dev.fundir.internal.Uninterrupted}.
     *
     * @throws IOException when that fails; unless some files have appeared, everything is then as it was
     */
    public void commit() throws IOException {
        for (SideFile file : plan.sideFiles()) {
            StagedFile staged = StagedFile.create(file.target());
            sideFiles.add(staged);
            try (InputStream content = file.content().open()) {
                content.transferTo(Channels.newOutputStream(staged.channel()));
            }
        }
        for (StagedFile staged : tensorFiles) {
            staged.channel().force(true);
        }
        committed = true;
        for (StagedFile staged : tensorFiles) {
            staged.commit();
        }
        for (StagedFile staged : sideFiles) {
            staged.commit();
        }
        for (Path earlier : plan.removed()) {
            Files.deleteIfExists(earlier);
        }
    }

    @Override
    public void close() throws IOException {
        IOException failure = null;
        for (List<StagedFile> files : List.of(sideFiles, tensorFiles)) {
            for (StagedFile staged : files) {
                try {
                    staged.close();
                } catch (IOException e) {
                    failure = e;
                }
            }
        }
        if (!committed) {
            removeNewFolders();
        }
        if (failure != null) {
            throw failure;
        }
    }

    private void closeAfter(Exception reason) {
        try {
            close();
        } catch (IOException e) {
            reason.addSuppressed(e);
        }
    }

    private void createFolder() throws IOException {
        if (!plan.place().isFolder()) {
            return;
        }
        Deque<Path> missing = new ArrayDeque<>();
        Path folder = plan.place().folder().toAbsolutePath();
        while (folder != null && !Files.exists(folder)) {
            missing.push(folder);
            folder = folder.getParent();
        }
        for (Path each : missing) {
            Files.createDirectory(each);
            newFolders.push(each);
        }
    }

    /** The innermost first; one that somebody else has put something into stays. */
    private void removeNewFolders() throws IOException {
        for (Path folder : newFolders) {
            try {
                Files.deleteIfExists(folder);
            } catch (DirectoryNotEmptyException e) {
                return;
            }
        }
    }

    private static void writeAll(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }
}
