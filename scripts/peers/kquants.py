"""K-quants as llama.cpp's own quantizer makes them, by way of the library that the PyPI package ctransformers ships.

The gguf package has no quantizer for these types.
"""
import ctypes
import importlib.util
import pathlib

import numpy as np
from gguf import GGML_QUANT_SIZES, GGMLQuantizationType

TYPES = tuple(GGMLQuantizationType[name] for name in ("Q2_K", "Q3_K", "Q4_K", "Q5_K", "Q6_K"))


class _Memory(ctypes.Structure):
    _fields_ = [("size", ctypes.c_size_t), ("buffer", ctypes.c_void_p), ("no_alloc", ctypes.c_bool)]


def _library():
    # Found without importing it: the package itself wants others.
    folder = pathlib.Path(importlib.util.find_spec("ctransformers").origin).parent
    library = ctypes.CDLL(str(folder / "lib" / "avx2" / "libctransformers.so"))
    library.ggml_init.argtypes = [_Memory]
    library.ggml_init.restype = ctypes.c_void_p
    library.ggml_init(_Memory(1 << 20, None, False))
    return library


def quantize(data, qtype, library=[]):
    """The blocks of an array of F32, whose rows are a multiple of 256, as bytes in its shape."""
    if not library:
        library.append(_library())
    data = np.ascontiguousarray(data, dtype=np.float32)
    elements, size = GGML_QUANT_SIZES[qtype]
    blocks = np.zeros((*data.shape[:-1], data.shape[-1] // elements * size), dtype=np.uint8)
    function = getattr(library[0], f"ggml_quantize_{qtype.name[:3].lower()}K")
    function.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int, ctypes.c_int, ctypes.c_void_p]
    function.restype = ctypes.c_size_t
    histogram = (ctypes.c_int64 * 16)()
    written = function(data.ctypes.data, blocks.ctypes.data, data.size, data.shape[-1], histogram)
    assert written == blocks.nbytes, f"{qtype.name}: {written} bytes, not {blocks.nbytes}"
    return blocks
