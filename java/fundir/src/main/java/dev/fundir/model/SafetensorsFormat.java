package dev.fundir.model;

import dev.fundir.Checkpoint;
import dev.fundir.CheckpointWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Models as safetensors: one file, or shards. */
final class SafetensorsFormat implements FormatCodec {
    private static final String EXTENSION = ".safetensors";

    @Override
    public Model load(Path path) throws IOException {
        Checkpoint checkpoint = Checkpoint.open(path); // not closed: the parameters read from it
        List<Parameter> parameters = checkpoint.tensorsInFileOrder().stream()
                .map(tensor -> new Parameter(tensor.name(), tensor))
                .toList();
        return new Model(MetadataTexts.read(checkpoint.metadata()), parameters);
    }

    @Override
    public Path save(Model model, Path path, SaveOptions options) throws IOException {
        CheckpointWriter writer =
                path.toString().endsWith(EXTENSION) ? CheckpointWriter.to(path) : CheckpointWriter.toFolder(path);
        options.shardSize().ifPresent(writer::shardSize);
        writer.metadata(MetadataTexts.of(model.metadata()));
        for (Parameter parameter : model.parameters()) {
            writer.tensor(parameter.name(), options.convert(parameter.tensor()));
        }
        return writer.write();
    }
}
