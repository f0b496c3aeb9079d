"""GGUF files of the gguf package and of llama.cpp's quantizer, read by `fundir convert`; and its GGUF files, read by that package."""
import numpy as np
from gguf import GGMLQuantizationType as Type, GGUFReader, GGUFWriter, quants
from safetensors.numpy import load_file

import kquants

LEGACY = (Type.Q4_0, Type.Q4_1, Type.Q5_0, Type.Q5_1, Type.Q8_0)
WRITTEN = {"q8_0": Type.Q8_0, "q4_0": Type.Q4_0}


def check_gguf(report, fundir, model, folder):
    """`model` is a safetensors file of floats and integers."""
    random = np.random.default_rng(6)
    for qtype in (*LEGACY, *kquants.TYPES):
        with report.check(f"gguf: {qtype.name} is read to the same floats"):
            reads_the_same(fundir, qtype, random, folder)
    with report.check("gguf: a plain copy of a model has its elements, there and back"):
        copies(fundir, model, folder)
    for name, qtype in WRITTEN.items():
        with report.check(f"gguf: a model converted to {name} has the package's blocks, which decode to the same floats"):
            quantizes(fundir, model, name, qtype, folder)


def reads_the_same(fundir, qtype, random, folder):
    theirs, ours = folder / f"{qtype.name}.gguf", folder / f"{qtype.name}.safetensors"
    quantize = kquants.quantize if qtype in kquants.TYPES else quants.quantize
    writer, expected = GGUFWriter(theirs, "test"), {}
    for name, scale, shape in (("usual", 0.04, (64, 1024)), ("small", 1e-6, (7, 256)), ("large", 300.0, (2, 3, 512))):
        blocks = quantize((random.standard_normal(shape) * scale).astype(np.float32), qtype)
        expected[name] = quants.dequantize(blocks, qtype)
        writer.add_tensor(name, blocks, raw_dtype=qtype)
    finish(writer)
    fundir.convert(theirs, ours)
    found = load_file(ours)
    assert sorted(found) == sorted(expected), sorted(found)
    for name, floats in expected.items():
        same(found[name], floats, name)


def copies(fundir, model, folder):
    plain, back = folder / "plain.gguf", folder / "plain-back.safetensors"
    fundir.convert(model, plain)
    fundir.convert(plain, back)
    expected, found = load_file(model), load_file(back)
    tensors = {tensor.name: tensor for tensor in GGUFReader(plain).tensors}
    assert sorted(tensors) == sorted(expected) == sorted(found)
    for name, elements in expected.items():
        same(tensors[name].data, elements, name)
        same(found[name], elements, name)


def quantizes(fundir, model, name, qtype, folder):
    ours, back = folder / f"model-{name}.gguf", folder / f"model-{name}-back.safetensors"
    fundir.convert(model, ours, "--dtype", name)
    fundir.convert(ours, back)
    expected, decoded = load_file(model), load_file(back)
    reader = GGUFReader(ours)
    assert reader.get_field("general.file_type").contents() == {"q8_0": 7, "q4_0": 2}[name]
    quantized = 0
    for tensor in reader.tensors:
        elements = expected.pop(tensor.name)
        if elements.dtype.kind != "f":
            same(tensor.data, elements, tensor.name)
            continue
        elements = elements.astype(np.float32)
        if elements.ndim >= 2 and elements.shape[-1] % 32 == 0:
            quantized += 1
            assert tensor.tensor_type == qtype, f"{tensor.name} is {tensor.tensor_type.name}"
            blocks = quants.quantize(elements, qtype)
            same(tensor.data, blocks, tensor.name)
            elements = quants.dequantize(blocks, qtype)
        else:
            assert tensor.tensor_type == Type.F32, f"{tensor.name} is {tensor.tensor_type.name}"
            same(tensor.data, elements, tensor.name)
        same(decoded[tensor.name], elements, tensor.name)
    assert quantized and not expected, f"{quantized} quantized, {sorted(expected)} missing"


def same(found, expected, name):
    assert found.dtype == expected.dtype, f"{name}: {found.dtype}, not {expected.dtype}"
    assert found.shape == expected.shape, f"{name}: {found.shape}, not {expected.shape}"
    assert found.tobytes() == expected.tobytes(), f"{name}: other bits"


def finish(writer):
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
