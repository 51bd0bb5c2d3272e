"""The training step of this case in PyTorch: python pytorch.py FOLDER THREADS."""

import json
import math
import sys
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

sys.path.insert(0, str(Path(__file__).parents[2] / "harness"))
from engine import read_safetensors, serve


class Attention(nn.Module):
    def __init__(self, width, heads, dropout):
        super().__init__()
        self.heads, self.dropout = heads, dropout
        self.q_proj, self.k_proj, self.v_proj, self.out_proj = (nn.Linear(width, width) for _ in range(4))

    def forward(self, x, memory, causal=False):
        q, k, v = (
            y.unflatten(-1, (self.heads, -1)).transpose(1, 2)
            for y in (self.q_proj(x), self.k_proj(memory), self.v_proj(memory))
        )
        rate = self.dropout if self.training else 0.0
        y = F.scaled_dot_product_attention(q, k, v, dropout_p=rate, is_causal=causal)
        return self.out_proj(y.transpose(1, 2).flatten(2))


class Layer(nn.Module):
    """Post-norm; with attention to a memory if it is a decoder's."""

    def __init__(self, config, side):
        super().__init__()
        width = config["d_model"]
        make = lambda: Attention(width, config[f"{side}_attention_heads"], config["attention_dropout"])
        self.self_attn, self.self_attn_layer_norm = make(), nn.LayerNorm(width)
        if side == "decoder":
            self.encoder_attn, self.encoder_attn_layer_norm = make(), nn.LayerNorm(width)
        self.fc1, self.fc2 = nn.Linear(width, config[f"{side}_ffn_dim"]), nn.Linear(config[f"{side}_ffn_dim"], width)
        self.final_layer_norm = nn.LayerNorm(width)
        self.dropout, self.inner = nn.Dropout(config["dropout"]), nn.Dropout(config["activation_dropout"])

    def forward(self, x, memory=None):
        x = self.self_attn_layer_norm(x + self.dropout(self.self_attn(x, x, causal=memory is not None)))
        if memory is not None:
            x = self.encoder_attn_layer_norm(x + self.dropout(self.encoder_attn(x, memory)))
        return self.final_layer_norm(x + self.dropout(self.fc2(self.inner(F.relu(self.fc1(x))))))


class Stack(nn.Module):
    def __init__(self, config, side):
        super().__init__()
        self.layers = nn.ModuleList(Layer(config, side) for _ in range(config[f"{side}_layers"]))

    def forward(self, x, memory=None):
        for layer in self.layers:
            x = layer(x, memory)
        return x


class Marian(nn.Module):
    """Its parameters have the names of Hugging Face's MarianMTModel."""

    def __init__(self, config, length):
        super().__init__()
        width = config["d_model"]
        self.model = nn.Module()
        self.model.shared = nn.Embedding(config["vocab_size"], width)
        self.model.encoder, self.model.decoder = Stack(config, "encoder"), Stack(config, "decoder")
        self.register_buffer("final_logits_bias", torch.zeros(1, config["vocab_size"]))
        self.dropout, self.scale = nn.Dropout(config["dropout"]), math.sqrt(width)
        half = width // 2
        angles = torch.arange(length)[:, None] / 10000 ** (torch.arange(half)[None, :] / half)
        self.positions = torch.cat([angles.sin(), angles.cos()], dim=1)

    def embed(self, ids):
        return self.dropout(self.model.shared(ids) * self.scale + self.positions)

    def forward(self, source, target):
        hidden = self.model.decoder(self.embed(target), self.model.encoder(self.embed(source)))
        return F.linear(hidden, self.model.shared.weight, self.final_logits_bias[0])


def main(folder, threads):
    torch.set_num_threads(int(threads))
    torch.manual_seed(0)
    with open(f"{folder}/config.json") as file:
        config = json.load(file)
    with open(f"{folder}/batch.json") as file:
        batch = json.load(file)
    source, target, labels = (
        torch.tensor(batch[name]).reshape(batch["sentences"], batch["length"]) for name in ("source", "target", "labels")
    )
    model = Marian(config, batch["length"])
    model.load_state_dict(read_safetensors(f"{folder}/model.safetensors"))
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-4, weight_decay=0.01, fused=True)

    def backward():
        optimizer.zero_grad()
        loss = F.cross_entropy(model(source, target).flatten(0, 1), labels.flatten(), label_smoothing=0.1)
        loss.backward()
        return loss.item()

    def step():
        backward()
        optimizer.step()

    def result():
        model.eval()
        loss = backward()
        model.train()
        return [loss, torch.stack([p.grad.square().sum() for p in model.parameters()]).sum().sqrt().item()]

    model.train()
    serve(step, result, labels.numel())


main(*sys.argv[1:])
