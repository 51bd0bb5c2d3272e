"""Writes what PyTorch, transformers and Dive into Deep Learning's definitions give for attention of every kind.

Run: python golden/make_attention.py

`packages/attention/test/golden/attention.safetensors`: inputs, weights under our names, and every stage, in groups by the
first part of the name. Where no library has the function, its published definition stands below in a few lines.
"""

import math
from pathlib import Path

import torch
import torch.nn.functional as F
import transformers
from safetensors.torch import save_file
from transformers import Qwen3Config, SwinConfig
from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS
from transformers.models.bloom.modeling_bloom import build_alibi_tensor
from transformers.models.gemma2.modeling_gemma2 import eager_attention_forward as gemma2_attention
from transformers.models.gpt_oss.modeling_gpt_oss import eager_attention_forward as gpt_oss_attention
from transformers.models.gptj.modeling_gptj import apply_rotary_pos_emb as apply_interleaved
from transformers.models.llama.modeling_llama import apply_rotary_pos_emb as apply_halves
from transformers.models.qwen3.modeling_qwen3 import Qwen3Attention, Qwen3RotaryEmbedding
from transformers.models.swin.modeling_swin import SwinLayer, SwinRelativePositionBias
from transformers.models.t5.modeling_t5 import T5Attention

OUT = Path(__file__).parent.parent / "packages" / "attention" / "test" / "golden" / "attention.safetensors"
torch.manual_seed(0)
tensors = {}


def put(group, **named):
    tensors.update({f"{group}.{name.replace('__', '.')}": value for name, value in named.items()})


def randomize(module):
    for parameter in module.parameters():
        torch.nn.init.normal_(parameter, std=0.5)
    return module.eval()


# Kernel regression: d2l section 11.2, whose "epanechikov" is the triangle; and the true one.
def kernel_regression():
    x, y = torch.sort(torch.rand(11) * 5)[0], torch.randn(11)
    queries = torch.arange(0, 5, 0.7)
    distance = queries[:, None] - x[None, :]
    kernels = {
        "gaussian": lambda u: torch.exp(-(u**2) / 2),
        "boxcar": lambda u: (u.abs() < 1).float(),
        "constant": lambda u: 1.0 + 0 * u,
        "triangular": lambda u: torch.clamp(1 - u.abs(), min=0),
        "epanechikov": lambda u: 0.75 * torch.clamp(1 - u**2, min=0),
    }
    put("pooling", queries=queries[None, :, None], keys=x[None, :, None], values=y[None, :, None])
    for name, kernel in kernels.items():
        weights = kernel(distance / 0.9)
        weights = weights / weights.sum(1, keepdim=True).clamp(min=1e-30)
        put("pooling", **{f"{name}__weights": weights[None], f"{name}__output": (weights @ y)[None, :, None]})


def scores():
    queries, keys, values = torch.randn(2, 3, 5), torch.randn(2, 7, 5), torch.randn(2, 7, 11)
    wide = torch.randn(2, 7, 13)
    put("scores", queries=queries, keys=keys, values=values, wide=wide)
    product = queries @ keys.mT
    put("scores", dot=product, scaledDot=product / math.sqrt(5), distance=-torch.cdist(queries, keys) ** 2 / (2 * 0.8**2))
    put("scores", cosine=2 * F.normalize(queries, dim=-1) @ F.normalize(keys, dim=-1).mT)
    # d2l section 11.3.3
    w_q, w_k, w_v = torch.randn(3, 5), torch.randn(3, 13), torch.randn(1, 3)
    additive = (torch.tanh((queries @ w_q.T)[:, :, None] + (wide @ w_k.T)[:, None]) @ w_v.T).squeeze(-1)
    put("scores", additive=additive, additiveWeights__queryProj__weight=w_q)
    put("scores", additiveWeights__keyProj__weight=w_k, additiveWeights__scoreProj__weight=w_v)
    w = torch.randn(13, 5)
    put("scores", bilinear=torch.einsum("bqi,oi,bko->bqk", queries, w, wide), bilinearWeights__queryProj__weight=w)
    for name in ("dot", "scaledDot", "distance", "cosine", "additive", "bilinear"):
        put("scores", **{f"pooled__{name}": torch.softmax(tensors[f"scores.{name}"], -1) @ values})


# d2l section 11.3.2
def masked_softmax(x, valid_lens):
    if valid_lens is None:
        return torch.softmax(x, dim=-1)
    shape = x.shape
    valid_lens = torch.repeat_interleave(valid_lens, shape[1]) if valid_lens.dim() == 1 else valid_lens.reshape(-1)
    x = x.reshape(-1, shape[-1]).clone()
    x[torch.arange(shape[-1])[None, :] >= valid_lens[:, None]] = -1e6
    return torch.softmax(x.reshape(shape), dim=-1)


# d2l section 11.3.3, `DotProductAttention.forward`
def d2l_dot_product(queries, keys, values, valid_lens=None, window_mask=None, num_heads=1):
    scores = torch.bmm(queries, keys.transpose(1, 2)) / math.sqrt(queries.shape[-1])
    if window_mask is not None:
        windows, (n, q, k) = window_mask.shape[0], scores.shape
        scores = scores.reshape(n // (windows * num_heads), windows, num_heads, q, k) + window_mask[:, None][None]
        scores = scores.reshape(n, q, k)
    weights = masked_softmax(scores, valid_lens)
    return weights, torch.bmm(weights, values)


def masks():
    x = torch.randn(3, 2, 5)
    one, two = torch.tensor([2, 5, 0]), torch.tensor([[1, 3], [0, 5], [4, 2]])
    put("masks", scores=x, lens1=one, lens2=two, none=masked_softmax(x, None))
    put("masks", weights1=masked_softmax(x, one), weights2=masked_softmax(x, two))
    heads, windows, size = 2, 4, 4
    n = 3 * windows * heads
    queries, keys, values = torch.randn(n, size, 5), torch.randn(n, size, 5), torch.randn(n, size, 7)
    # transformers keeps the mask maker in a method of its layer
    layer = SwinLayer(SwinConfig(window_size=2), dim=96, input_resolution=(4, 4), num_heads=3, shift_size=1)
    window_mask = layer.get_attn_mask(4, 4, torch.float32, "cpu")
    lens = torch.arange(n) % size + 1
    put("windows", queries=queries, keys=keys, values=values, mask=window_mask, lens=lens)
    for name, args in {"plain": (None, None), "lens": (lens, None), "masked": (None, window_mask), "both": (lens, window_mask)}.items():
        weights, output = d2l_dot_product(queries, keys, values, *args, num_heads=heads)
        put("windows", **{f"{name}__weights": weights, f"{name}__output": output})
    layer = SwinLayer(SwinConfig(window_size=3), dim=96, input_resolution=(9, 6), num_heads=3, shift_size=2)
    put("windows", mask9x6=layer.get_attn_mask(9, 6, torch.float32, "cpu"))
    bias = randomize(SwinRelativePositionBias(3, (3, 3)))
    put("windows", index=bias.relative_position_index.view(9, 9), table=bias.relative_position_bias_table, bias=bias())


def scaled_dot_product():
    q, k, v = torch.randn(2, 6, 5, 7), torch.randn(2, 6, 5, 7), torch.randn(2, 6, 5, 11)
    mask = torch.rand(2, 6, 5, 5) > 0.4
    mask[..., 0] = True
    bias = torch.randn(1, 6, 5, 5)
    put("sdpa", q=q, k=k, v=v, mask=mask, bias=bias, plain=F.scaled_dot_product_attention(q, k, v))
    put("sdpa", causal=F.scaled_dot_product_attention(q, k, v, is_causal=True))
    put("sdpa", masked=F.scaled_dot_product_attention(q, k, v, attn_mask=mask))
    put("sdpa", biased=F.scaled_dot_product_attention(q, k, v, attn_mask=bias, scale=0.3))
    grouped = {"q": q, "k": torch.randn(2, 2, 5, 7), "v": torch.randn(2, 2, 5, 7)}
    put("gqa", **grouped, mqaK=grouped["k"][:, :1].clone(), mqaV=grouped["v"][:, :1].clone())
    for name, groups in (("grouped", 2), ("multiQuery", 1)):
        args = (q, grouped["k"][:, :groups], grouped["v"][:, :groups])
        put("gqa", **{name: F.scaled_dot_product_attention(*args, enable_gqa=True)})
        put("gqa", **{f"{name}Causal": F.scaled_dot_product_attention(*args, enable_gqa=True, is_causal=True)})
    module = torch.nn.Module().eval()
    module.num_key_value_groups = 3
    module.sinks = torch.randn(6)
    visible = torch.zeros(2, 1, 5, 5).masked_fill(~torch.ones(5, 5, dtype=torch.bool).tril(), torch.finfo(torch.float32).min)
    # Their masks come as numbers to be added.
    out, weights = gpt_oss_attention(module, q, grouped["k"], grouped["v"], visible, scaling=7**-0.5)
    put("gqa", sinks=module.sinks, sinksWeights=weights, sinksOutput=out.transpose(1, 2))
    out, weights = gemma2_attention(module, q, grouped["k"], grouped["v"], visible, scaling=0.5, softcap=0.7)
    put("gqa", softcapWeights=weights, softcapOutput=out.transpose(1, 2))


def multi_head():
    E, H = 6, 3
    x, context, other = torch.randn(2, 4, E), torch.randn(2, 5, 10), torch.randn(2, 5, 7)
    put("mha", x=x, context=context, valueContext=other)
    self_attention = randomize(torch.nn.MultiheadAttention(E, H, batch_first=True))
    cross = randomize(torch.nn.MultiheadAttention(E, H, kdim=10, vdim=7, batch_first=True))
    unbiased = randomize(torch.nn.MultiheadAttention(E, H, bias=False, batch_first=True))
    for name, module in (("self", self_attention), ("unbiased", unbiased)):
        for proj, weight in zip("qkv", module.in_proj_weight.chunk(3)):
            put(f"mha.{name}", **{f"{proj}Proj__weight": weight})
    for name, module in (("self", self_attention), ("cross", cross)):
        for proj, bias in zip("qkv", module.in_proj_bias.chunk(3)):
            put(f"mha.{name}", **{f"{proj}Proj__bias": bias})
        put(f"mha.{name}", outProj__bias=module.out_proj.bias)
    put("mha.cross", qProj__weight=cross.q_proj_weight, kProj__weight=cross.k_proj_weight, vProj__weight=cross.v_proj_weight)
    for name, module in (("self", self_attention), ("cross", cross), ("unbiased", unbiased)):
        put(f"mha.{name}", outProj__weight=module.out_proj.weight)

    hide = torch.tensor([[0, 0, 0, 1], [0, 1, 0, 0], [1, 0, 0, 0], [0, 0, 1, 0]], dtype=torch.bool)
    per_head = torch.rand(2 * H, 4, 4) > 0.6
    per_head[..., 1] = False
    padding = torch.tensor([[0, 0, 0, 0], [0, 0, 1, 1]], dtype=torch.bool)
    added, added_keys = torch.randn(4, 4), torch.randn(2, 4)
    causal = torch.triu(torch.ones(4, 4, dtype=torch.bool), 1)
    put("mha", keep=~hide, keepPerHead=~per_head.reshape(2, H, 4, 4), keepKeys=~padding, bias=added, keyBias=added_keys)
    kinds = {
        "none": {},
        "bool": {"attn_mask": hide},
        "perHead": {"attn_mask": per_head},
        "float": {"attn_mask": added},
        "padding": {"key_padding_mask": padding},
        "floatPadding": {"key_padding_mask": added_keys},
        "causal": {"attn_mask": causal, "is_causal": True},
        "causalPadding": {"attn_mask": causal, "key_padding_mask": padding},
        "floatAndPadding": {"attn_mask": added, "key_padding_mask": torch.zeros(2, 4).masked_fill(padding, -torch.inf)},
    }
    for name, options in kinds.items():
        output, weights = self_attention(x, x, x, average_attn_weights=False, **options)
        put(f"mha.{name}", output=output, weights=weights)
    output, weights = cross(x, context, other, average_attn_weights=False)
    put("mha.across", output=output, weights=weights)
    put("mha.withoutBias", output=unbiased(x, x, x)[0])


def rotary():
    x = torch.randn(2, 3, 5, 8)
    put("rotary", x=x)
    scalings = {
        "default": {},
        "linear": {"factor": 3.0},
        "dynamic": {"factor": 2.5},
        "yarn": {"factor": 4.0, "original_max_position_embeddings": 64},
        "llama3": {"factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 64},
    }
    for name, scaling in scalings.items():
        # dynamic starts to grow beyond max_position_embeddings: positions 3 to 7 of 6
        limit = 6 if name == "dynamic" else 256
        parameters = {"rope_type": name, "rope_theta": 500.0, **scaling}
        config = Qwen3Config(hidden_size=24, num_attention_heads=3, head_dim=8, max_position_embeddings=limit, rope_parameters=parameters)
        if name == "default":
            frequencies, scale = 1 / 500.0 ** (torch.arange(0, 8, 2) / 8), 1.0
        else:
            frequencies, scale = ROPE_INIT_FUNCTIONS[name](config, "cpu", seq_len=8 if name == "dynamic" else None)
        angles = torch.arange(3, 8)[:, None] * frequencies[None]
        cos, sin = torch.cat([angles, angles], -1).cos() * scale, torch.cat([angles, angles], -1).sin() * scale
        put("rotary", **{f"{name}__frequencies": frequencies, f"{name}__rotated": apply_halves(x, x, cos[None], sin[None])[0]})
    angles = torch.arange(3, 8)[:, None] / 500.0 ** (torch.arange(0, 8, 2) / 8)[None]
    turned = apply_interleaved(x.transpose(1, 2), angles.sin()[None], angles.cos()[None]).transpose(1, 2)
    put("rotary", interleaved=turned)

    config = Qwen3Config(hidden_size=24, num_attention_heads=6, num_key_value_heads=2, head_dim=8, rms_norm_eps=1e-6)
    config._attn_implementation = "eager"
    module = randomize(Qwen3Attention(config, 0))
    hidden = torch.randn(2, 5, 24)
    visible = torch.zeros(1, 1, 5, 5).masked_fill(~torch.ones(5, 5, dtype=torch.bool).tril(), torch.finfo(torch.float32).min)
    embeddings = Qwen3RotaryEmbedding(config)(hidden, torch.arange(5)[None])
    output, weights = module(hidden, embeddings, visible)
    put("qwen3", x=hidden, output=output, weights=weights, base=torch.tensor([config.rope_parameters["rope_theta"]]))
    for ours, theirs in (("qProj", "q_proj"), ("kProj", "k_proj"), ("vProj", "v_proj"), ("outProj", "o_proj"), ("qNorm", "q_norm"), ("kNorm", "k_norm")):
        put("qwen3.weights", **{f"{ours}__weight": getattr(module, theirs).weight})


def biases():
    for heads in (4, 6):
        # bloom's alibi for a full mask: slope times the position of the key
        put("alibi", **{f"h{heads}": build_alibi_tensor(torch.ones(1, 7), heads, torch.float32)[:, 0][None, :, None]})
    distance = torch.arange(-300, 300)
    for name, both in (("both", True), ("past", False)):
        put("t5", **{name: T5Attention._relative_position_bucket(distance, bidirectional=both)})
    weight = torch.randn(32, 3)
    bucket = T5Attention._relative_position_bucket(torch.arange(7)[None] - torch.arange(2, 7)[:, None], bidirectional=False)
    put("t5", weight=weight, bias=weight[bucket].permute(2, 0, 1)[None])


with torch.no_grad():
    for part in (kernel_regression, scores, masks, scaled_dot_product, multi_head, rotary, biases):
        part()
versions = {"torch": torch.__version__, "transformers": transformers.__version__, "seed": "0"}
save_file({name: value.detach().contiguous().clone() for name, value in tensors.items()}, OUT, versions)
