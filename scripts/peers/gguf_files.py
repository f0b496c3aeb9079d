"""Makes the files in java/fundir/src/test/resources/gguf/, as the gguf package writes them. Needs gguf, numpy, safetensors and
ctransformers of PyPI.

usage: gguf_files.py FOLDER
"""
import pathlib
import sys

import numpy as np
from gguf import GGML_QUANT_SIZES, GGMLQuantizationType as Type, GGUFEndian, GGUFValueType as Value, GGUFWriter, quants
from safetensors.numpy import save_file

import kquants

LEGACY = (Type.Q4_0, Type.Q4_1, Type.Q5_0, Type.Q5_1, Type.Q8_0)
PLAIN = {"F32": np.float32, "F16": np.float16, "F64": np.float64, "I8": np.int8, "I16": np.int16, "I32": np.int32, "I64": np.int64}


def finish(writer):
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def raw(array):
    return np.frombuffer(array.tobytes(), dtype=np.uint8)


def bf16(array):
    """The bytes of an array in BF16, as the writer takes them."""
    return quants.quantize(np.ascontiguousarray(array, dtype=np.float32), Type.BF16)


def every_value(writer):
    for value, least, most in (
        (Value.UINT8, 0, 255), (Value.INT8, -128, 127), (Value.UINT16, 0, 65535), (Value.INT16, -32768, 32767),
        (Value.UINT32, 0, 2**32 - 1), (Value.INT32, -(2**31), 2**31 - 1), (Value.UINT64, 0, 2**64 - 1),
        (Value.INT64, -(2**63), 2**63 - 1), (Value.FLOAT32, -1.5, 0.1), (Value.FLOAT64, -1.5, 0.1), (Value.BOOL, False, True),
        (Value.STRING, "small", "g\u00fcn\u00e7 \U0001f600"),
    ):
        name = value.name.lower()
        writer.add_key_value(f"test.{name}.least", least, value)
        writer.add_key_value(f"test.{name}.most", most, value)
        writer.add_key_value(f"test.{name}.array", [least, most, least], Value.ARRAY, sub_type=value)
    writer.add_key_value("test.nested", [[1, 2], [3]], Value.ARRAY)


def every_type(folder):
    """A file with values and tensors of every type, and the bytes that its tensors are read as."""
    random = np.random.default_rng(21)
    writer = GGUFWriter(folder / "every-type.gguf", "test")
    writer.add_name("Every type")
    writer.add_version("1.2")
    writer.add_custom_alignment(64)
    every_value(writer)
    expected = {}
    for name, dtype in PLAIN.items():
        values = random.standard_normal((2, 3, 5)) if name[0] == "F" else random.integers(-128, 128, (2, 3, 5))
        expected[name] = raw(values.astype(dtype))
        writer.add_tensor(name, values.astype(dtype))
    values = bf16(random.standard_normal((3, 5)))
    expected["BF16"] = raw(values)
    writer.add_tensor("BF16", values, raw_dtype=Type.BF16)
    for qtype in (*LEGACY, *kquants.TYPES):
        columns = 2 * GGML_QUANT_SIZES[qtype][0]
        weights = (random.standard_normal((2, columns)) * 0.04).astype(np.float32)
        blocks = kquants.quantize(weights, qtype) if qtype in kquants.TYPES else quants.quantize(weights, qtype)
        expected[qtype.name] = raw(quants.dequantize(blocks, qtype))
        writer.add_tensor(qtype.name, blocks, raw_dtype=qtype)
    writer.add_tensor("empty", np.zeros((0, 4), dtype=np.float32))
    writer.add_tensor("scalar", np.array(2.5, dtype=np.float32))
    expected["empty"], expected["scalar"] = raw(np.zeros(0)), raw(np.array(2.5, dtype=np.float32))
    finish(writer)
    save_file(expected, folder / "every-type.safetensors")


def written(folder):
    """One model in three files, as a writer that is told the same writes it; and its tensors in F32."""
    random = np.random.default_rng(22)
    tensors = {
        "output.weight": (random.standard_normal((5, 96)) * 0.04).astype(np.float32),
        "norm.weight": random.standard_normal(96).astype(np.float32),
        "odd.weight": random.standard_normal((3, 33)).astype(np.float32),
        "experts.weight": (random.standard_normal((2, 3, 64)) * 0.04).astype(np.float32),
    }
    save_file(tensors, folder / "written.safetensors")
    for name, qtype, file_type in (("f32", Type.F32, None), ("q8_0", Type.Q8_0, 7), ("q4_0", Type.Q4_0, 2)):
        writer = GGUFWriter(folder / f"written-{name}.gguf", "llama")
        writer.add_name("A model")
        writer.add_version("0.3.1")
        if file_type is not None:
            writer.add_quantization_version(2)
            writer.add_file_type(file_type)
        writer.add_uint32("llama.block_count", 2)
        writer.add_int32("test.negative", -2)
        writer.add_float32("llama.rope.freq_base", 10000.0)
        writer.add_float64("test.double", 0.1)
        writer.add_bool("test.bool", True)
        writer.add_string("general.license", "apache-2.0")
        writer.add_array("tokenizer.ggml.tokens", ["<s>", "\u2581a", "b"])
        writer.add_array("tokenizer.ggml.token_type", [3, 1, 1])
        writer.add_array("tokenizer.ggml.scores", [-0.5, 0.25, 1.0])
        for key, tensor in tensors.items():
            quantized = qtype != Type.F32 and tensor.ndim >= 2 and tensor.shape[-1] % 32 == 0
            if quantized:
                writer.add_tensor(key, quants.quantize(tensor, qtype), raw_dtype=qtype)
            else:
                writer.add_tensor(key, tensor)
        finish(writer)


def big_endian(folder):
    writer = GGUFWriter(folder / "big-endian.gguf", "test", endianess=GGUFEndian.BIG)
    writer.add_tensor("a", np.ones(4, dtype=np.float32))
    finish(writer)


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    every_type(folder)
    written(folder)
    big_endian(folder)


if __name__ == "__main__":
    main()
