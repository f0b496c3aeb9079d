"""Files that Python safetensors writes, and what `fundir inspect --json` says of them."""
import math

import numpy as np
import safetensors.numpy
import safetensors.torch
import torch

NUMPY_DTYPES = {
    "BOOL": np.bool_, "U8": np.uint8, "I8": np.int8, "U16": np.uint16, "I16": np.int16, "U32": np.uint32, "I32": np.int32,
    "U64": np.uint64, "I64": np.int64, "F16": np.float16, "F32": np.float32, "F64": np.float64, "C64": np.complex64,
}
TORCH_DTYPES = {
    "BOOL": torch.bool, "U8": torch.uint8, "I8": torch.int8, "U16": torch.uint16, "I16": torch.int16, "U32": torch.uint32,
    "I32": torch.int32, "U64": torch.uint64, "I64": torch.int64, "F16": torch.float16, "BF16": torch.bfloat16,
    "F32": torch.float32, "F64": torch.float64, "C64": torch.complex64, "F8_E5M2": torch.float8_e5m2,
    "F8_E4M3": torch.float8_e4m3fn, "F8_E4M3FNUZ": torch.float8_e4m3fnuz, "F8_E5M2FNUZ": torch.float8_e5m2fnuz,
}
SHAPES = [(), (0,), (7,), (3, 0, 2), (2, 3, 4)]


def check_dtypes(report, fundir, folder):
    """Every dtype and kind of shape, written by way of numpy and of torch."""
    random = np.random.default_rng(5)
    for library, dtypes, save in (("numpy", NUMPY_DTYPES, save_numpy), ("torch", TORCH_DTYPES, save_torch)):
        for dtype, native in dtypes.items():
            path = folder / f"{library}-{dtype}.safetensors"
            written = {f"{dtype} {shape} ü": make(random, dtype, native, shape) for shape in SHAPES}
            save(written, path)
            with report.check(f"inspect: {dtype} as safetensors writes it from {library}"):
                compare(fundir.inspect(path), dtype, written, path)


def save_numpy(tensors, path):
    safetensors.numpy.save_file(tensors, path, metadata={"made by": "numpy", "ü": "\n"})


def save_torch(tensors, path):
    safetensors.torch.save_file(tensors, path, metadata={"made by": "torch", "ü": "\n"})


def make(random, dtype, native, shape):
    """A tensor of random bytes: 0 or 1 each where it holds booleans."""
    width = native.itemsize if isinstance(native, torch.dtype) else np.dtype(native).itemsize
    count = math.prod(shape)
    data = random.integers(0, 2 if dtype == "BOOL" else 256, count * width, dtype=np.uint8)
    if isinstance(native, torch.dtype):
        elements = torch.empty(count, dtype=native)
        elements.view(torch.uint8).copy_(torch.from_numpy(data))
        return elements.reshape(shape)
    return data.view(native).reshape(shape)


def raw(tensor):
    if isinstance(tensor, torch.Tensor):
        return tensor.reshape(-1).view(torch.uint8).numpy().tobytes()
    return tensor.tobytes()


def compare(told, dtype, written, path):
    file = path.read_bytes()
    assert told["byteSize"] == len(file), f"byteSize {told['byteSize']}, not {len(file)}"
    assert told["tensorCount"] == len(written), f"tensorCount {told['tensorCount']}"
    assert told["parameterCount"] == sum(math.prod(tensor.shape) for tensor in written.values())
    assert told["metadata"]["ü"] == "\n", told["metadata"]
    assert list(told["dtypes"]) == [dtype], told["dtypes"]
    assert [tensor["name"] for tensor in told["tensors"]] == sorted(written, key=str.encode)
    for tensor in told["tensors"]:
        expected = written[tensor["name"]]
        assert tensor["dtype"] == dtype, tensor
        assert tensor["shape"] == list(expected.shape), tensor
        found = file[tensor["offset"] : tensor["offset"] + tensor["byteSize"]]
        assert found == raw(expected), f"{tensor['name']}: the bytes at its offset are others"
