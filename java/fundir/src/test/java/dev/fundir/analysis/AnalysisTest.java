package dev.fundir.analysis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fundir.Checkpoint;
import dev.fundir.CheckpointFormatException;
import dev.fundir.CheckpointWriter;
import dev.fundir.DType;
import dev.fundir.Slice;
import dev.fundir.TensorView;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Figures of tensors against plain loops over their elements. */
class AnalysisTest {
    /** Two blocks of F64, and parts of a block of all else. */
    private static final int ELEMENTS = 150_001;

    /** More than two blocks of BF16. */
    private static final int MANY = 1_200_001;

    @TempDir
    Path folder;

    private static TensorView doubles(double... elements) {
        ByteBuffer bytes = ByteBuffer.allocate(elements.length * Double.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asDoubleBuffer().put(elements);
        return TensorView.of(DType.F64, new long[] {elements.length}, bytes);
    }

    private static double[] bell(int count) {
        Random random = new Random(7);
        return DoubleStream.generate(random::nextGaussian).limit(count).toArray();
    }

    private static TensorAnalysis analyse(TensorView view) throws IOException {
        return Analysis.of(List.of(view))
                .outliers(3, 5)
                .histogram(16)
                .run(AnalysisListener.none())
                .get(0);
    }

    @ParameterizedTest
    @EnumSource(value = DType.class, names = "C64", mode = EnumSource.Mode.EXCLUDE)
    void figuresAreThoseOfAPlainLoop(DType dtype) throws IOException {
        int count = ELEMENTS / 8 * 8;
        double[] values = Arrays.stream(bell(count)).map(x -> 3 * x).toArray();
        TensorView view = doubles(values).as(dtype);
        double[] stored = view.as(DType.F64).toDoubles();
        double[] finite = Arrays.stream(stored).filter(Double::isFinite).toArray();
        double mean = Arrays.stream(finite).sum() / finite.length;
        double squares = Arrays.stream(finite).map(x -> (x - mean) * (x - mean)).sum();
        TensorAnalysis found = analyse(view);
        TensorStatistics statistics = found.statistics();
        assertEquals(count, statistics.elementCount());
        assertEquals(Arrays.stream(finite).filter(x -> x == 0).count(), statistics.zeros());
        assertEquals(Arrays.stream(stored).filter(Double::isNaN).count(), statistics.nan());
        assertEquals(Arrays.stream(finite).min().getAsDouble(), statistics.min());
        assertEquals(Arrays.stream(finite).max().getAsDouble(), statistics.max());
        double spread = Math.sqrt(squares / finite.length);
        assertEquals(mean, statistics.mean(), 1e-12 * (1 + Math.abs(mean) + spread));
        assertEquals(spread, statistics.standardDeviation(), 1e-11 * (spread + Math.abs(mean) * 1e-3));
        double norm = Math.sqrt(Arrays.stream(finite).map(x -> x * x).sum());
        assertEquals(norm, statistics.l2Norm(), 1e-11 * norm);
        double limit = 3 * statistics.standardDeviation();
        Outliers outliers = found.outliers().orElseThrow();
        assertEquals(
                Arrays.stream(finite)
                        .filter(x -> Math.abs(x - statistics.mean()) > limit)
                        .count(),
                outliers.count());
        assertTrue(outliers.worst().stream().allMatch(outlier -> stored[(int) outlier.index()] == outlier.value()));
        Histogram histogram = found.histogram().orElseThrow();
        long counted = histogram.below()
                + histogram.above()
                + histogram.counts().stream().mapToLong(Long::longValue).sum();
        assertEquals(finite.length, counted);
        assertEquals(Arrays.stream(finite).filter(x -> x < histogram.from()).count(), histogram.below());
    }

    @Test
    void theNumberOfThreadsDoesNotShow() throws IOException {
        List<TensorView> views = new ArrayList<>();
        for (int count : new int[] {0, 1, 7, 524_288, 524_289, MANY}) {
            views.add(doubles(bell(count)).as(DType.BF16));
        }
        Analysis analysis = Analysis.of(views).outliers(2, 4).histogram(9);
        List<TensorAnalysis> one = analysis.threads(1).run(AnalysisListener.none());
        for (int threads : new int[] {2, 3, 7}) {
            assertEquals(one, analysis.threads(threads).run(AnalysisListener.none()));
        }
    }

    @Test
    void nothingIsKnownOfNoNumbers() throws IOException {
        for (TensorView view : List.of(doubles(), doubles(Double.NaN, Double.POSITIVE_INFINITY))) {
            TensorAnalysis found = analyse(view);
            assertTrue(Double.isNaN(found.statistics().mean()));
            assertTrue(Double.isNaN(found.statistics().min()));
            assertEquals(0, found.outliers().orElseThrow().count());
            assertEquals(0, found.histogram().orElseThrow().below());
        }
        assertEquals(1, analyse(doubles(Double.NaN, 1)).statistics().nan());
    }

    @Test
    void equalElementsHaveNoSpread() throws IOException {
        double[] same = new double[ELEMENTS];
        Arrays.fill(same, 0.1);
        TensorAnalysis found = analyse(doubles(same));
        assertEquals(0.1, found.statistics().mean());
        assertEquals(0, found.statistics().standardDeviation());
        assertEquals(ELEMENTS, found.histogram().orElseThrow().counts().get(0));
    }

    @Test
    void numbersThatOverflowAreNoFailure() throws IOException {
        TensorAnalysis found = analyse(doubles(1e200, -1e200, 2e200));
        assertEquals(Double.POSITIVE_INFINITY, found.statistics().standardDeviation());
        assertEquals(-1e200, found.statistics().min());
        assertEquals(2e200, found.statistics().max());
        assertEquals(
                3,
                found.histogram().orElseThrow().counts().stream()
                        .mapToLong(Long::longValue)
                        .sum());
    }

    @Test
    void largeMeansCancelNothing() throws IOException {
        double[] values = Arrays.stream(bell(ELEMENTS)).map(x -> 1e8 + x).toArray();
        double mean = Arrays.stream(values).map(x -> x - 1e8).sum() / ELEMENTS;
        double spread = Math.sqrt(Arrays.stream(values)
                        .map(x -> (x - 1e8 - mean) * (x - 1e8 - mean))
                        .sum()
                / ELEMENTS);
        assertEquals(spread, analyse(doubles(values)).statistics().standardDeviation(), 1e-9 * spread);
    }

    @Test
    void complexElementsAreTwoNumbers() throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(new float[] {1, 2, 3, 4});
        TensorStatistics found =
                analyse(TensorView.of(DType.C64, new long[] {2}, bytes)).statistics();
        assertEquals(4, found.elementCount());
        assertEquals(2.5, found.mean());
    }

    @Test
    void slicesAndFilesAreViewsAsOthers() throws IOException {
        double[] values = bell(1000);
        Path file = folder.resolve("x.safetensors");
        CheckpointWriter.to(file).tensor("w", doubles(values)).write();
        try (Checkpoint checkpoint = Checkpoint.open(file)) {
            TensorView slice = checkpoint.tensor("w").slice(Slice.range(10, 20));
            double mean = Arrays.stream(values, 10, 20).sum() / 10;
            assertEquals(mean, analyse(slice).statistics().mean(), 1e-15);
            assertEquals(analyse(doubles(values)), analyse(checkpoint.tensor("w")));
        }
    }

    @Test
    void aFileThatIsCutMeanwhileIsNamed() throws IOException {
        Path file = folder.resolve("x.safetensors");
        CheckpointWriter.to(file)
                .tensor("w", TensorView.of(DType.U8, new long[] {1 << 20}, ByteBuffer.allocate(1 << 20)))
                .write();
        try (Checkpoint checkpoint = Checkpoint.open(file)) {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                channel.truncate(4096);
            }
            Analysis analysis = Analysis.of(checkpoint.tensors());
            CheckpointFormatException e =
                    assertThrows(CheckpointFormatException.class, () -> analysis.run(AnalysisListener.none()));
            assertEquals(CheckpointFormatException.Reason.INCOMPLETE, e.reason());
            assertTrue(e.getMessage().startsWith(file + ": tensor w: "), e.getMessage());
        }
    }

    @Test
    void aFileThatIsReplacedMeanwhileIsReadAsItWas() throws IOException {
        Path file = folder.resolve("x.safetensors");
        double[] values = bell(ELEMENTS);
        CheckpointWriter.to(file).tensor("w", doubles(values)).write();
        try (Checkpoint checkpoint = Checkpoint.open(file)) {
            CheckpointWriter.to(file).tensor("w", doubles(new double[ELEMENTS])).write();
            assertEquals(analyse(doubles(values)), analyse(checkpoint.tensor("w")));
            Files.delete(file);
            assertEquals(analyse(doubles(values)), analyse(checkpoint.tensor("w")));
        }
    }

    @Test
    void tensorsOfSeveralFilesAtAnyOffsetAreRead() throws IOException {
        List<TensorView> views = new ArrayList<>();
        List<TensorView> expected = new ArrayList<>();
        List<Checkpoint> open = new ArrayList<>();
        try {
            for (int i = 0; i < 3; i++) {
                Path file = folder.resolve("x" + i + ".safetensors");
                TensorView large = doubles(bell(MANY)).as(DType.BF16);
                CheckpointWriter.to(file)
                        .tensor("a", large)
                        .tensor("b", doubles(1, 2, i).as(DType.U8))
                        .tensor("c", doubles(bell(999)).as(DType.F8_E4M3))
                        .metadata("padding", "x".repeat(i))
                        .write();
                open.add(Checkpoint.open(file));
                expected.addAll(List.of(
                        large, doubles(1, 2, i).as(DType.U8), doubles(bell(999)).as(DType.F8_E4M3)));
            }
            for (Checkpoint checkpoint : open) {
                views.addAll(checkpoint.tensors());
            }
            for (int threads : new int[] {1, 3}) {
                assertEquals(
                        Analysis.of(expected).outliers(3, 2).run(AnalysisListener.none()),
                        Analysis.of(views).outliers(3, 2).threads(threads).run(AnalysisListener.none()));
            }
        } finally {
            open.forEach(Checkpoint::close);
        }
    }

    @Test
    void whatIsClosedIsNotRead() throws IOException {
        Path file = folder.resolve("x.safetensors");
        CheckpointWriter.to(file).tensor("w", doubles(1, 2)).write();
        List<TensorView> tensors = new ArrayList<>();
        try (Checkpoint checkpoint = Checkpoint.open(file)) {
            tensors.addAll(checkpoint.tensors());
        }
        Analysis analysis = Analysis.of(tensors);
        assertThrows(IllegalStateException.class, () -> analysis.run(AnalysisListener.none()));
    }

    @Test
    void progressEndsWithEverythingDone() throws IOException {
        List<AnalysisProgress> heard = new ArrayList<>();
        Analysis.of(List.of(doubles(bell(ELEMENTS)), doubles(1))).histogram(4).run(heard::add);
        AnalysisProgress last = heard.get(heard.size() - 1);
        assertEquals(2L * (ELEMENTS + 1) * Double.BYTES, last.bytesTotal());
        assertEquals(last.bytesTotal(), last.bytesDone());
        assertEquals(2, last.tensorsDone());
    }

    @Test
    void interruptionAndExceptionsOfTheListenerCancel() {
        List<TensorView> many = Collections.nCopies(2000, doubles(bell(65_536)));
        Thread.currentThread().interrupt();
        assertThrows(CancellationException.class, () -> Analysis.of(many).run(AnalysisListener.none()));
        assertTrue(Thread.interrupted());
        RuntimeException mine = new RuntimeException("enough");
        RuntimeException thrown =
                assertThrows(RuntimeException.class, () -> Analysis.of(many).run(progress -> {
                    throw mine;
                }));
        assertSame(mine, thrown);
        assertFalse(Thread.getAllStackTraces().keySet().stream()
                .anyMatch(thread -> thread.getName().startsWith("fundir-analysis")));
    }

    @Test
    void numbersOutOfRangeAreRefused() {
        Analysis analysis = Analysis.of(List.of());
        assertThrows(IllegalArgumentException.class, () -> analysis.outliers(0, 1));
        assertThrows(IllegalArgumentException.class, () -> analysis.outliers(Double.NaN, 1));
        assertThrows(IllegalArgumentException.class, () -> analysis.outliers(1, 1001));
        assertThrows(IllegalArgumentException.class, () -> analysis.histogram(0));
        assertThrows(IllegalArgumentException.class, () -> analysis.threads(0));
    }

    @Test
    void distancesAreThoseOfAPlainLoop() throws IOException {
        double[] a = bell(ELEMENTS);
        double[] b = a.clone();
        b[5] += 2;
        b[100_000] = Double.NaN;
        TensorDistance found = Comparison.of(List.of(new TensorPair(doubles(a), doubles(b))))
                .run(AnalysisListener.none())
                .get(0);
        assertEquals(ELEMENTS, found.elementCount());
        assertEquals(ELEMENTS - 1, found.finite());
        assertEquals(2, found.differing());
        assertEquals(2, found.maxAbs(), 1e-15);
        double norm = Math.sqrt(Arrays.stream(a).map(x -> x * x).sum() - a[100_000] * a[100_000]);
        assertEquals(2 / norm, found.relativeL2(), 1e-12);
        assertTrue(found.cosine() < 1 && found.cosine() > 0.99);
    }

    @Test
    void distancesAtTheEdges() throws IOException {
        List<TensorPair> pairs = List.of(
                new TensorPair(doubles(0, 0), doubles(0, 0)),
                new TensorPair(doubles(0, 0), doubles(1, 0)),
                new TensorPair(doubles(1, 0), doubles(0, 1)),
                new TensorPair(doubles(1, 2).as(DType.BF16), doubles(1, 2)));
        List<TensorDistance> found = Comparison.of(pairs).run(AnalysisListener.none());
        assertEquals(0, found.get(0).relativeL2());
        assertEquals(1, found.get(0).cosine());
        assertEquals(Double.POSITIVE_INFINITY, found.get(1).relativeL2());
        assertEquals(0, found.get(1).cosine());
        assertEquals(Math.sqrt(2), found.get(2).relativeL2(), 1e-15);
        assertEquals(0, found.get(2).cosine());
        assertEquals(0, found.get(3).differing());
        TensorDistance sum = TensorDistance.sum(found.subList(1, 3));
        assertEquals(4, sum.elementCount());
        assertEquals(Math.sqrt(3), sum.relativeL2(), 1e-15);
        assertThrows(IllegalArgumentException.class, () -> new TensorPair(doubles(1), doubles(1, 2)));
    }
}
