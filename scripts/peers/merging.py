"""Merges of a real model by every method, read back by Python safetensors and by transformers."""
import numpy as np
import safetensors.torch
import torch
from safetensors.numpy import load_file
from transformers import AutoModel, AutoTokenizer
from transformers.utils import logging

from cases import CASES
from models import FILE, is_float

logging.disable_progress_bar()

SENTENCES = ["A checkpoint is a file.", "Two models become one."]


class Merges:
    def __init__(self, report, fundir, models, folder):
        self.report, self.fundir, self.models, self.folder = report, fundir, models, folder
        self.tensors = [load_file(model / FILE) for model in models]
        self.loading = load(models[0])[1]

    def every_method(self):
        for case in CASES:
            options = [*case.options, "--method", case.method]
            options += ["--base", self.models[0]] if case.base else []
            inputs = [self.models[i] for i in case.models]
            folder, file = self.folder / case.method, self.folder / f"{case.method}.safetensors"
            with self.report.check(f"{case.method}: into a folder, and into a file"):
                self.fundir.merge(inputs, folder, *options)
                self.fundir.merge([model / FILE for model in inputs], file, *options)
            self.check_tensors(case, folder, file)
            self.check_transformers(case.method, folder)

    def check_tensors(self, case, folder, file):
        name = case.method
        with self.report.check(f"{name}: safetensors loads it, with the names, shapes and dtypes of the inputs"):
            merged = load_file(folder / FILE)
            assert describe(merged) == describe(self.tensors[0])
        with self.report.check(f"{name}: folder and file hold the same"):
            same_bits(load_file(file), merged)
        with self.report.check(f"{name}: integer tensors are copied"):
            integers = {k: x for k, x in self.tensors[0].items() if not is_float(x)}
            assert integers, "the model has none"
            same_bits({k: merged[k] for k in integers}, integers)
        if case.formula:
            with self.report.check(f"{name}: every element is what its formula gives"):
                self.compare(merged, case)
        else:
            with self.report.check(f"{name}: a quarter of the elements, dropped from both models, is the base's"):
                self.dropped(merged, 0.25)

    def compare(self, merged, case):
        for name in self.floats():
            expected = case.formula(*(tensors[name] for tensors in self.tensors))
            error = np.abs(merged[name] - expected) - case.tolerance * np.abs(expected)
            worst = tuple(map(int, np.unravel_index(np.argmax(error), error.shape)))
            assert error[worst] <= 0, f"{name} {worst}: {merged[name][worst]}, not {expected[worst]}"

    def dropped(self, merged, expected):
        unchanged = sum(int((merged[name] == self.tensors[0][name]).sum()) for name in self.floats())
        share = unchanged / sum(merged[name].size for name in self.floats())
        assert abs(share - expected) < 0.001, f"{share:.4f} of the elements"

    def floats(self):
        return [name for name, tensor in self.tensors[0].items() if is_float(tensor)]

    def check_transformers(self, name, folder):
        with self.report.check(f"{name}: transformers loads the folder, and its model gives finite numbers"):
            model, loading = load(folder)
            assert loading == self.loading, loading
            assert torch.isfinite(embed(model, folder)).all()

    def first_model_alone(self):
        """Weights 1 and 0."""
        folder = self.folder / "first"
        with self.report.check("linear, weights 1,0: the float tensors of the first model, bit for bit"):
            self.fundir.merge(self.models[1:], folder, "--method", "linear", "--weights", "1,0")
            merged = load_file(folder / FILE)
            same_bits({k: merged[k] for k in self.floats()}, {k: self.tensors[1][k] for k in self.floats()})
        with self.report.check("linear, weights 1,0: the same embeddings in transformers"):
            expected, found = (embed(load(f)[0], f) for f in (self.models[1], folder))
            assert torch.equal(expected, found)

    def narrowed(self):
        """The dtypes of half the width, rounded as torch does."""
        options = ["--method", "linear", "--weights", "0.3,0.9"]
        whole = safetensors.torch.load_file(self.folder / "linear" / FILE)
        for name, dtype in (("BF16", torch.bfloat16), ("F16", torch.float16)):
            with self.report.check(f"linear --dtype {name}: torch's rounding of the F32 result"):
                file = self.folder / f"linear-{name}.safetensors"
                self.fundir.merge(self.models[1:], file, *options, "--dtype", name)
                for key, tensor in safetensors.torch.load_file(file).items():
                    expected = whole[key].to(dtype) if whole[key].is_floating_point() else whole[key]
                    assert tensor.dtype == expected.dtype and torch.equal(tensor, expected), key

    def shards(self):
        """Sharded folders that transformers writes, merged into shards that it reads."""
        inputs = [self.folder / "sharded-a", self.folder / "sharded-b"]
        output = self.folder / "sharded"
        for model, folder in zip(self.models[1:], inputs):
            load(model)[0].save_pretrained(folder, max_shard_size="30MB")
            AutoTokenizer.from_pretrained(model).save_pretrained(folder)
        with self.report.check("inspect: the shards that transformers writes"):
            files = sorted(inputs[0].glob("model-*.safetensors"))
            assert len(files) > 1, files
            expected = {k: list(x.shape) for file in files for k, x in load_file(file).items()}
            told = self.fundir.inspect(inputs[0])
            assert {t["name"]: t["shape"] for t in told["tensors"]} == expected
            assert len(told["files"]) == len(files), told["files"]
        with self.report.check("linear --shard-size 30MB: of shards into shards, the same bits as of files"):
            options = ["--method", "linear", "--weights", "0.3,0.9", "--shard-size", "30MB"]
            self.fundir.merge(inputs, output, *options)
            files = sorted(output.glob("model-*.safetensors"))
            assert len(files) > 1, files
            merged = {k: x for file in files for k, x in load_file(file).items()}
            whole = load_file(self.folder / "linear" / FILE)
            same_bits(merged, {k: whole[k] for k in expected})
        self.check_transformers("linear --shard-size 30MB", output)


def load(folder):
    """The model, and what transformers says of names that did not fit."""
    model, loading = AutoModel.from_pretrained(folder, output_loading_info=True)
    misfits = {kind: sorted(map(str, loading[kind])) for kind in ("missing_keys", "mismatched_keys")}
    return model.eval(), misfits


def embed(model, folder):
    with torch.no_grad():
        return model(**AutoTokenizer.from_pretrained(folder)(SENTENCES, padding=True, return_tensors="pt")).last_hidden_state


def describe(tensors):
    return {name: (tensor.dtype, tensor.shape) for name, tensor in tensors.items()}


def same_bits(found, expected):
    assert found.keys() == expected.keys(), sorted(found.keys() ^ expected.keys())
    for name, tensor in expected.items():
        assert found[name].tobytes() == tensor.tobytes(), name
