package dev.fundir.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.fundir.CheckpointWriter;
import dev.fundir.DType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code fundir inspect} as people call it. */
class InspectCommandTest {
    @TempDir
    Path folder;

    @Test
    void summaryAndTreeFoldWhatRepeats() throws IOException {
        Path model = folder.resolve("model.safetensors");
        DemoModel.write(model, 0);
        FundirProcess.Outcome outcome = Command.run("inspect", model.toString());
        assertEquals(0, outcome.exitCode(), outcome.err());
        assertEquals("""
                %s
                  size          5.12 MB
                  tensors       39
                  parameters    2.56 M (2557632)
                  architecture  llama, 4 layers, hidden size 192, vocabulary 2048

                Dtypes
                  BF16  39 tensors  2.56 M parameters  5.12 MB

                Metadata
                  architecture  llama
                  format        pt

                Tensors
                  lm_head.weight                       BF16  [2048, 192]   786 kB
                  model
                    embed_tokens.weight                BF16  [2048, 192]   786 kB
                    layers.0-3 × 9 tensors
                      input_layernorm.weight           BF16  [192]          384 B
                      mlp
                        down_proj.weight               BF16  [192, 512]    197 kB
                        gate_proj.weight               BF16  [512, 192]    197 kB
                        up_proj.weight                 BF16  [512, 192]    197 kB
                      post_attention_layernorm.weight  BF16  [192]          384 B
                      self_attn
                        k_proj.weight                  BF16  [192, 192]   73.7 kB
                        o_proj.weight                  BF16  [192, 192]   73.7 kB
                        q_proj.weight                  BF16  [192, 192]   73.7 kB
                        v_proj.weight                  BF16  [192, 192]   73.7 kB
                    norm.weight                        BF16  [192]          384 B
                """.formatted(model), outcome.out());
    }

    @Test
    void verboseListsEveryTensorInNaturalOrder() throws IOException {
        Path model = folder.resolve("m.safetensors");
        CheckpointWriter writer = CheckpointWriter.to(model);
        for (String name : List.of("h.10.w", "h.2.w", "h.1.w")) {
            writer.tensor(name, DType.I8, new long[] {1}, ByteBuffer.allocate(1));
        }
        writer.write();
        String out = Command.run("inspect", "-v", model.toString()).out();
        assertEquals("""
                Tensors
                  h.1.w   I8  [1]  1 B
                  h.2.w   I8  [1]  1 B
                  h.10.w  I8  [1]  1 B
                """, out.substring(out.indexOf("Tensors")));
    }

    @Test
    void jsonIsTheDocumentedOne() throws IOException {
        Path model = folder.resolve("m.safetensors");
        CheckpointWriter.to(model)
                .metadata("k", "ü")
                .tensor("w", DType.F16, new long[] {2, 3}, ByteBuffer.allocate(12))
                .write();
        FundirProcess.Outcome outcome = Command.run("inspect", "--json", model.toString());
        long offset = Files.size(model) - 12;
        assertEquals("""
                {
                  "path" : "%1$s",
                  "format" : "safetensors",
                  "byteSize" : %2$d,
                  "tensorCount" : 1,
                  "parameterCount" : 6,
                  "dtypes" : {
                    "F16" : {
                      "tensors" : 1,
                      "parameters" : 6,
                      "bytes" : 12
                    }
                  },
                  "metadata" : {
                    "k" : "ü"
                  },
                  "architecture" : {
                    "family" : null,
                    "layers" : null,
                    "hiddenSize" : null,
                    "vocabSize" : null
                  },
                  "files" : [ {
                    "path" : "%1$s",
                    "byteSize" : %2$d,
                    "tensorCount" : 1,
                    "dataOffset" : %3$d
                  } ],
                  "tensors" : [ {
                    "name" : "w",
                    "layer" : "w",
                    "dtype" : "F16",
                    "shape" : [ 2, 3 ],
                    "byteSize" : 12,
                    "file" : "%1$s",
                    "offset" : %3$d
                  } ]
                }
                """.formatted(model, Files.size(model), offset), outcome.out());
    }

    @Test
    void configTellsTheArchitecture() throws IOException {
        Path model = Files.createDirectory(folder.resolve("model"));
        CheckpointWriter.to(model.resolve("model.safetensors"))
                .tensor("transformer.h.0.attn.c_attn.weight", DType.I8, new long[] {1}, ByteBuffer.allocate(1))
                .write();
        String byNames = Command.run("inspect", model.toString()).out();
        assertTrue(byNames.contains("architecture  gpt2, 1 layer\n"), byNames);
        Files.writeString(model.resolve("config.json"), """
                {"text": {"n_layer": 9}, "model_type": "gptx", "n_layer": 3, "n_embd": 8, "vocab_size": 5}
                """);
        String byConfig = Command.run("inspect", model.toString()).out();
        assertTrue(byConfig.contains("architecture  gptx, 3 layers, hidden size 8, vocabulary 5\n"), byConfig);
        Files.writeString(model.resolve("config.json"), "not json");
        assertEquals(byNames, Command.run("inspect", model.toString()).out());
    }

    @Test
    void lfsPointerIsNamedAsSuch() throws IOException {
        Path pointer = Files.writeString(
                folder.resolve("m.safetensors"), "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 5\n");
        FundirProcess.Outcome outcome = Command.run("inspect", pointer.toString());
        assertEquals(1, outcome.exitCode());
        assertTrue(outcome.err().contains("LFS"), outcome.err());
        assertEquals("", outcome.out());
    }
}
