"""Writes the files that @qkv/safetensors is held against. Run: python golden/make_safetensors.py

`mixed.safetensors` is written by the reference implementation from tensors of every dtype; `halves.safetensors` holds
float32 numbers around every edge of rounding and what PyTorch makes of them in half precision; `eighths.safetensors` every number of 8
bits, and as float32.
"""
from pathlib import Path

import safetensors
import torch
from safetensors.torch import save_file

OUT = Path(__file__).parent.parent / "packages" / "safetensors" / "test" / "golden"
OUT.mkdir(parents=True, exist_ok=True)
PROVENANCE = {"versions": f"torch {torch.__version__}, safetensors {safetensors.__version__}, seed 0"}

torch.manual_seed(0)
counting = torch.arange(6).reshape(2, 3)
mixed = {
    "z.weight": torch.randn(2, 3),
    "a.weight": torch.randn(5),
    "half": torch.tensor([1.0, -2.5, 65504.0], dtype=torch.float16),
    "brain": torch.tensor([1.0, -2.5, 3.0e38], dtype=torch.bfloat16),
    "double": torch.tensor([0.1, -1e300], dtype=torch.float64),
    "ids": torch.tensor([[0, -1, 2**31 - 1], [3, 4, -(2**31)]], dtype=torch.int64),
    "int": counting.to(torch.int32) - 3,
    "short": counting.to(torch.int16) - 3,
    "byte": counting.to(torch.int8) - 3,
    "unsigned": torch.tensor([0, 127, 255], dtype=torch.uint8),
    "mask": torch.tensor([True, False, True]),
    "scalar": torch.tensor(7.0),
    "empty": torch.zeros(0, 3),
    "größe.𝛼": torch.tensor([1.5]),
    'a "quoted"\\\n\u007f name': torch.tensor([2.5]),
    "10": torch.tensor([10.0]),
    "9": torch.tensor([9.0]),
}
save_file(mixed, OUT / "mixed.safetensors", metadata=PROVENANCE)

patterns = torch.arange(0, 2**16, dtype=torch.int32).to(torch.int16)
exact = patterns.view(torch.float16).float()
finite = exact[torch.isfinite(exact)].sort().values.unique()
between = (finite[1:] + finite[:-1]) / 2  # exact ties in float32
step = torch.tensor([1, -1], dtype=torch.int32)
nudged = torch.cat([(between[::31].contiguous().view(torch.int32) + s).view(torch.float32) for s in step])
edges = torch.tensor([0.0, -0.0, 65504, 65519.996, 65520, -65520, 65536, 3.4e38, float("inf"), -float("inf"), 2**-24,
                      2**-25, 2**-25 * 1.0000001, -(2**-25), 2**-26, 1e-45, 2**-14, 2**-14 - 2**-25, 0.1, 1 / 3])
numbers = torch.cat([edges, between[::31], nudged, torch.randn(1009) * 10.0 ** torch.randint(-9, 6, (1009,))])
save_file({"float32": numbers, "float16": numbers.half(), "bfloat16": numbers.bfloat16()}, OUT / "halves.safetensors", metadata=PROVENANCE)

eighths = {"byte": torch.tensor([1], dtype=torch.uint8), "short": torch.tensor([2], dtype=torch.int16), "small": torch.tensor([3], dtype=torch.int8)}
for name, dtype in (("e4m3", torch.float8_e4m3fn), ("e5m2", torch.float8_e5m2)):
    eighths[name] = torch.arange(256, dtype=torch.int32).to(torch.uint8).view(dtype)
    eighths[f"{name} as floats"] = eighths[name].float()
save_file(eighths, OUT / "eighths.safetensors", metadata=PROVENANCE)
