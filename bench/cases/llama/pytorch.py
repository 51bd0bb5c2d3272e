"""The work of this case in PyTorch: python pytorch.py FOLDER prefill|decode THREADS."""

import json
import sys
from pathlib import Path

import torch
import torch.nn.functional as F

sys.path.insert(0, str(Path(__file__).parents[2] / "harness"))
from engine import read_safetensors, serve


def rms_norm(x, weight, eps):
    return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + eps) * weight


def turn(x, angles):
    """Pairs of features i and i + D / 2."""
    a, b = x.chunk(2, dim=-1)
    cos, sin = angles.cos(), angles.sin()
    return torch.cat([a * cos - b * sin, b * cos + a * sin], dim=-1)


class Llama:
    """Its weights have the names of Hugging Face's LlamaForCausalLM."""

    def __init__(self, config, weights):
        self.config, self.weights = config, weights
        width = config["head_dim"]
        self.rates = config["rope_theta"] ** (-torch.arange(0, width, 2).float() / width)

    def layer(self, i, x, past, angles):
        config, width = self.config, self.config["head_dim"]
        weight = lambda name: self.weights[f"model.layers.{i}.{name}.weight"]
        norm = lambda name, x: rms_norm(x, weight(name), config["rms_norm_eps"])
        heads = lambda name, h: F.linear(h, weight(f"self_attn.{name}")).unflatten(-1, (-1, width)).transpose(1, 2)
        h = norm("input_layernorm", x)
        q, k, v = turn(heads("q_proj", h), angles), turn(heads("k_proj", h), angles), heads("v_proj", h)
        if past is not None:
            k, v = torch.cat([past[0], k], dim=2), torch.cat([past[1], v], dim=2)
        y = F.scaled_dot_product_attention(q, k, v, is_causal=past is None, enable_gqa=True)
        x = x + F.linear(y.transpose(1, 2).flatten(2), weight("self_attn.o_proj"))
        h = norm("post_attention_layernorm", x)
        gate = F.silu(F.linear(h, weight("mlp.gate_proj")))
        return x + F.linear(gate * F.linear(h, weight("mlp.up_proj")), weight("mlp.down_proj")), (k, v)

    def read(self, ids, pasts):
        """The logits after the last of `ids`, and keys and values of all layers."""
        table = self.weights["model.embed_tokens.weight"]
        offset = 0 if pasts is None else pasts[0][0].shape[2]
        angles = torch.arange(offset, offset + len(ids))[:, None] * self.rates
        x, kept = F.embedding(torch.tensor([ids]), table), []
        for i in range(self.config["num_hidden_layers"]):
            x, keys_values = self.layer(i, x, None if pasts is None else pasts[i], angles)
            kept.append(keys_values)
        last = rms_norm(x[:, -1], self.weights["model.norm.weight"], self.config["rms_norm_eps"])
        return F.linear(last, table)[0], kept


@torch.inference_mode()
def main(folder, task, threads):
    torch.set_num_threads(int(threads))
    config, ids = (json.loads(Path(folder, name).read_text()) for name in ("config.json", "ids.json"))
    model = Llama(config, read_safetensors(f"{folder}/model.safetensors"))
    after = model.read(ids["prompt"], None)[1] if task == "decode" else None

    def run():
        if after is None:
            return model.read(ids["prompt"], None)[0]
        pasts = after
        for token in ids["made"]:
            logits, pasts = model.read([token], pasts)
        return logits

    def result():
        logits = run()
        return (logits - logits.mean()).tolist()

    serve(run, result, len(ids["made" if task == "decode" else "prompt"]))


main(*sys.argv[1:])
