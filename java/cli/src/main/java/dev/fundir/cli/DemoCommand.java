package dev.fundir.cli;

import dev.fundir.Checkpoint;
import dev.fundir.merge.Merge;
import dev.fundir.merge.MergeResult;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

/**
 * {@code fundir demo}: a merge from beginning to end on models made for it, checked against a computation in plain
 * Java.
 */
@Command(name = "demo", description = "Makes a base and two fine-tunes, merges them with TIES, and checks the result.")
final class DemoCommand implements Callable<Integer> {
    private static final double DENSITY = 0.2;

    @ParentCommand
    private FundirCommand parent;

    @Override
    public Integer call() throws IOException {
        try (DemoFolder folder = DemoFolder.create()) {
            return run(folder.path());
        }
    }

    private int run(Path folder) throws IOException {
        PrintWriter out = parent.terminal().out();
        Path base = folder.resolve("base.safetensors");
        Path code = folder.resolve("code.safetensors");
        Path math = folder.resolve("math.safetensors");
        DemoModel.write(base, 0);
        DemoModel.write(code, 1);
        DemoModel.write(math, 2);
        out.println(
                "Made a base and two fine-tunes of it, " + ByteSize.format(Files.size(base)) + " each, in " + folder);
        Path merged = folder.resolve("merged.safetensors");
        out.println();
        out.println("fundir merge code.safetensors math.safetensors --base base.safetensors --method ties"
                + " --output merged.safetensors");
        Merge merge = Merge.method("ties")
                .base(base)
                .model(code)
                .model(math)
                .parameter("weight", 1)
                .parameter("density", DENSITY);
        try (MergeResult result = merge.plan(merged).run()) {
            out.printf("  %d tensors merged in %s%n", result.tensorsMerged(), Duration.format(result.seconds()));
        }
        out.println();
        out.println("fundir inspect merged.safetensors");
        inspect(merged, out);
        out.println();
        return verify(List.of(base, code, math), merged, out);
    }

    private static void inspect(Path merged, PrintWriter out) throws IOException {
        try (Checkpoint checkpoint = Checkpoint.open(merged)) {
            Inspection model = Inspection.of(checkpoint);
            InspectText.write(model, out);
            out.println();
            LayerTree.of(model.tensors()).write(out);
        }
    }

    private static int verify(List<Path> inputs, Path merged, PrintWriter out) throws IOException {
        try (Checkpoint base = Checkpoint.open(inputs.get(0));
                Checkpoint code = Checkpoint.open(inputs.get(1));
                Checkpoint math = Checkpoint.open(inputs.get(2));
                Checkpoint result = Checkpoint.open(merged)) {
            DemoCheck check = new DemoCheck(base, List.of(code, math), DENSITY);
            long different = 0;
            for (String name : base.names()) {
                different += check.countDifferent(result.tensor(name));
            }
            if (different > 0) {
                out.println("Wrong: " + different + " elements differ from TIES computed in plain Java");
                return FundirCommand.FAILED;
            }
            out.println(
                    "Checked: all " + result.parameterCount() + " elements are those of TIES computed in plain Java");
            return 0;
        }
    }
}
