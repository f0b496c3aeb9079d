"""JSON and YAML: what fundir writes is read with Python's json and PyYAML, and it reads what these write."""
import json
import math

import numpy as np
import yaml
from safetensors.numpy import load_file, save_file

DTYPES = {
    "BOOL": np.bool_, "U8": np.uint8, "I8": np.int8, "U16": np.uint16, "I16": np.int16, "U32": np.uint32, "I32": np.int32,
    "U64": np.uint64, "I64": np.int64, "F16": np.float16, "F32": np.float32, "F64": np.float64, "C64": np.complex64,
}
SHAPES = [(), (0,), (7,), (2, 3, 4)]
METADATA = {"name": "ü \u2028 \"n\"", "architecture": "llama", "version": "1.10", "note": "yes", "more": "1e-5"}


def check_texts(report, fundir, folder):
    tensors = {f"{dtype} {shape} ü": make(dtype, shape) for dtype in DTYPES for shape in SHAPES}
    source = folder / "source.safetensors"
    save_file(tensors, source, metadata=METADATA)
    for ending, read in (("json", json.loads), ("yaml", yaml.safe_load)):
        path = folder / f"model.{ending}"
        with report.check(f"{ending}: what fundir writes, as Python reads it"):
            fundir.convert(source, path)
            compare(read(path.read_text("utf-8")), tensors)
        with report.check(f"{ending}: what fundir writes, as it reads it"):
            fundir.convert(path, folder / "back.safetensors", "--force")
            same(load_file(folder / "back.safetensors"), tensors)
    floats = {name: tensor for name, tensor in tensors.items() if tensor.dtype.kind != "c"}
    for writer, write in WRITERS.items():
        path = folder / f"by-python-{writer}"
        with report.check(f"what Python writes, as fundir reads it: {writer}"):
            path.write_text(write(document(floats)), "utf-8")
            fundir.convert(path, folder / "back.safetensors", "--force")
            same(load_file(folder / "back.safetensors"), floats)


WRITERS = {
    "compact.json": lambda model: json.dumps(model),
    "indented.json": lambda model: json.dumps(model, indent=2, sort_keys=True),
    "default.yaml": yaml.safe_dump,
    "in-order.yaml": lambda model: yaml.safe_dump(model, sort_keys=False, allow_unicode=True),
    "mixed.yml": lambda model: yaml.safe_dump(model, default_flow_style=None),
}


def make(dtype, shape):
    """Any bits but those of NaNs, with infinities among the floats."""
    random = np.random.default_rng(7)
    native = np.dtype(DTYPES[dtype])
    if dtype == "BOOL":
        return np.asarray(random.integers(0, 2, shape), dtype=native)
    count = math.prod(shape)
    values = np.frombuffer(random.bytes(count * native.itemsize), dtype=native).copy()
    if native.kind in "fc":
        values[np.isnan(values)] = np.inf
    return values.reshape(shape)


def document(tensors):
    """A model as the original system lays it out."""
    parameters = [{"name": name, "shape": list(tensor.shape), "dtype": dtype_of(tensor), "requires_grad": True}
                  for name, tensor in tensors.items()]
    numbers = [number(value) for tensor in tensors.values() for value in tensor.reshape(-1)]
    metadata = {"name": "m", "architecture": "a", "version": "0.1.0", "training_config": None, "custom": {"lr": 1e-5}}
    return {"metadata": metadata, "parameters": parameters, "data": numbers}


def number(value):
    if isinstance(value, np.floating) and math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return value.item()


def dtype_of(tensor):
    return next(name for name, native in DTYPES.items() if tensor.dtype == native)


def compare(model, tensors):
    metadata = model["metadata"]
    assert [metadata[key] for key in ("name", "architecture", "version")] == [METADATA[k] for k in ("name", "architecture", "version")]
    assert metadata["training_config"] is None
    assert metadata["custom"] == {"note": "yes", "more": "1e-5"}, metadata["custom"]
    numbers, found = iter(model["data"]), {}
    for parameter in model["parameters"]:
        native = np.dtype(DTYPES[parameter["dtype"]])
        count = math.prod(parameter["shape"])
        values = [value(next(numbers)) for _ in range(count * (2 if native.kind == "c" else 1))]
        narrow = np.array(values, dtype=np.float32).view(native) if native.kind == "c" else np.array(values, dtype=native)
        found[parameter["name"]] = narrow.reshape(parameter["shape"])
    assert next(numbers, None) is None, "data goes on"
    same(found, tensors)


def value(number):
    """A string that stands for a number is one of three."""
    return {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}[number] if isinstance(number, str) else number


def same(found, expected):
    assert set(found) == set(expected), set(found) ^ set(expected)
    for name, tensor in expected.items():
        assert found[name].dtype == tensor.dtype and found[name].shape == tensor.shape, name
        assert found[name].tobytes() == tensor.tobytes(), f"{name}: {found[name]} is not {tensor}"
