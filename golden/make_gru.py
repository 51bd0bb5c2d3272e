"""Writes what torch.nn.GRU gives, and Bahdanau's decoder as Dive into Deep Learning builds it from one (section 11.4).

Run: python golden/make_gru.py

`packages/nn/test/golden/gru.safetensors`: inputs, weights under our names, outputs and states; in `packed.` those of a
batch of two lengths; `bidirectionalGru.safetensors`: the same of one that reads both ways. `packages/attention/test/golden/bahdanau.safetensors`: weights, every step's attention, logits.
"""

from pathlib import Path

import torch
from safetensors.torch import save_file
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

PACKAGES = Path(__file__).parent.parent / "packages"
torch.manual_seed(0)


def randomized(module):
    for parameter in module.parameters():
        torch.nn.init.normal_(parameter, std=0.5)
    return module.eval()


def gru_weights(prefix, gru):
    names = {"weight_ih": "inputProj.weight", "weight_hh": "hiddenProj.weight", "bias_ih": "inputProj.bias", "bias_hh": "hiddenProj.bias"}
    directions = {"": "layers", "_reverse": "reverseLayers"} if gru.bidirectional else {"": "layers"}
    return {
        f"{prefix}{ours_layers}.{layer}.{ours}": getattr(gru, f"{theirs}_l{layer}{suffix}")
        for suffix, ours_layers in directions.items()
        for layer in range(gru.num_layers)
        for theirs, ours in names.items()
    }


def save(path, tensors):
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file({name: value.detach().contiguous().clone() for name, value in tensors.items()}, path, {"torch": torch.__version__, "seed": "0"})


def make_gru(bidirectional=False):
    gru = randomized(torch.nn.GRU(5, 3, num_layers=2, batch_first=True, bidirectional=bidirectional))
    x, state = torch.randn(2, 4, 5), torch.randn(4 if bidirectional else 2, 2, 3)
    output, last = gru(x, state)
    tensors = gru_weights("weights.", gru) | {"x": x, "state": state, "output": output, "last": last}
    packed, last = gru(pack_padded_sequence(x, [4, 2], batch_first=True), state)
    output, _ = pad_packed_sequence(packed, batch_first=True)
    file = "bidirectionalGru" if bidirectional else "gru"
    save(PACKAGES / f"nn/test/golden/{file}.safetensors", tensors | {"packed.output": output, "packed.last": last})


def make_bahdanau():
    B, S, T, E, N, V = 2, 5, 3, 4, 6, 7
    embedding = randomized(torch.nn.Embedding(V, E))
    rnn = randomized(torch.nn.GRU(E + N, N, num_layers=2, batch_first=True))
    dense = randomized(torch.nn.Linear(N, V))
    w_q, w_k, w_v = (randomized(torch.nn.Linear(N, width, bias=False)) for width in (N, N, 1))
    memory, state, valid = torch.randn(B, S, N), torch.randn(2, B, N), torch.tensor([5, 2])
    ids = torch.randint(V, (B, T))
    hidden, outputs, weights = state, [], []
    for x in embedding(ids).unbind(1):
        features = torch.tanh(w_q(hidden[-1])[:, None] + w_k(memory))
        scores = w_v(features).squeeze(-1).masked_fill(torch.arange(S)[None] >= valid[:, None], -1e6)
        weights.append(torch.softmax(scores, -1))
        context = (weights[-1][:, :, None] * memory).sum(1)
        out, hidden = rnn(torch.cat([context, x], -1)[:, None], hidden)
        outputs.append(out)
    tensors = gru_weights("decoder.rnn.", rnn) | {"decoder.embedding.weight": embedding.weight}
    tensors |= {"decoder.outProj.weight": dense.weight, "decoder.outProj.bias": dense.bias}
    tensors |= {f"attention.score.{name}Proj.weight": w.weight for name, w in (("query", w_q), ("key", w_k), ("score", w_v))}
    tensors |= {"memory": memory, "state": state, "valid": valid, "ids": ids, "weights": torch.stack(weights, 1)}
    save(PACKAGES / "attention/test/golden/bahdanau.safetensors", tensors | {"logits": dense(torch.cat(outputs, 1)), "last": hidden})


with torch.no_grad():
    make_gru()
    make_bahdanau()
    make_gru(bidirectional=True)
