package dev.fundir.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fundir.hub.HubException.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ModelFilesTest {
    private final List<String> notices = new ArrayList<>();

    private static List<PathPattern> patterns(String... texts) {
        return Stream.of(texts).map(PathPattern::of).toList();
    }

    private List<String> choose(ModelFiles choice, String... paths) throws HubException {
        List<RemoteFile> files = Stream.of(paths)
                .map(path -> new RemoteFile(path, 1, "0", Optional.empty()))
                .toList();
        return choice.choose(files, ModelId.of("a/b"), notices::add).stream()
                .map(RemoteFile::path)
                .toList();
    }

    private List<String> usual(String... paths) throws HubException {
        return choose(new ModelFiles(List.of(), List.of()), paths);
    }

    @Test
    void theUsualFilesAreTensorsAndWhatExplainsThem() throws HubException {
        assertEquals(
                List.of(
                        "config.json",
                        "generation_config.json",
                        "merges.txt",
                        "model.safetensors",
                        "spiece.model",
                        "tokenizer.json",
                        "tokenizer_config.json",
                        "vocab.json"),
                usual(
                        ".gitattributes",
                        "README.md",
                        "config.json",
                        "flax_model.msgpack",
                        "generation_config.json",
                        "merges.txt",
                        "model.safetensors",
                        "onnx/config.json",
                        "onnx/model.onnx",
                        "other.safetensors",
                        "pytorch_model.bin",
                        "spiece.model",
                        "tf_model.h5",
                        "tokenizer.json",
                        "tokenizer_config.json",
                        "training_args.bin",
                        "vocab.json"));
        assertEquals(List.of(), notices);
    }

    @Test
    void theIndexComesBeforeTheSingleFile() throws HubException {
        assertEquals(
                List.of("model.safetensors.index.json"),
                usual("model-1.safetensors", "model.safetensors", "model.safetensors.index.json"));
    }

    @Test
    void otherSafetensorsFilesAreTakenWhereNoneHasTheUsualName() throws HubException {
        assertEquals(List.of("adapter_model.safetensors"), usual("adapter_model.safetensors", "old/model.safetensors"));
        assertEquals(
                List.of("unet/model.safetensors", "vae/model.safetensors"),
                usual("model.bin", "unet/model.safetensors", "vae/model.safetensors"));
    }

    @Test
    void aModelWithoutSafetensorsSaysWhatItHas() {
        HubException e = assertThrows(HubException.class, () -> usual("config.json", "pytorch_model.bin", "a.gguf"));
        assertEquals(Reason.ENTRY, e.reason());
        assertTrue(e.getMessage().contains("pytorch_model.bin"), e.getMessage());
    }

    @Test
    void filesThatRunProgramsAreTakenByTheirKindOnlyAndWithAWarning() throws HubException {
        String[] paths = {"config.json", "pytorch_model.bin", "model.PT", "model.safetensors"};
        assertEquals(
                List.of("config.json", "model.safetensors"), choose(new ModelFiles(patterns("*"), List.of()), paths));
        assertEquals(List.of(), ofName(patterns("config.json", "*model*"), paths, "pytorch_model.bin"));
        assertEquals(List.of(), notices);
        assertEquals(List.of("pytorch_model.bin"), choose(new ModelFiles(patterns("*.bin"), List.of()), paths));
        assertEquals(1, notices.size());
        assertTrue(notices.get(0).startsWith("pytorch_model.bin: "), notices.get(0));
        assertEquals(List.of("model.PT"), choose(new ModelFiles(patterns("model.PT"), List.of()), paths));
    }

    /** Those of the chosen files that are of a name. */
    private List<String> ofName(List<PathPattern> patterns, String[] paths, String name) throws HubException {
        return choose(new ModelFiles(patterns, List.of()), paths).stream()
                .filter(name::equals)
                .toList();
    }

    @Test
    void excludedFilesAreLeftOut() throws HubException {
        assertEquals(
                List.of("config.json"),
                choose(new ModelFiles(List.of(), patterns("*.safetensors")), "config.json", "model.safetensors"));
        assertEquals(List.of("a.txt"), choose(new ModelFiles(patterns("*.txt"), patterns("b*")), "a.txt", "b.txt"));
    }

    @Test
    void patternsThatChooseNothingAreAnError() {
        assertThrows(HubException.class, () -> choose(new ModelFiles(patterns("*.nothing"), List.of()), "a", "b"));
        HubException e = assertThrows(
                HubException.class, () -> choose(new ModelFiles(patterns("a", "missing.txt"), List.of()), "a", "b"));
        assertTrue(e.getMessage().contains("no file missing.txt"), e.getMessage());
    }
}
