"""Writes the files that @qkv/gguf is held against. Run: python golden/make_gguf.py

`blocks.gguf` holds, for each type, random bytes as blocks with scales of every kind (normal, negative, subnormal, zero, largest,
infinite, NaN), and beside them, as F32, the values that Python's `gguf` reads from them. `rounded.gguf` holds values and the blocks
that it rounds them to. `metadata.gguf` has a value of every type.
"""
from importlib.metadata import version
from pathlib import Path

import numpy as np
from gguf import GGUFValueType, GGUFWriter, dequantize, quantize
from gguf.constants import GGML_QUANT_SIZES, GGMLQuantizationType as Type

OUT = Path(__file__).parent.parent / "packages" / "gguf" / "test" / "golden"
OUT.mkdir(parents=True, exist_ok=True)
VERSIONS = f"gguf {version('gguf')}, numpy {np.__version__}, seed 0"

# Where the half-precision scales of a block stand, in bytes.
SCALES = {
    Type.Q4_0: [0], Type.Q4_1: [0, 2], Type.Q5_0: [0], Type.Q5_1: [0, 2], Type.Q8_0: [0], Type.Q2_K: [80, 82],
    Type.Q3_K: [108], Type.Q4_K: [0, 2], Type.Q5_K: [0, 2], Type.Q6_K: [208], Type.IQ4_NL: [0], Type.IQ4_XS: [0],
    Type.MXFP4: [], Type.F16: [], Type.BF16: [],
}
EDGES = np.array([0.0, -0.0, 1.0, -1.0, 6e-8, -6e-8, 5.9e-5, 65504.0, -65504.0, np.inf, -np.inf, np.nan], np.float16)

rng = np.random.default_rng(0)


def blocks(type: Type) -> np.ndarray:
    """Rows of random blocks: the first with scales at the edges, the others with scales as models have them."""
    size, width = GGML_QUANT_SIZES[type]
    count = {1: 2048, 32: 24, 256: 16}[size]
    data = rng.integers(0, 256, (count, width), dtype=np.uint8)
    for at in SCALES[type]:
        scales = (rng.standard_normal(count) * 0.02).astype(np.float16)
        scales[: len(EDGES)] = rng.permutation(EDGES)
        data[:, at : at + 2] = scales.view(np.uint8).reshape(count, 2)
    return data.reshape(1, -1)


def write_blocks() -> None:
    writer = GGUFWriter(OUT / "blocks.gguf", "blocks")
    writer.add_string("general.versions", VERSIONS)
    for type in SCALES:
        data = blocks(type)
        with np.errstate(all="ignore"):
            values = dequantize(data, type)
        writer.add_tensor(type.name, data, raw_dtype=type)
        writer.add_tensor(f"{type.name}.values", values)
    close(writer)


def write_rounded() -> None:
    """Blocks of values of many sizes, ties between codes, equal values, zeros, and a block with one value only."""
    values = rng.standard_normal((24, 32)).astype(np.float32) * 10.0 ** rng.integers(-6, 4, (24, 1)).astype(np.float32)
    ties = np.arange(32, dtype=np.float32) * 0.5 - 8
    constant = np.full(32, 0.3, np.float32)
    one = np.eye(32, dtype=np.float32)[7] * -3
    values = np.stack([*values, ties, -ties, constant, one, np.zeros(32, np.float32), ties / 127]).astype(np.float32)
    writer = GGUFWriter(OUT / "rounded.gguf", "rounded")
    writer.add_string("general.versions", VERSIONS)
    writer.add_tensor("values", values)
    for type in (Type.Q8_0, Type.Q4_0, Type.Q4_1, Type.Q5_0, Type.Q5_1):
        writer.add_tensor(type.name, quantize(values, type), raw_dtype=type)
    close(writer)


def write_metadata() -> None:
    writer = GGUFWriter(OUT / "metadata.gguf", "llama")
    writer.add_string("general.versions", VERSIONS)
    writer.add_custom_alignment(64)
    for name, value in {
        "uint8": 255, "int8": -128, "uint16": 65535, "int16": -32768, "uint32": 2**32 - 1, "int32": -(2**31),
        "uint64": 2**64 - 1, "int64": -(2**63), "float32": 0.5, "float64": 0.1, "bool": True, "string": "größe 𝛼\0",
    }.items():
        writer.add_key_value(f"a.{name}", value, GGUFValueType[name.upper()])
    writer.add_key_value("a.small", 5, GGUFValueType.UINT64)
    writer.add_array("a.texts", ["", "b", "가"])
    writer.add_array("a.numbers", [1, -2, 3])
    writer.add_array("a.booleans", [True, False])
    writer.add_key_value("a.nested", [[1, 2], [3]], GGUFValueType.ARRAY)
    writer.add_tensor("three", np.arange(24, dtype=np.float32).reshape(2, 3, 4))
    writer.add_tensor("bytes", np.array([1, -2, 3], np.int8))
    writer.add_tensor("double", np.array([0.1, -1e300]))
    writer.add_tensor("long", np.array([-5, 2**40], np.int64))
    writer.add_tensor("int", np.array([-5, 7], np.int32))
    writer.add_tensor("short", np.array([-5, 7], np.int16))
    close(writer)


def close(writer: GGUFWriter) -> None:
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


if __name__ == "__main__":
    write_blocks()
    write_rounded()
    write_metadata()
