"""Models of 2.2 GB in BF16, made of random numbers in half a minute."""
import json

import numpy as np

HIDDEN, INNER, LAYERS, TOKENS = 2048, 8192, 16, 32000
PIECE = 1 << 22

# What a loader wants to know of them.
CONFIG = {
    "architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": HIDDEN, "intermediate_size": INNER,
    "num_hidden_layers": LAYERS, "num_attention_heads": 16, "num_key_value_heads": 4, "vocab_size": TOKENS,
    "torch_dtype": "bfloat16", "tie_word_embeddings": False,
}


def shapes():
    yield "lm_head.weight", (TOKENS, HIDDEN)
    yield "model.embed_tokens.weight", (TOKENS, HIDDEN)
    for layer in range(LAYERS):
        prefix = f"model.layers.{layer}."
        yield prefix + "input_layernorm.weight", (HIDDEN,)
        yield prefix + "mlp.down_proj.weight", (HIDDEN, INNER)
        yield prefix + "mlp.gate_proj.weight", (INNER, HIDDEN)
        yield prefix + "mlp.up_proj.weight", (INNER, HIDDEN)
        yield prefix + "post_attention_layernorm.weight", (HIDDEN,)
        for projection, rows in (("k", HIDDEN // 4), ("o", HIDDEN), ("q", HIDDEN), ("v", HIDDEN // 4)):
            yield prefix + f"self_attn.{projection}_proj.weight", (rows, HIDDEN)
    yield "model.norm.weight", (HIDDEN,)


def write_model(path, variant):
    """A model of random weights; variant 0 is the base, the others are near it as fine-tunes are."""
    header, elements = {"__metadata__": {"format": "pt"}}, 0
    for name, shape in shapes():
        begin, elements = elements, elements + int(np.prod(shape))
        header[name] = {"dtype": "BF16", "shape": shape, "data_offsets": [2 * begin, 2 * elements]}
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    base, change = np.random.default_rng(0), np.random.default_rng(variant)
    with open(path, "wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        for start in range(0, elements, PIECE):
            count = min(PIECE, elements - start)
            values = np.float32(0.02) * base.standard_normal(count, dtype=np.float32)
            if variant:
                values += np.float32(0.002) * change.standard_normal(count, dtype=np.float32)
            bits = values.view(np.uint32)
            file.write(((bits + 0x7FFF + (bits >> 16 & 1)) >> 16).astype("<u2").tobytes())
