"""The models that are merged: a real one, and two copies of it that are perturbed as a fine-tune would."""
import shutil

import numpy as np
from safetensors.numpy import load_file, save_file

FILE = "model.safetensors"
METADATA = {"format": "pt"}


def copies(model, folder):
    """Makes the folders base, a and b, each a model that transformers loads; gives their paths."""
    shutil.copytree(model, folder / "base")
    tensors = load_file(model / FILE)
    for name, seed in (("a", 1), ("b", 2)):
        shutil.copytree(model, folder / name, ignore=shutil.ignore_patterns(FILE))
        save_file(perturbed(tensors, np.random.default_rng(seed)), folder / name / FILE, metadata=METADATA)
    return [folder / name for name in ("base", "a", "b")]


def perturbed(tensors, random):
    return {name: noisy(tensor, random) if is_float(tensor) else tensor for name, tensor in tensors.items()}


def noisy(tensor, random):
    """Noise of a tenth of the tensor's own spread: the angle between two such copies is wide enough for an arc."""
    spread = np.float32(0.1) * max(tensor.std(), np.float32(1e-3))
    return tensor + spread * random.standard_normal(tensor.shape, dtype=np.float32)


def is_float(tensor):
    return tensor.dtype.kind == "f"
