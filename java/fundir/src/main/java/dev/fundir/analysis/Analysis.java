package dev.fundir.analysis;

import dev.fundir.TensorView;
import dev.fundir.ffi.ElementBlocks;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Finds out what the elements of tensors are like: statistics, and outliers and histograms where they are asked for.
 *
 * <pre>{@code
 * try (Checkpoint checkpoint = Checkpoint.open(Path.of("model"))) {
 *     List<TensorAnalysis> found = Analysis.of(checkpoint.tensors()).outliers(6, 10).run(AnalysisListener.none());
 *     System.out.println(found.get(0).statistics().standardDeviation());
 * }
 * }</pre>
 *
 * <p>Several threads go through the tensors once, block by block; for outliers and histograms a tensor is read again as
 * soon as its mean and spread are known, while it is in the system's cache. Memory is a few blocks for each thread.
 * Immutable, safe for many threads.
 */
public final class Analysis {
    private static final DetailWork.Details NOTHING = new DetailWork.Details(Double.NaN, 0, 0);

    private final List<TensorView> tensors;
    private final DetailWork.Details details;
    private final int threads;

    private Analysis(List<TensorView> tensors, DetailWork.Details details, int threads) {
        this.tensors = tensors;
        this.details = details;
        this.threads = threads;
    }

    /**
     * An analysis that finds statistics, with a thread for each processor.
     *
     * @param tensors any views
     * @return the analysis, which does nothing yet
     */
    public static Analysis of(List<? extends TensorView> tensors) {
        return new Analysis(List.copyOf(tensors), NOTHING, Runtime.getRuntime().availableProcessors());
    }

    /**
     * The same that also finds outliers.
     *
     * @param z more than so many standard deviations from the mean; positive
     * @param worst how many of the farthest are listed, up to {@value ElementBlocks#MOST_OUTLIERS}
     * @return a new analysis
     * @throws IllegalArgumentException when a number is out of range
     */
    public Analysis outliers(double z, int worst) {
        if (!(z > 0) || worst < 0 || worst > ElementBlocks.MOST_OUTLIERS) {
            throw new IllegalArgumentException("the " + worst + " worst outliers beyond " + z
                    + " standard deviations: expected up to " + ElementBlocks.MOST_OUTLIERS + ", beyond more than 0");
        }
        return new Analysis(tensors, new DetailWork.Details(z, worst, details.bins()), threads);
    }

    /**
     * The same that also makes histograms.
     *
     * @param bins how many bins they have, up to {@value ElementBlocks#MOST_BINS}
     * @return a new analysis
     * @throws IllegalArgumentException when the number is out of range
     */
    public Analysis histogram(int bins) {
        if (bins < 1 || bins > ElementBlocks.MOST_BINS) {
            throw new IllegalArgumentException(
                    bins + " bins of a histogram: from 1 to " + ElementBlocks.MOST_BINS + " are possible");
        }
        return new Analysis(tensors, new DetailWork.Details(details.threshold(), details.most(), bins), threads);
    }

    /**
     * The same with another number of threads.
     *
     * @param threads 1 or more
     * @return a new analysis
     * @throws IllegalArgumentException when there is to be none
     */
    public Analysis threads(int threads) {
        return new Analysis(tensors, details, requireThreads(threads));
    }

    static int requireThreads(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException(threads + " threads: expected 1 or more");
        }
        return threads;
    }

    /**
     * Finds it out.
     *
     * @param listener told how far it is
     * @return what was found of each tensor, in their order
     * @throws dev.fundir.CheckpointFormatException when a file was cut meanwhile
     * @throws IOException when reading fails
     * @throws java.util.concurrent.CancellationException when the calling thread is interrupted; it stays so
     */
    public List<TensorAnalysis> run(AnalysisListener listener) throws IOException {
        TensorAnalysis[] found = new TensorAnalysis[tensors.size()];
        List<BlockWork> works = new ArrayList<>();
        for (int i = 0; i < found.length; i++) {
            int place = i;
            TensorView view = tensors.get(i);
            works.add(new MomentsWork(view, statistics -> next(view, statistics, found, place)));
        }
        BlockThreads.run(works, details.isNothing() ? 1 : 2, threads, listener);
        return Arrays.asList(found);
    }

    private Optional<BlockWork> next(TensorView view, TensorStatistics statistics, TensorAnalysis[] found, int place) {
        if (details.isNothing()) {
            found[place] = new TensorAnalysis(statistics, Optional.empty(), Optional.empty());
            return Optional.empty();
        }
        return Optional.of(new DetailWork(
                view,
                statistics,
                details,
                (outliers, histogram) -> found[place] = new TensorAnalysis(statistics, outliers, histogram)));
    }
}
