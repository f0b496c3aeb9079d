package dev.fundir.cli;

import dev.fundir.hub.RemoteCheckpoint;
import dev.fundir.hub.RemoteShard;
import dev.fundir.hub.RemoteTensor;
import dev.fundir.model.ModelFormat;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;

/** What {@code inspect} finds in a model that stays on the Hub: what its headers say, and no elements. */
final class RemoteInspection {
    private RemoteInspection() {}

    static Inspection of(RemoteCheckpoint checkpoint, String name) {
        return new Inspection(
                name,
                ModelFormat.SAFETENSORS.label(),
                checkpoint.metadata(),
                checkpoint.architecture(),
                checkpoint.files().stream().map(RemoteInspection::file).toList(),
                checkpoint.tensors().stream().map(RemoteInspection::entry).toList());
    }

    private static Inspection.File file(RemoteShard shard) {
        return new Inspection.File(
                Path.of(shard.path()), shard.byteSize(), shard.tensorCount(), OptionalLong.of(shard.dataOffset()));
    }

    private static Inspection.Entry entry(RemoteTensor tensor) {
        return new Inspection.Entry(
                tensor.name(),
                tensor.dtype().name(),
                tensor.shape(),
                tensor.elementCount(),
                tensor.byteSize(),
                Path.of(tensor.file()),
                OptionalLong.of(tensor.offset()),
                Optional.empty());
    }
}
