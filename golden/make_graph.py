"""Writes what graph attention gives, by its definition over a dense adjacency: GAT, and a Transformer with edge biases.

Run: python golden/make_graph.py

`packages/attention/test/golden/graph.safetensors`: edges [source, target], node and edge features, weights, outputs.
"""

import math
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import save_file

OUT = Path(__file__).parent.parent / "packages" / "attention" / "test" / "golden" / "graph.safetensors"
torch.manual_seed(0)
N, I, H, D, FEATURES = 7, 5, 3, 2, 4
edges = torch.tensor([[0, 1], [2, 1], [5, 1], [1, 0], [3, 2], [1, 2], [2, 4], [4, 5], [0, 5], [6, 5], [3, 3]])
tensors = {"edges": edges, "x": torch.randn(N, I), "h": torch.randn(N, H * D), "features": torch.randn(len(edges), FEATURES)}
adjacency = torch.zeros(N, N, dtype=torch.bool)
adjacency[edges[:, 1], edges[:, 0]] = True  # [target, source]; node 6 sees nobody


def softmax(scores, visible):
    weights = torch.softmax(scores.masked_fill(~visible, -1e9), -1)
    return weights * visible


# arXiv:1710.10903, equations 1 to 6
for combine in ("concat", "mean"):
    weight, source, target = torch.randn(H * D, I), torch.randn(H, D), torch.randn(H, D)
    bias = torch.randn(H * D if combine == "concat" else D)
    h = (tensors["x"] @ weight.T).view(N, H, D)
    scores = F.leaky_relu((h * target).sum(-1).T[:, :, None] + (h * source).sum(-1).T[:, None, :], 0.2)  # [H, N, N]
    pooled = torch.einsum("hts,shd->thd", softmax(scores, adjacency), h)
    output = (pooled.reshape(N, H * D) if combine == "concat" else pooled.mean(1)) + bias
    tensors |= {f"{combine}.proj.weight": weight, f"{combine}.sourceScore": source, f"{combine}.targetScore": target}
    tensors |= {f"{combine}.bias": bias, f"{combine}.output": output}

linears = {name: torch.nn.Linear(H * D, H * D) for name in ("qProj", "kProj", "vProj", "outProj")}
linears["edgeProj"] = torch.nn.Linear(FEATURES, H)
for name, linear in linears.items():
    torch.nn.init.normal_(linear.bias, std=0.5)
    tensors |= {f"heads.{name}.weight": linear.weight, f"heads.{name}.bias": linear.bias}
q, k, v = (linears[name](tensors["h"]).view(N, H, D) for name in ("qProj", "kProj", "vProj"))
bias = torch.zeros(N, N, H)
bias[edges[:, 1], edges[:, 0]] = linears["edgeProj"](tensors["features"])
scores = torch.einsum("thd,shd->hts", q, k) / math.sqrt(D) + bias.permute(2, 0, 1)
pooled = torch.einsum("hts,shd->thd", softmax(scores, adjacency), v).reshape(N, H * D)
tensors["heads.output"] = linears["outProj"](pooled)

save_file({name: value.detach().contiguous().clone() for name, value in tensors.items()}, OUT, {"torch": torch.__version__, "seed": "0"})
