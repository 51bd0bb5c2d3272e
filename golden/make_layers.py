"""Writes what PyTorch's Transformer layers give, in both norm orders. Run: python golden/make_layers.py

`packages/transformer/test/golden/layers.safetensors` holds for each of pre and post the weights of one encoder and one
decoder layer under our names, the inputs, and the outputs.
"""

from pathlib import Path

import torch
from safetensors.torch import save_file

OUT = Path(__file__).parent.parent / "packages" / "transformer" / "test" / "golden" / "layers.safetensors"
E, FFN = 10, 7


def attention(name, module):
    weights = zip(("qProj", "kProj", "vProj"), module.in_proj_weight.chunk(3), module.in_proj_bias.chunk(3))
    named = {f"{name}.{proj}.{kind}": value for proj, w, b in weights for kind, value in (("weight", w), ("bias", b))}
    return named | {f"{name}.outProj.weight": module.out_proj.weight, f"{name}.outProj.bias": module.out_proj.bias}


def linear(name, module):
    return {f"{name}.weight": module.weight, f"{name}.bias": module.bias}


def layer(kind, norm_first):
    cls = torch.nn.TransformerEncoderLayer if kind == "encoder" else torch.nn.TransformerDecoderLayer
    module = cls(E, 5 if kind == "encoder" else 2, FFN, dropout=0.0, activation="gelu", batch_first=True, norm_first=norm_first)
    for parameter in module.parameters():
        torch.nn.init.normal_(parameter, std=0.5)
    weights = attention("selfAttn", module.self_attn) | linear("selfAttnNorm", module.norm1)
    weights |= linear("ffn.fc1", module.linear1) | linear("ffn.fc2", module.linear2)
    if kind == "decoder":
        weights |= attention("crossAttn", module.multihead_attn) | linear("crossAttnNorm", module.norm2)
    weights |= linear("ffnNorm", module.norm3 if kind == "decoder" else module.norm2)
    return module.train(), weights  # train: the fast path of eval is another piece of code


torch.manual_seed(0)
x, memory = torch.randn(2, 3, E), torch.randn(2, 5, E)
keep = torch.tensor([[1, 1, 1, 1, 1], [1, 1, 1, 0, 0]], dtype=torch.bool)
tensors = {"x": x, "memory": memory, "keep": keep}
causal = torch.nn.Transformer.generate_square_subsequent_mask(3)
for order in ("pre", "post"):
    encoder, weights = layer("encoder", order == "pre")
    tensors |= {f"{order}.encoder.{name}": value for name, value in weights.items()}
    tensors[f"{order}.encoder.output"] = encoder(memory, src_key_padding_mask=~keep)
    decoder, weights = layer("decoder", order == "pre")
    tensors |= {f"{order}.decoder.{name}": value for name, value in weights.items()}
    tensors[f"{order}.decoder.output"] = decoder(x, memory, tgt_mask=causal, memory_key_padding_mask=~keep)

save_file({name: value.detach().contiguous() for name, value in tensors.items()}, OUT, {"torch": torch.__version__, "seed": "0"})
