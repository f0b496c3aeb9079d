"""What `fundir inspect` finds out about elements, against numpy in float64."""
import ml_dtypes
import numpy as np
import safetensors.numpy

DTYPES = {
    "bf16": ml_dtypes.bfloat16, "f16": np.float16, "f32": np.float32, "f64": np.float64, "i8": np.int8, "u16": np.uint16,
    "i64": np.int64, "bool": np.bool_,
}
RELATIVE = 1e-9


def check_statistics(report, fundir, folder, model):
    """Tensors of every kind, and those of a real model."""
    path = folder / "statistics.safetensors"
    samples(path)
    for file in (path, model):
        found = fundir.analyse(file)
        for name, values in numbers(file).items():
            with report.check(f"statistics: {file.name} {name}"):
                compare(found[name], values)


def samples(path):
    """Bells around 0 and far from it, wild outliers, equal elements; safetensors' numpy interface has no bf16 of its own."""
    random = np.random.default_rng(11)
    bell = random.standard_normal(700_003)
    wild = bell.copy()
    wild[::50_000] = 3e4
    kinds = {"bell": bell, "far": 100 + bell / 50, "wild": wild, "equal": np.full(70_000, 0.3), "one": bell[:1]}
    tensors = {}
    for dtype, native in DTYPES.items():
        for kind, values in kinds.items():
            if native is np.bool_:
                values = values > 0
            tensors[f"{kind}.{dtype}"] = np.ascontiguousarray(np.abs(values) if native is np.uint16 else values).astype(native)
    safetensors.numpy.save_file(tensors, path)


def numbers(path):
    """The tensors of a file in float64."""
    with safetensors.safe_open(path, "numpy") as file:
        return {name: file.get_tensor(name).astype(np.float64).reshape(-1) for name in file.keys()}


def compare(found, values):
    statistics = found["statistics"]
    assert statistics["elements"] == values.size and statistics["nan"] == statistics["infinite"] == 0, statistics
    assert statistics["zeros"] == np.count_nonzero(values == 0), statistics
    assert statistics["min"] == values.min() and statistics["max"] == values.max(), statistics
    mean, std = values.mean(), values.std()
    # numpy's own sum is exact to about 1e-16 of the magnitudes that it adds up, which a mean near 0 is small beside.
    near(statistics["mean"], mean, RELATIVE * abs(mean) + 1e-15 * np.abs(values).mean())
    near(statistics["std"], std, RELATIVE * std + 1e-15 * abs(mean))
    norm = np.linalg.norm(values)
    near(statistics["l2Norm"], norm, RELATIVE * norm)
    distribution = found["distribution"]
    inside = values[(values >= distribution["from"]) & (values <= distribution["to"])]
    assert sum(distribution["counts"]) == inside.size, distribution
    outliers = found["outliers"]
    far = np.count_nonzero(np.abs(values - statistics["mean"]) > 3 * statistics["std"])
    assert outliers["count"] == far, f"{outliers['count']} outliers, not {far}"


def near(found, expected, allowed):
    assert abs(found - expected) <= allowed, f"{found!r}, not {expected!r}"
