"""Makes rust/core/tests/gguf/blocks.safetensors: blocks with the floats that the gguf package makes of them, and floats
with the blocks that it makes of those. Needs gguf, safetensors and ctransformers of PyPI.

usage: gguf_blocks.py FILE
"""
import sys

import numpy as np
from gguf import GGML_QUANT_SIZES, GGMLQuantizationType, quants
from safetensors.numpy import save_file

import kquants

LEGACY = tuple(GGMLQuantizationType[name] for name in ("Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0"))
WRITTEN = ("Q4_0", "Q8_0")
"""Where the F16 scales of a block are."""
SCALES = {
    "Q4_0": (0,), "Q4_1": (0, 2), "Q5_0": (0,), "Q5_1": (0, 2), "Q8_0": (0,),
    "Q2_K": (80, 82), "Q3_K": (108,), "Q4_K": (0, 2), "Q5_K": (0, 2), "Q6_K": (208,),
}


def weights(random, rows, columns):
    return (random.standard_normal((rows, columns)) * 0.04).astype(np.float32)


def random_blocks(random, qtype, count):
    """Blocks of any bytes, whose scales are any numbers that are finite."""
    blocks = random.integers(0, 256, (count, GGML_QUANT_SIZES[qtype][1]), dtype=np.uint8)
    for place in SCALES[qtype.name]:
        scales = random.integers(0, 0x7C00, count, dtype=np.uint16) | random.integers(0, 2, count, dtype=np.uint16) << 15
        blocks[:, place : place + 2] = scales.view(np.uint8).reshape(count, 2)
    return blocks


def sharp(random):
    """Blocks of floats where quantizers differ: zeros, ties, halves, the tiny, the huge, infinities, NaN."""
    tiny, huge = np.float32(1e-45), np.float32(3.4e38)
    beginnings = [
        [0.0], [-0.0], [0.0, -0.0], [-0.0, 0.0], [1.0], [-1.0], [1.0, -1.0], [-1.0, 1.0], [tiny], [-tiny], [1e-39, -1e-39], [1e-38],
        [1e-37, 5e-38, -1e-37], [8e-8], [-6e-8, 3e-8], [huge, -huge, 1e38], [8e6, 1.0], [8.32e6, 1.0], [8.33e6, -8.33e6], [524000.0], [-525000.0],
        [np.inf, 1.0, -1.0], [-np.inf, np.inf], [np.nan, 1.0], [1.0, np.nan], [np.nan, np.inf],
        [127.0, 0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 126.5, -126.5, 0.49999997, 63.5], [-8.0, 0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 7.5, -7.5, 7.49],
        [8.0, 0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 7.5, -7.5, 7.49],
    ]
    blocks = np.zeros((len(beginnings), 32), dtype=np.float32)
    for block, beginning in zip(blocks, beginnings):
        block[: len(beginning)] = beginning
    shuffled = random.permuted(blocks, axis=1)
    return np.concatenate([blocks, shuffled])


def main():
    np.seterr(all="ignore")
    random = np.random.default_rng(20)
    tensors = {}
    for qtype in LEGACY:
        made = quants.quantize(weights(random, 8, 32), qtype)
        tensors[f"{qtype.name} blocks"] = np.concatenate([made, random_blocks(random, qtype, 16)])
    for qtype in kquants.TYPES:
        made = kquants.quantize(weights(random, 3, 256), qtype)
        tensors[f"{qtype.name} blocks"] = np.concatenate([made, random_blocks(random, qtype, 5)])
    for qtype in (*LEGACY, *kquants.TYPES):
        tensors[f"{qtype.name} floats"] = quants.dequantize(tensors[f"{qtype.name} blocks"], qtype)
    floats = np.concatenate([sharp(random), weights(random, 16, 32), random.standard_normal((16, 32)).astype(np.float32)])
    tensors["floats"] = floats
    for name in WRITTEN:
        tensors[f"{name} of floats"] = quants.quantize(floats, GGMLQuantizationType[name])
    save_file(tensors, sys.argv[1])


if __name__ == "__main__":
    main()
