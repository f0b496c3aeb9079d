package dev.fundir.merge;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.fundir.DType;
import dev.fundir.internal.JsonObjectText;
import dev.fundir.internal.recipe.LayerRange;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What becomes of configurations. */
class OutputConfigTest {
    private final List<String> notices = new ArrayList<>();

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "model.layers. 3 | {\"num_hidden_layers\": 9} | {\"num_hidden_layers\": 3}",
                "transformer.h. 2 | {\"n_layer\": 1, \"n_layers\": 7} | {\"n_layer\": 2, \"n_layers\": 2}",
                "model.layers. 3 | {\"text_config\": {\"num_hidden_layers\": 9}, \"vision_config\":"
                        + " {\"num_hidden_layers\": 9}} | {\"text_config\": {\"num_hidden_layers\": 3},"
                        + " \"vision_config\": {\"num_hidden_layers\": 9}}",
                "language_model.model.layers. 3 vision_tower.encoder.layers. 5"
                        + " | {\"text_config\": {\"num_hidden_layers\": 9}}"
                        + " | {\"text_config\": {\"num_hidden_layers\": 3}}",
                "encoder.block. 4 decoder.block. 6 | {\"num_layers\": 1, \"num_decoder_layers\": 1}"
                        + " | {\"num_layers\": 4, \"num_decoder_layers\": 6}",
                "encoder.block. 4 | {\"num_layers\": 1, \"num_decoder_layers\": 4}"
                        + " | {\"num_layers\": 4, \"num_decoder_layers\": 4}",
                "model.encoder.layers. 4 model.decoder.layers. 6 | {\"encoder_layers\": 1, \"decoder_layers\": 1,"
                        + " \"num_hidden_layers\": 1}"
                        + " | {\"encoder_layers\": 4, \"decoder_layers\": 6, \"num_hidden_layers\": 4}",
                "model.layers. 5 | {\"num_hidden_layers\": 4, \"num_nextn_predict_layers\": 1}"
                        + " | {\"num_hidden_layers\": 4, \"num_nextn_predict_layers\": 1}",
                "model.layers. 5 mtp.layers. 1 | {\"num_hidden_layers\": 4} | {\"num_hidden_layers\": 5}",
                "a.layers. 5 b.layers. 6 | {\"num_hidden_layers\": 6} | {\"num_hidden_layers\": 6}",
                "a.layers. 0 | {\"num_hidden_layers\": 6, \"n_layer\": null} | {\"num_hidden_layers\": 6,"
                        + " \"n_layer\": null}",
            })
    void layersAreCountedByTheNamesOfTensors(String stacks, String config, String expected) {
        assertEquals(expected, of(config, facts(stacks, Optional.empty(), Optional.empty())));
        assertEquals(List.of(), notices);
    }

    @Test
    void aCountThatIsNotKnownIsLeftAndNamed() {
        String config = "{\"num_hidden_layers\": 7}";
        assertEquals(config, of(config, facts("a.layers. 5 b.layers. 6", Optional.empty(), Optional.empty())));
        assertEquals(1, notices.size());
        assertEquals(true, notices.get(0).startsWith("config.json: num_hidden_layers may not fit"), notices.get(0));
    }

    @Test
    void theDTypeIsThatOfTheTensors() {
        OutputFacts facts = facts("h. 1", Optional.of(DType.BF16), Optional.empty());
        assertEquals(
                "{\"torch_dtype\": \"bfloat16\", \"text_config\": {\"dtype\": \"bfloat16\"}}",
                of("{\"torch_dtype\": \"float16\", \"text_config\": {\"dtype\": null}}", facts));
        assertEquals("{\"x\": 1}", of("{\"x\": 1}", facts), "nobody asked");
        String quantized = "{\"dtype\": \"float16\", \"quantization_config\": {}}";
        assertEquals(quantized, of(quantized, facts), "the dtype to compute in");
    }

    @Test
    void aDTypeThatWasAskedForIsAdded() {
        OutputFacts facts = facts("h. 1", Optional.of(DType.F16), Optional.of(DType.F16));
        assertEquals("{\"torch_dtype\": \"float16\",\"x\": 1}", of("{\"x\": 1}", facts));
        assertEquals(
                "{\"text_config\": {\"dtype\": \"float16\"}}",
                of("{\"text_config\": {\"dtype\": \"float32\"}}", facts));
    }

    @Test
    void listsOfLayersAreStackedAsTheLayersAre() {
        String a = "{\"text_config\": {\"layer_types\": [\"full\", \"sliding\", \"full\"]}}";
        String b = "{\"text_config\": {\"layer_types\": [\"sliding\", \"linear\"]}}";
        assertEquals(
                "{\"text_config\": {\"layer_types\": [\"sliding\", \"full\", \"linear\"]}}",
                stacked(a, Map.of(0, a, 1, b), part(source(0, 1, 3)), part(source(1, 1, 2))));
        assertEquals(List.of(), notices);
    }

    @Test
    void listsOfLayersThatCannotBeStackedAreLeftAndNamed() {
        String a = "{\"layer_types\": [1, 2, 1], \"x\": [1]}";
        assertEquals(a, stacked(a, Map.of(0, a), part(source(0, 0, 2)), part(source(1, 0, 2))), "one has none");
        assertEquals(a, stacked(a, Map.of(0, a), part(source(0, 0, 2), source(0, 1, 3))), "two of a layer differ");
        assertEquals(2, notices.size());
        notices.forEach(notice -> assertEquals(true, notice.startsWith("config.json: layer_types may"), notice));
    }

    @Test
    void aListOfAnotherLengthThanTheOutputIsNamed() {
        String config = "{\"layer_types\": [1, 2]}";
        assertEquals(config, of(config, facts("h. 2", Optional.empty(), Optional.empty())));
        assertEquals(List.of(), notices);
        assertEquals(config, of(config, facts("h. 3", Optional.empty(), Optional.empty())));
        assertEquals(1, notices.size());
    }

    private String of(String config, OutputFacts facts) {
        return OutputConfig.of(JsonObjectText.of(config), facts, Optional.empty(), notices)
                .toString();
    }

    private String stacked(String config, Map<Integer, String> configs, Arrangement.Part... parts) {
        Map<Integer, JsonObjectText> read = new HashMap<>();
        configs.forEach((input, text) -> read.put(input, JsonObjectText.of(text)));
        int layers = Stream.of(parts)
                .mapToInt(part -> part.sources().get(0).layers().orElseThrow().count())
                .sum();
        return OutputConfig.of(
                        JsonObjectText.of(config),
                        facts("h. " + layers, Optional.empty(), Optional.empty()),
                        Optional.of(new StackedLayers(List.of(parts), read)),
                        notices)
                .toString();
    }

    private static Arrangement.Part part(Arrangement.Source... sources) {
        return new Arrangement.Part(List.of(sources), false, false, new ParameterValues(Map.of(), List.of()));
    }

    private static Arrangement.Source source(int input, int start, int end) {
        return new Arrangement.Source(input, Optional.of(new LayerRange(start, end)));
    }

    /** Facts about stacks with their layers, such as {@code "h. 2"}. */
    private static OutputFacts facts(String stacks, Optional<DType> dtype, Optional<DType> asked) {
        String[] words = stacks.split(" ", -1);
        List<String> names = IntStream.range(0, words.length / 2)
                .boxed()
                .flatMap(stack -> IntStream.range(0, Integer.parseInt(words[2 * stack + 1]))
                        .mapToObj(layer -> words[2 * stack] + layer + ".weight"))
                .toList();
        return new OutputFacts(dtype, asked, LayerCounts.of(names), OptionalLong.empty(), false);
    }
}
