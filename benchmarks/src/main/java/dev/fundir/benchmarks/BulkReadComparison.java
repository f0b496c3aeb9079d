package dev.fundir.benchmarks;

import dev.fundir.BulkRead;
import dev.fundir.Checkpoint;
import dev.fundir.CheckpointFile;
import dev.fundir.CheckpointWriter;
import dev.fundir.DType;
import dev.fundir.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;

/**
 * How fast a bulk read brings a warm checkpoint of two shards of 1.15 GB to memory, beside a {@code cat} to
 * {@code /dev/null} for each shard, both at the same time. Ways are taken in turn, round after round, and compared
 * within a round, since other work on the machine changes what is possible.
 *
 * <p>The arguments are a folder, where the files are made (on a tmpfs, or on a disk; 2.3 GB), and the rounds.
 */
public final class BulkReadComparison {
    private static final int TENSORS = 200;
    private static final int TENSOR_BYTES = 11 << 20;

    private BulkReadComparison() {}

    /** One way to move the bytes. */
    @FunctionalInterface
    private interface Way {
        void run() throws Exception;
    }

    /**
     * Measures and prints.
     *
     * @param arguments a folder, and how many rounds
     */
    public static void main(String[] arguments) throws Exception {
        Path folder = Files.createTempDirectory(Path.of(arguments[0]), "bulk-read");
        try {
            write(folder);
            try (Checkpoint checkpoint = Checkpoint.open(folder)) {
                compare(checkpoint, ways(checkpoint), Integer.parseInt(arguments[1]));
            }
        } finally {
            delete(folder);
        }
    }

    private static void write(Path folder) throws IOException {
        ByteBuffer data = ByteBuffer.allocateDirect(TENSOR_BYTES);
        new Random(1).ints(TENSOR_BYTES / Integer.BYTES).forEach(data::putInt);
        data.flip();
        for (int shard = 1; shard <= 2; shard++) {
            CheckpointWriter writer =
                    CheckpointWriter.to(folder.resolve("model-0000" + shard + "-of-00002.safetensors"));
            for (int i = 0; i < TENSORS / 2; i++) {
                writer.tensor(shard + "." + i, DType.BF16, new long[] {TENSOR_BYTES / Short.BYTES}, data);
            }
            writer.write();
        }
    }

    private static Map<String, Way> ways(Checkpoint checkpoint) {
        BulkRead read = BulkRead.standard();
        Map<CheckpointFile, ByteBuffer> files = new LinkedHashMap<>();
        for (CheckpointFile file : checkpoint.files()) {
            files.put(file, ByteBuffer.allocateDirect((int) (file.byteSize() - file.dataOffset())));
        }
        Map<Tensor, ByteBuffer> tensors = new LinkedHashMap<>();
        for (Tensor tensor : checkpoint.tensors()) {
            int begin = (int) (tensor.fileOffset() - tensor.file().dataOffset());
            tensors.put(tensor, files.get(tensor.file()).slice(begin, (int) tensor.byteSize()));
        }
        Map<String, Way> ways = new LinkedHashMap<>();
        ways.put("two cats", () -> cats(checkpoint));
        ways.put("standard, into a buffer for each tensor", () -> read.readInto(rewound(tensors)));
        ways.put("2 threads, into a buffer for each tensor", () -> read.threads(2)
                .readInto(rewound(tensors)));
        ways.put("blocks of 1 MiB, into a buffer for each tensor", () -> read.blockBytes(1 << 20)
                .readInto(rewound(tensors)));
        ways.put("blocks of 32 MiB, into a buffer for each tensor", () -> read.blockBytes(32 << 20)
                .readInto(rewound(tensors)));
        ways.put("standard, into a buffer for each file", () -> {
            for (Map.Entry<CheckpointFile, ByteBuffer> file : files.entrySet()) {
                read.readInto(file.getKey(), List.of(file.getValue().clear()));
            }
        });
        ways.put("standard, into memory of its own", () -> read.read(checkpoint));
        ways.put("standard, into new direct buffers", () -> {
            Map<Tensor, ByteBuffer> fresh = new LinkedHashMap<>();
            for (Tensor tensor : checkpoint.tensors()) {
                fresh.put(tensor, ByteBuffer.allocateDirect((int) tensor.byteSize()));
            }
            read.readInto(fresh);
        });
        ways.put("a new mapping, copied by one thread", () -> {
            try (Checkpoint again = Checkpoint.open(checkpoint.path())) {
                for (Tensor tensor : again.tensors()) {
                    tensor.readBytes(
                            0, tensors.get(checkpoint.tensor(tensor.name())).clear());
                }
            }
        });
        return ways;
    }

    private static Map<Tensor, ByteBuffer> rewound(Map<Tensor, ByteBuffer> buffers) {
        buffers.values().forEach(ByteBuffer::clear);
        return buffers;
    }

    private static void cats(Checkpoint checkpoint) throws Exception {
        List<Process> cats = new ArrayList<>();
        for (CheckpointFile file : checkpoint.files()) {
            cats.add(new ProcessBuilder("cat", file.path().toString())
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start());
        }
        for (Process cat : cats) {
            if (cat.waitFor() != 0) {
                throw new IOException("cat failed");
            }
        }
    }

    private static void compare(Checkpoint checkpoint, Map<String, Way> ways, int rounds) throws Exception {
        Map<String, List<Double>> seconds = new LinkedHashMap<>();
        for (int round = -1; round < rounds; round++) { // the first one warms up
            for (Map.Entry<String, Way> way : ways.entrySet()) {
                System.gc(); // nobody waits for what an earlier way has left
                Thread.sleep(100);
                long start = System.nanoTime();
                way.getValue().run();
                double taken = (System.nanoTime() - start) / 1e9;
                if (round >= 0) {
                    seconds.computeIfAbsent(way.getKey(), any -> new ArrayList<>())
                            .add(taken);
                }
            }
        }
        double[] cats = values(seconds.get("two cats"));
        System.out.printf("%.1f GB, %d rounds%n", checkpoint.byteSize() / 1e9, rounds);
        System.out.println("| | best s | median s | best cats / best | median of cats / way |\n|---|---|---|---|---|");
        seconds.forEach((way, list) -> {
            double[] taken = values(list);
            double[] ratios = new double[rounds];
            Arrays.setAll(ratios, i -> cats[i] / taken[i]);
            System.out.printf(
                    "| %s | %.3f | %.3f | %.2f | %.2f |%n",
                    way, min(taken), median(taken), min(cats) / min(taken), median(ratios));
        });
    }

    private static double[] values(List<Double> list) {
        return list.stream().mapToDouble(Double::doubleValue).toArray();
    }

    private static double min(double[] values) {
        return Arrays.stream(values).min().orElseThrow();
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(folder);
    }
}
