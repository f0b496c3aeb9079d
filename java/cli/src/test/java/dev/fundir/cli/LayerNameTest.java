package dev.fundir.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LayerNameTest {
    @ParameterizedTest
    @CsvSource({
        "model.layers.3.self_attn.q_proj.weight, model.layers.3, self_attn.q_proj.weight",
        "model.layers.3.experts.7.w1, model.layers.3, experts.7.w1",
        "model.embed_tokens.weight, model.embed_tokens, weight",
        "h.11, h, 11",
        "blk.0.attn_q.weight, blk.0, attn_q.weight",
        "bias, bias, bias",
        "a..b, a., b",
        "v2.weight, v2, weight"
    })
    void theFirstNumberEndsALayer(String tensor, String layer, String within) {
        assertEquals(layer, LayerName.of(tensor));
        assertEquals(within, LayerName.within(tensor));
    }
}
