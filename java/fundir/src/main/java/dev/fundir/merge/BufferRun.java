package dev.fundir.merge;

import dev.fundir.ffi.Core;
import dev.fundir.ffi.NativeException;
import dev.fundir.ffi.Status;
import dev.fundir.internal.output.OutputFile;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;

/** Makes one tensor of a plan out of buffers that the caller has filled. */
final class BufferRun {
    private BufferRun() {}

    static TensorResult run(
            MergeRequest request, MaskSource masks, PlannedTensor tensor, List<ByteBuffer> inputs, ByteBuffer output) {
        List<PlannedTensor.Source> sources = tensor.sources();
        if (inputs.size() != sources.size()) {
            throw new IllegalArgumentException("tensor " + tensor.name() + " has " + sources.size() + " inputs, but "
                    + inputs.size() + " buffers are given");
        }
        List<PlannedTensor.Source> buffers = new ArrayList<>();
        for (int i = 0; i < inputs.size(); i++) {
            PlannedTensor.Source source = sources.get(i);
            check("input " + i, tensor, inputs.get(i), source.byteSize());
            buffers.add(new PlannedTensor.Source(
                    source.input(),
                    source.model(),
                    source.tensor(),
                    Path.of("input" + i),
                    source.byteSize(),
                    0,
                    source.byteSize(),
                    source.dtype()));
        }
        check("the output", tensor, output, tensor.byteSize());
        PlannedTensor here = new PlannedTensor(
                tensor.name(), tensor.setting(), tensor.shape(), tensor.dtype(), tensor.byteSize(), buffers);
        Path place = Path.of("output");
        ByteBuffer plan = PlanEncoder.encode(
                request,
                masks.ofOneTensor(),
                List.of(place),
                List.of(new OutputFile(place, ByteBuffer.allocate(0), tensor.byteSize())),
                List.of(new PlacedTensor(here, 0, 0)));
        try {
            ByteBuffer report = Core.runMergeInMemory(plan, inputs, List.of(output), new MergeControl().words());
            return new TensorResult(report.getLong(32), report.getLong(40));
        } catch (NativeException e) {
            if (e.status() == Status.REQUEST) {
                throw new MergeException(
                        List.of("tensor " + tensor.name() + ": " + e.sentence()),
                        EnumSet.of(MergeException.Kind.CONTENT));
            }
            if (e.status() == Status.INVALID_ARGUMENT) {
                throw new IllegalStateException(
                        "tensor " + tensor.name() + ": " + RandomGenerator.MT19937
                                + " draws its random masks in sequence over all tensors; one tensor alone can have"
                                + " those of " + RandomGenerator.PHILOX,
                        e);
            }
            throw e;
        }
    }

    private static void check(String what, PlannedTensor tensor, ByteBuffer buffer, long size) {
        if (!buffer.isDirect() || buffer.remaining() != size) {
            throw new IllegalArgumentException(what + " of tensor " + tensor.name() + " is a "
                    + (buffer.isDirect() ? "direct" : "heap") + " buffer with " + buffer.remaining()
                    + " bytes, expected a direct one with " + size);
        }
    }
}
