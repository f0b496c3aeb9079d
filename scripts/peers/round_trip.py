"""What fundir writes, read by Python safetensors; and held against the bytes that it writes itself."""
import numpy as np
import safetensors
import safetensors.numpy
import safetensors.torch
import torch
from inspection import NUMPY_DTYPES, SHAPES, TORCH_DTYPES, make, raw

METADATA = {"made by": "Python ü"}  # one key: the crate writes several in random order


def check_round_trips(report, fundir, folder):
    """All dtypes that a library has in one file, to fundir and back, whole and in shards."""
    random = np.random.default_rng(7)
    for library, dtypes, module in (
        ("numpy", NUMPY_DTYPES, safetensors.numpy),
        ("torch", TORCH_DTYPES, safetensors.torch),
    ):
        tensors = {
            f"{dtype} {shape} ü": make(random, dtype, native, shape) for dtype, native in dtypes.items() for shape in SHAPES
        }
        source = folder / f"{library}.safetensors"
        module.save_file(tensors, source, metadata=METADATA)

        with report.check(f"convert: the file of all dtypes from {library} comes back byte for byte"):
            copy = folder / f"{library}-copy.safetensors"
            fundir.convert(source, copy)
            assert copy.read_bytes() == source.read_bytes()

        with report.check(f"convert: {library} reads the shards that fundir writes"):
            shards = folder / f"{library}-shards"
            fundir.convert(source, shards, "--shard-size", "500B")
            files = sorted(shards.glob("model-*.safetensors"))
            assert len(files) > 3, files
            read = {}
            for file in files:
                read.update(module.load_file(file))
            compare(read, tensors)

        for ending in ("json", "yaml"):
            with report.check(f"convert: all dtypes from {library} to {ending} and back"):
                text, back = folder / f"{library}.{ending}", folder / f"{library}-{ending}.safetensors"
                fundir.convert(source, text)
                fundir.convert(text, back)
                compare(module.load_file(back), tensors, nan_payloads=False)
                with safetensors.safe_open(back, "np") as file:
                    assert file.metadata() == METADATA, file.metadata()


def compare(read, written, nan_payloads=True):
    assert read.keys() == written.keys()
    for name, tensor in written.items():
        assert read[name].dtype == tensor.dtype and read[name].shape == tensor.shape, name
        same = raw(read[name]) == raw(tensor)
        assert same or not nan_payloads and all_equal(read[name], tensor), name


def all_equal(a, b):
    """Whether the elements are the same numbers, or both NaN."""
    a, b = (x.double().numpy() if isinstance(x, torch.Tensor) and not x.is_complex() else np.asarray(x) for x in (a, b))
    if a.dtype.kind == "c":
        return np.array_equal(a.view(np.float32), b.view(np.float32), equal_nan=True)
    return np.array_equal(a, b, equal_nan=True) and np.array_equal(np.signbit(a[a == 0]), np.signbit(b[b == 0]))
