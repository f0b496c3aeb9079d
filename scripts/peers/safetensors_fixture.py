"""Makes the files of java/fundir/src/test/resources/safetensors: what Python safetensors writes from numpy and from torch.

usage: safetensors_fixture.py FOLDER      needs safetensors, numpy and torch

Beside NAME.safetensors lies NAME.txt, a line for each tensor: name, dtype, shape, bytes in hexadecimal, and the elements as
numbers (floats as C writes them in hexadecimal; a complex one is two), separated by tabs.
"""
import math
import pathlib
import sys

import numpy as np
import safetensors.numpy
import safetensors.torch
import torch
from inspection import NUMPY_DTYPES, TORCH_DTYPES, make, raw

SHAPES = [(), (0, 2), (2, 8)]
METADATA = {"made by": "Python ü"}


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    write(folder / "numpy", NUMPY_DTYPES, safetensors.numpy.save_file)
    write(folder / "torch", TORCH_DTYPES, safetensors.torch.save_file)


def write(path, dtypes, save):
    random = np.random.default_rng(11)
    tensors, lines = {}, []
    for dtype, native in dtypes.items():
        for shape in SHAPES:
            name = f"{dtype} {'x'.join(map(str, shape))}"
            tensors[name] = tensor = make(random, dtype, native, shape)
            shown = " ".join(map(str, shape))
            lines.append("\t".join([name, dtype, shown, raw(tensor).hex(), " ".join(map(text, numbers(tensor)))]))
    save(tensors, path.with_suffix(".safetensors"), metadata=METADATA)
    path.with_suffix(".txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


def numbers(tensor):
    """The elements as Python has them."""
    if isinstance(tensor, torch.Tensor):
        wide = tensor.to(torch.float64) if tensor.dtype.is_floating_point else tensor
        elements = wide.reshape(-1).tolist()
    else:
        elements = (tensor.astype(np.float64) if tensor.dtype.kind == "f" else tensor).reshape(-1).tolist()
    for element in elements:
        if isinstance(element, complex):
            yield element.real
            yield element.imag
        else:
            yield element


def text(number):
    if isinstance(number, float):
        return "NaN" if math.isnan(number) else number.hex() if math.isfinite(number) else f"{number}inity".title()
    return str(int(number))


if __name__ == "__main__":
    main()
