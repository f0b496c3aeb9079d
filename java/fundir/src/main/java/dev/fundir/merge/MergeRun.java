package dev.fundir.merge;

import dev.fundir.Checkpoint;
import dev.fundir.ffi.NativeException;
import dev.fundir.ffi.Status;
import dev.fundir.internal.AbandonedFiles;
import dev.fundir.internal.NativeErrors;
import dev.fundir.internal.Uninterrupted;
import dev.fundir.internal.output.StagedOutput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Runs a plan once: stages the output, lets the engine fill it, makes it appear. */
final class MergeRun {
    /** How long the end of the JVM waits for this run to clean up after itself. */
    private static final long CLEAN_UP_SECONDS = 30;

    private final MergePlan plan;
    private final MergeListener listener;
    private final long begin = System.nanoTime();

    private MergeRun(MergePlan plan, MergeListener listener) {
        this.plan = plan;
        this.listener = listener;
    }

    static MergeResult run(MergePlan plan, MergeListener listener) throws IOException {
        return new MergeRun(plan, listener).run();
    }

    private MergeResult run() throws IOException {
        CountDownLatch over = new CountDownLatch(1);
        try (StagedOutput staged = StagedOutput.create(plan.outputPlan())) {
            EngineCall call = new EngineCall(plan.encode(staged.tensorPaths()));
            Runnable stop = () -> stop(call, over);
            AbandonedFiles.stopFirst(stop);
            try {
                ByteBuffer report = fill(call, staged);
                return Uninterrupted.call(() -> finish(staged, report));
            } finally {
                AbandonedFiles.forget(stop);
            }
        } catch (ClosedByInterruptException e) {
            throw interrupted(e);
        } finally {
            over.countDown();
        }
    }

    private MergeResult finish(StagedOutput staged, ByteBuffer report) throws IOException {
        staged.commit();
        double seconds = seconds();
        return result(report, seconds, Checkpoint.open(plan.outputPlan().checkpoint()));
    }

    private static CancellationException interrupted(ClosedByInterruptException cause) {
        CancellationException cancelled = new CancellationException("the merge was interrupted");
        cancelled.initCause(cause);
        return cancelled;
    }

    /** At the end of the JVM: no file may be deleted while the engine writes, and folders go after their files. */
    private static void stop(EngineCall call, CountDownLatch over) {
        call.stop();
        try {
            over.await(CLEAN_UP_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private ByteBuffer fill(EngineCall call, StagedOutput staged) throws IOException {
        try {
            return call.run(this::progress);
        } catch (NativeException e) {
            if (e.status() == Status.REQUEST) {
                String where = e.tensor().isEmpty() ? "" : "tensor " + e.tensor() + ": ";
                throw new MergeException(List.of(where + e.sentence()), EnumSet.of(kindOf(e.tensor())));
            }
            throw atTarget(NativeErrors.of(e, plan.output()), staged);
        }
    }

    /** What a tensor that the engine refuses is about: inputs that must be the same, or what a method makes of them. */
    private MergeException.Kind kindOf(String tensor) {
        boolean copied = plan.entries().stream()
                .anyMatch(entry ->
                        entry.name().equals(tensor) && entry.method().equals(Setting.IDENTICAL.engineMethod()));
        return copied ? MergeException.Kind.NON_FLOAT : MergeException.Kind.CONTENT;
    }

    /**
     * An error about a file that nobody knows, since it has not appeared yet, as one about the file that it is to be.
     */
    private IOException atTarget(IOException error, StagedOutput staged) {
        if (error instanceof FileSystemException e && e.getFile() != null) {
            List<String> paths =
                    staged.tensorPaths().stream().map(Path::toString).toList();
            int file = paths.indexOf(e.getFile());
            if (file >= 0) {
                Path target = plan.outputPlan().tensorFiles().get(file).target();
                IOException named = new FileSystemException(target.toString(), null, e.getReason());
                named.initCause(e);
                return named;
            }
        }
        return error;
    }

    private void progress(long bytesDone, long tensorsDone) {
        listener.progress(MergeProgress.after(
                seconds(),
                bytesDone,
                plan.bytesToWrite(),
                tensorsDone,
                plan.entries().size()));
    }

    private double seconds() {
        return (System.nanoTime() - begin) / 1e9;
    }

    /** Reads the report that {@code fundir.h} lays down under MERGE REPORT. */
    private MergeResult result(ByteBuffer report, double seconds, Checkpoint checkpoint) {
        long nanElements = report.getLong(32);
        long infiniteElements = report.getLong(40);
        List<String> notices = new ArrayList<>(plan.notices());
        if (nanElements + infiniteElements > 0) {
            notices.add("the inputs hold " + nanElements + " NaN and " + infiniteElements + " infinite elements");
        }
        return new MergeResult(
                checkpoint,
                plan.outputs(),
                report.getLong(0),
                report.getLong(8),
                report.getLong(16),
                report.getLong(24),
                nanElements,
                infiniteElements,
                seconds,
                ProcessMemory.peakResidentBytes(),
                report.getInt(56),
                plan.seed(),
                List.copyOf(notices));
    }
}
