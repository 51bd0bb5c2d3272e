"""Writes small quantized checkpoints that @qkv/pretrained is held against. Run: python golden/make_quantized.py

Each is a random model of transformers whose matrices are quantized and written as the tools of their format write them: MLX's arrays by
mlx. Expected are, for each, the digests of the matrices as float32 numbers (SHA-256 of their bytes, row by row) and the logits that
transformers gets with them.
"""
import hashlib
import json
import shutil
from importlib.metadata import version
from pathlib import Path

import mlx.core as mx
import numpy as np
import torch
import transformers
from safetensors.torch import save_file

OUT = Path(__file__).parent.parent / "packages" / "pretrained" / "test" / "golden" / "quantized"
PACKAGES = ("torch", "transformers", "mlx")
VERSIONS = ", ".join(f"{name} {version(name)}" for name in PACKAGES) + ", seed 0"

SIZES = dict(hidden_size=64, intermediate_size=96, num_hidden_layers=1, num_attention_heads=4, num_key_value_heads=2, vocab_size=40,
             max_position_embeddings=32)
LAYER = "model.layers.0"
LINEARS = [f"{LAYER}.self_attn.{name}_proj" for name in "qkvo"] + [f"{LAYER}.mlp.{name}_proj" for name in ("gate", "up", "down")]


def llama(**fields):
    return random_weights(transformers.LlamaForCausalLM(transformers.LlamaConfig(**SIZES, **{"tie_word_embeddings": False, **fields})))


def qwen2(**fields):
    return random_weights(transformers.Qwen2ForCausalLM(transformers.Qwen2Config(**SIZES, **{"tie_word_embeddings": False, **fields})))


def random_weights(model):
    with torch.no_grad():
        for each in model.parameters():
            each.copy_(torch.randn_like(each) * 0.2 + (1 if each.ndim == 1 else 0))
    return model


def write(name, model, dtype, arrays, values, quantization, expected):
    """`arrays` of quantized modules by the file's names, `values` float32 by the names of modules; the rest is stored in `dtype`."""
    folder = OUT / name
    folder.mkdir(parents=True)
    state, stored, digests = model.state_dict(), dict(arrays), {}
    is_tied = model.config.tie_word_embeddings
    with torch.no_grad():
        for key, value in state.items():
            module = key.removesuffix(".weight")
            if module == "lm_head" and is_tied:
                continue
            if module in values:
                number = torch.from_numpy(np.ascontiguousarray(values[module], dtype=np.float32))
                digests[key] = hashlib.sha256(number.numpy().tobytes()).hexdigest()
                value.copy_(number)
            else:
                stored[key] = value.to(dtype)
                value.copy_(stored[key].float())
    save_file({key: value.contiguous() for key, value in stored.items()}, folder / "model.safetensors", metadata={"versions": VERSIONS})
    model.config.architectures = [type(model).__name__]
    config = json.loads(model.config.to_json_string())
    (folder / "config.json").write_text(json.dumps(config | quantization, indent=1) + "\n")
    ids = torch.randint(0, model.config.vocab_size, (2, 5))
    with torch.no_grad():
        logits = model.eval()(ids).logits
    expected[name] = {"values": digests, "ids": ids.tolist(), "logits": [[round(x, 6) for x in row] for row in logits[:, -1].tolist()]}


def of_mlx(array):
    kinds = {mx.uint32: (mx.uint32, torch.uint32), mx.float16: (mx.uint16, torch.float16), mx.bfloat16: (mx.uint16, torch.bfloat16)}
    words, kind = kinds[array.dtype]
    raw = np.array(array.view(words))
    return torch.from_numpy(raw).view(kind) if words == mx.uint16 else torch.from_numpy(raw)


def mlx(model, schemes, whole, dtype):
    """`schemes`: (group_size, bits) or False by module, `whole` of those that have none."""
    arrays, values = {}, {}
    for module in [*LINEARS, "model.embed_tokens", *([] if model.config.tie_word_embeddings else ["lm_head"])]:
        scheme = schemes.get(module, whole)
        if scheme is False:
            continue
        group_size, bits = scheme
        weight = mx.array(model.get_submodule(module).weight.detach().numpy()).astype(dtype)
        words, scales, biases = mx.quantize(weight, group_size=group_size, bits=bits)
        values[module] = np.array(mx.dequantize(words, scales.astype(mx.float32), biases.astype(mx.float32), group_size=group_size, bits=bits))
        arrays |= {f"{module}.weight": of_mlx(words), f"{module}.scales": of_mlx(scales), f"{module}.biases": of_mlx(biases)}
    fields = {"group_size": whole[0], "bits": whole[1], "mode": "affine"}
    fields |= {module: scheme and {"group_size": scheme[0], "bits": scheme[1]} for module, scheme in schemes.items()}
    return arrays, values, {"quantization": fields, "quantization_config": fields}


def make_mlx(expected):
    schemes = {"q_proj": (32, 2), "k_proj": (32, 3), "v_proj": (64, 5), "o_proj": (64, 6)}
    schemes = {f"{LAYER}.self_attn.{name}": scheme for name, scheme in schemes.items()}
    schemes |= {f"{LAYER}.mlp.down_proj": (32, 4), "model.embed_tokens": (32, 8), "lm_head": False}
    model = llama()
    write("mlx", model, torch.float16, *mlx(model, schemes, (64, 4), mx.float16), expected)
    model = qwen2(tie_word_embeddings=True)
    down = {f"{LAYER}.mlp.down_proj": (32, 8)}
    write("mlx-tied", model, torch.bfloat16, *mlx(model, down, (64, 8), mx.bfloat16), expected)


def main():
    torch.manual_seed(0)
    shutil.rmtree(OUT, ignore_errors=True)
    expected = {"versions": VERSIONS}
    make_mlx(expected)
    (OUT / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")


if __name__ == "__main__":
    main()
