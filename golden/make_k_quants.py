"""Writes the blocks of 256 values that @qkv/gguf's rounding is held against. Run: python golden/make_k_quants.py GGML

GGML is a clone of https://github.com/ggml-org/ggml, whose rounding in C is compiled here, without contraction of products and sums:
Python's `gguf` reads such blocks and does not round to them.
"""
import ctypes
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from gguf import GGUFWriter
from gguf.constants import GGML_QUANT_SIZES, GGMLQuantizationType as Type

OUT = Path(__file__).parent.parent / "packages" / "gguf" / "test" / "golden" / "rounded_k.gguf"


def compiled(ggml: Path, folder: Path) -> ctypes.CDLL:
    library = folder / "quants.so"
    include = [f"-I{ggml / part}" for part in ("include", "src", "src/ggml-cpu")]
    flags = ["-shared", "-fPIC", "-O2", "-ffp-contract=off", "-w"]
    subprocess.run(["gcc", *flags, *include, "-o", library, ggml / "src" / "ggml-quants.c", "-lm"], check=True)
    return ctypes.CDLL(str(library), mode=0x1)  # lazily: what is not called need not be there


def values() -> np.ndarray:
    """Rows of many sizes and shapes: normal, of one sign, with outliers, sparse, equal, zero, a ramp with ties."""
    rng = np.random.default_rng(0)
    normal = rng.standard_normal((12, 256)) * 10.0 ** rng.integers(-4, 3, (12, 1))
    groups = rng.standard_normal((8, 256)) * np.repeat(10.0 ** rng.uniform(-3, 1, (8, 16)), 16, axis=1)
    outliers = rng.standard_normal((4, 256)) * np.where(rng.random((4, 256)) < 0.02, 30, 1)
    sparse = rng.standard_normal((4, 256)) * (rng.random((4, 256)) < 0.1)
    ramp = np.arange(256) / 16.0 - 8
    rows = [*normal, *groups, *outliers, *sparse, *abs(normal[:3]), *-abs(normal[:3]), ramp, -ramp,
            np.full(256, 0.3), np.full(256, -0.3), np.zeros(256), np.eye(256)[37] * -5]
    return np.stack(rows).astype(np.float32)


def main(ggml: Path) -> None:
    rows = values()
    writer = GGUFWriter(OUT, "rounded")
    commit = subprocess.run(["git", "-C", ggml, "rev-parse", "HEAD"], capture_output=True, text=True).stdout.strip()
    writer.add_string("general.versions", f"ggml {commit[:8] or 'of no commit'}, numpy {np.__version__}, gguf {version('gguf')}, seed 0")
    writer.add_tensor("values", rows)
    with TemporaryDirectory() as folder:
        library = compiled(ggml, Path(folder))
        for type, name in ((Type.Q4_K, "quantize_row_q4_K_ref"), (Type.Q6_K, "quantize_row_q6_K_ref")):
            blocks = np.zeros((len(rows), GGML_QUANT_SIZES[type][1]), np.uint8)
            function = getattr(library, name)
            function.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64]
            function(rows.ctypes.data, blocks.ctypes.data, rows.size)
            writer.add_tensor(type.name, blocks, raw_dtype=type)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
