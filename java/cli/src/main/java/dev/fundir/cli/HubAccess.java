package dev.fundir.cli;

import dev.fundir.hub.Hub;
import dev.fundir.hub.ModelId;
import dev.fundir.hub.RemoteCheckpoint;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** The Hub as commands use it: opened when the first model of it is named; what it brings is shown on its way. */
final class HubAccess {
    private final FundirCommand command;
    private Hub hub;

    HubAccess(FundirCommand command) {
        this.command = command;
    }

    /** The Hub of the environment. */
    Hub hub() throws IOException {
        if (hub == null) {
            hub = Hub.ofEnvironment();
        }
        return hub;
    }

    /** Where a model is on this machine; one that is on the Hub is brought to the cache. */
    Path local(ModelPath model) throws IOException {
        Optional<ModelId> id = model.id();
        return id.isPresent() ? download(id.get()) : model.path();
    }

    /** Where the model of a reference such as {@code hf://org/name} is on this machine, once it was brought here. */
    Path resolve(String reference) throws IOException {
        return download(ModelId.parse(reference));
    }

    /** What is in a model, which goes by the name that was typed. */
    Inspection open(ModelPath model) throws IOException {
        Inspection inspection = Inspection.of(local(model));
        return model.isRemote() ? inspection.named(model.typed()) : inspection;
    }

    /** What the headers of a model say, which stays where it is. */
    RemoteCheckpoint header(ModelId id) throws IOException {
        return hub().header(id);
    }

    private Path download(ModelId id) throws IOException {
        return new Transfer("downloading", command).run(hub().download(id)::run);
    }
}
