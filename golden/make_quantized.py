"""Writes small quantized checkpoints that @qkv/pretrained is held against. Run: python golden/make_quantized.py

Each is a random model of transformers whose matrices are quantized and written as the tools of their format write them: MLX's arrays by
mlx, AWQ's and GPTQ's as AutoAWQ's and GPTQModel's sources pack them, those of compressed-tensors and bitsandbytes by these. Expected are, for each, the digests of the matrices as float32 numbers (SHA-256 of their bytes, row by row) and the logits that
transformers gets with them.
"""
import hashlib
import json
import shutil
from importlib.metadata import version
from pathlib import Path

import bitsandbytes
import mlx.core as mx
import numpy as np
import torch
import transformers
from compressed_tensors.compressors import (FloatQuantizationCompressor, IntQuantizationCompressor,
                                            PackedQuantizationCompressor)
from compressed_tensors.quantization import QuantizationArgs, QuantizationScheme
from safetensors.torch import save_file

OUT = Path(__file__).parent.parent / "packages" / "pretrained" / "test" / "golden" / "quantized"
PACKAGES = ("torch", "transformers", "mlx", "compressed-tensors", "bitsandbytes")
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


def rounded(weight, bits, groups, is_symmetric=False):
    """Codes, scales float16 and zeros [rows, groups] of a weight [rows, columns]; `groups` is the group of each column."""
    largest = 2**bits - 1
    scales, zeros, codes = [], [], np.zeros(weight.shape, dtype=np.int64)
    for group in range(groups.max() + 1):
        part = weight[:, groups == group]
        low, high = np.minimum(part.min(1), 0), np.maximum(part.max(1), 0)
        if is_symmetric:
            high = np.maximum(high, -low)
            low = -high
        scale = ((high - low) / largest).astype(np.float16)
        zero = np.full(len(scale), 2 ** (bits - 1)) if is_symmetric else np.clip(np.round(-low / scale), 1, largest).astype(np.int64)
        codes[:, groups == group] = np.clip(np.round(part / scale.astype(np.float32)[:, None]) + zero[:, None], 0, largest)
        scales.append(scale)
        zeros.append(zero)
    scales, zeros = np.stack(scales, 1), np.stack(zeros, 1)
    values = (codes - zeros[:, groups]).astype(np.float32) * scales[:, groups].astype(np.float32)
    return codes, scales, zeros, values


def packed(codes, bits):
    """[n, m] -> [n * bits / 32, m]: down a column, the lowest bits first, codes across words."""
    stream = ((codes[:, None, :] >> np.arange(bits)[None, :, None]) & 1).reshape(-1, 32, codes.shape[1])
    words = (stream.astype(np.uint64) << np.arange(32, dtype=np.uint64)[None, :, None]).sum(1)
    return torch.from_numpy(words.astype(np.uint32).view(np.int32))


def packed_awq(codes):
    """[n, m] -> [n, m / 8]: AutoAWQ, awq/utils/packing_utils.py"""
    order = [0, 2, 4, 6, 1, 3, 5, 7]
    words = (codes.reshape(codes.shape[0], -1, 8)[:, :, order].astype(np.uint64) << (np.arange(8, dtype=np.uint64) * 4)).sum(2)
    return torch.from_numpy(words.astype(np.uint32).view(np.int32))


def make_awq(expected):
    model, arrays, values = llama(), {}, {}
    for module in LINEARS:
        weight = model.get_submodule(module).weight.detach().numpy()
        codes, scales, zeros, values[module] = rounded(weight, 4, np.arange(weight.shape[1]) // 32)
        arrays |= {f"{module}.qweight": packed_awq(codes.T), f"{module}.qzeros": packed_awq(zeros.T),
                   f"{module}.scales": torch.from_numpy(scales.T.copy())}
    config = {"quant_method": "awq", "bits": 4, "group_size": 32, "zero_point": True, "version": "gemm", "backend": "autoawq",
              "do_fuse": False, "modules_to_not_convert": ["lm_head"]}
    write("awq", model, torch.float16, arrays, values, {"quantization_config": config}, expected)


def gptq(model, schemes, whole, config, is_first, is_symmetric=False, order=None):
    """`order` permutes the columns of groups, as act-order does."""
    arrays, values = {}, {}
    for module in LINEARS:
        scheme = schemes.get(module.split(".")[-1], whole)
        if scheme is False:
            continue
        bits, size = scheme
        weight = model.get_submodule(module).weight.detach().numpy()
        columns = weight.shape[1]
        groups = np.arange(columns) // (columns if size == -1 else size)
        if order is not None:
            groups = groups[order.permutation(columns)]
        codes, scales, zeros, values[module] = rounded(weight, bits, groups, is_symmetric)
        arrays |= {f"{module}.qweight": packed(codes.T, bits), f"{module}.qzeros": packed(zeros - is_first, bits).T,
                   f"{module}.scales": torch.from_numpy(scales.T.copy()),
                   f"{module}.g_idx": torch.from_numpy(groups.astype(np.int32))}
    config = {"quant_method": "gptq", "bits": whole[0], "group_size": whole[1], "desc_act": order is not None, "sym": is_symmetric,
              "damp_percent": 0.01, "true_sequential": True, "pack_dtype": "int32", "lm_head": False, **config}
    return arrays, values, {"quantization_config": config}


def make_gptq(expected):
    dynamic = {"-:.*o_proj": {}, "+:.*down_proj": {"bits": 8}, "+:.*k_proj": {"bits": 2, "group_size": 64}, "+:.*v_proj": {"group_size": 16}}
    config = {"checkpoint_format": "gptq", "dynamic": dynamic, "meta": {"quantizer": ["gptqmodel:4.0.0"]}}
    schemes = {"o_proj": False, "down_proj": (8, 32), "k_proj": (2, 64), "v_proj": (4, 16)}
    model = llama()
    write("gptq", model, torch.bfloat16, *gptq(model, schemes, (4, 32), config, True, is_symmetric=True), expected)
    dynamic = {"+:.*(gate|up)_proj": {"bits": 8, "group_size": -1}, "+:.*down_proj": {"bits": 4, "group_size": 40}}
    schemes = {"gate_proj": (8, -1), "up_proj": (8, -1), "down_proj": (4, 40)}
    model = qwen2()
    config = {"checkpoint_format": "gptq_v2", "dynamic": dynamic}
    write("gptq-ordered", model, torch.float16, *gptq(model, schemes, (3, 32), config, False, order=np.random.default_rng(0)), expected)


def scale_and_zero(weight, args):
    """Scales in bfloat16 and zeros of a weight, by the strategy of QuantizationArgs."""
    rows, columns = weight.shape
    if args.strategy == "tensor":
        blocks = weight.reshape(1, 1, -1)
    elif args.strategy == "channel":
        blocks = weight.reshape(rows, 1, -1)
    elif args.strategy == "group":
        blocks = weight.reshape(rows, columns // args.group_size, -1)
    else:
        down, across = args.block_structure
        padded = torch.nn.functional.pad(weight, (0, -columns % across, 0, -rows % down))
        blocks = padded.reshape(padded.shape[0] // down, down, -1, across).transpose(1, 2).flatten(2)
    low, high = blocks.amin(-1).clamp(max=0), blocks.amax(-1).clamp(min=0)
    if args.type == "float":
        return (torch.maximum(high, -low) / 448).bfloat16(), None
    largest = 2**args.num_bits - 1
    if args.symmetric:
        return (2 * torch.maximum(high, -low) / largest).bfloat16(), None
    scale = ((high - low) / largest).bfloat16()
    lowest = -(2 ** (args.num_bits - 1))
    return scale, (lowest - low / scale.float()).round().clamp(lowest, -lowest - 1).to(torch.int8)


def compressed(model, name, compressor, groups, inputs=None):
    """`groups`: QuantizationArgs by the end of a module's name."""
    arrays, values, config_groups = {}, {}, {}
    for i, (names, args) in enumerate(groups.items()):
        targets = [module for module in LINEARS if module.endswith(tuple(f"{each}_proj" for each in names.split()))]
        scheme = QuantizationScheme(targets=targets, weights=args, input_activations=inputs, format=name)
        config_groups[f"group_{i}"] = json.loads(scheme.model_dump_json()) | {"targets": [f"re:.*({names.replace(' ', '|')})_proj$"]}
        for module in targets:
            weight = model.get_submodule(module).weight.detach()
            scale, zero = scale_and_zero(weight, args)
            state = {"weight": weight, "weight_scale": scale} | ({} if zero is None else {"weight_zero_point": zero})
            stored = compressor.compress(state, scheme)
            values[module] = compressor.decompress(stored | {"weight_scale": scale.float()}, scheme)["weight"].numpy()
            arrays |= {f"{module}.{key}": value for key, value in stored.items()}
    config = {"quant_method": "compressed-tensors", "format": name, "config_groups": config_groups, "ignore": ["lm_head"],
              "quantization_status": "compressed", "kv_cache_scheme": None, "global_compression_ratio": 1.5, "version": "0.20.1"}
    return arrays, values, {"quantization_config": config}


def make_compressed(expected):
    group = dict(strategy="group", group_size=32)
    groups = {"q k v o": QuantizationArgs(num_bits=4, **group), "gate up": QuantizationArgs(num_bits=4, symmetric=False, **group),
              "down": QuantizationArgs(num_bits=7, symmetric=False, strategy="channel")}
    model = llama()
    write("compressed-packed", model, torch.bfloat16, *compressed(model, "pack-quantized", PackedQuantizationCompressor, groups), expected)
    inputs = QuantizationArgs(num_bits=8, strategy="token", dynamic=True)
    groups = {"q k v": QuantizationArgs(num_bits=8, strategy="channel"), "o": QuantizationArgs(num_bits=8, strategy="tensor"),
              "gate up down": QuantizationArgs(num_bits=8, symmetric=False, **group)}
    model = qwen2()
    write("compressed-int", model, torch.bfloat16, *compressed(model, "int-quantized", IntQuantizationCompressor, groups, inputs), expected)
    inputs = QuantizationArgs(num_bits=8, type="float", strategy="token", dynamic=True)
    groups = {"q k v": QuantizationArgs(num_bits=8, type="float", strategy="channel"),
              "o": QuantizationArgs(num_bits=8, type="float", strategy="tensor"),
              "gate up down": QuantizationArgs(num_bits=8, type="float", strategy="block", block_structure=[48, 40])}
    model = llama()
    write("compressed-float", model, torch.bfloat16, *compressed(model, "float-quantized", FloatQuantizationCompressor, groups, inputs), expected)


def make_fp8(expected):
    """As Qwen's and DeepSeek's: a scale of each block, some at the edges smaller."""
    model, arrays, values = qwen2(), {}, {}
    args = QuantizationArgs(num_bits=8, type="float", strategy="block", block_structure=[48, 40])
    for module in LINEARS:
        weight = model.get_submodule(module).weight.detach()
        scale = scale_and_zero(weight, args)[0].float() * 1.01
        spread = scale.repeat_interleave(48, 0).repeat_interleave(40, 1)[: weight.shape[0], : weight.shape[1]]
        codes = (weight / spread).to(torch.float8_e5m2 if "down" in module else torch.float8_e4m3fn)
        values[module] = (codes.float() * spread).numpy()
        arrays |= {f"{module}.weight": codes, f"{module}.weight_scale_inv": scale}
    config = {"quant_method": "fp8", "activation_scheme": "dynamic", "fmt": "e4m3", "weight_block_size": [48, 40],
              "modules_to_not_convert": ["lm_head"]}
    write("fp8", model, torch.bfloat16, arrays, values, {"quantization_config": config}, expected)


def make_bitsandbytes(expected):
    for name, kind, dtype, is_nested in (("nf4", "nf4", torch.bfloat16, True), ("fp4", "fp4", torch.float16, False)):
        model, arrays, values = llama(), {}, {}
        for module in LINEARS:
            weight = model.get_submodule(module).weight.detach().to(dtype)
            codes, state = bitsandbytes.functional.quantize_4bit(weight, quant_type=kind, compress_statistics=is_nested)
            values[module] = bitsandbytes.functional.dequantize_4bit(codes, state).float().numpy() + np.float32(0)  # FP4 has two zeros
            arrays[f"{module}.weight"] = codes
            arrays |= {f"{module}.weight.{key}": value.clone() for key, value in state.as_dict(packed=True).items()}
        config = {"quant_method": "bitsandbytes", "load_in_4bit": True, "load_in_8bit": False, "_load_in_4bit": True, "_load_in_8bit": False,
                  "bnb_4bit_quant_type": kind, "bnb_4bit_use_double_quant": is_nested, "bnb_4bit_compute_dtype": "bfloat16",
                  "bnb_4bit_quant_storage": "uint8", "llm_int8_threshold": 6.0, "llm_int8_skip_modules": ["lm_head"],
                  "llm_int8_enable_fp32_cpu_offload": False, "llm_int8_has_fp16_weight": False}
        write(f"bitsandbytes-{name}", model, dtype, arrays, values, {"quantization_config": config}, expected)

    model, arrays, values = llama(), {}, {}
    for module in LINEARS:
        weight = model.get_submodule(module).weight.detach().half()
        codes, largest, _ = bitsandbytes.functional.int8_vectorwise_quant(weight)
        # bitsandbytes multiplies by the largest number first: the last bit may be another.
        values[module] = codes.numpy().astype(np.float32) * (largest * np.float32(1 / 127)).numpy()[:, None]
        close = bitsandbytes.functional.int8_vectorwise_dequant(codes, largest).numpy()
        assert np.allclose(values[module], close, rtol=2**-22, atol=0)
        arrays |= {f"{module}.weight": codes, f"{module}.SCB": largest, f"{module}.weight_format": torch.tensor(0, dtype=torch.uint8)}
    config = {"quant_method": "bitsandbytes", "load_in_8bit": True, "llm_int8_threshold": 6.0}
    write("bitsandbytes-int8", model, torch.float16, arrays, values, {"quantization_config": config}, expected)


def main():
    torch.manual_seed(0)
    shutil.rmtree(OUT, ignore_errors=True)
    expected = {"versions": VERSIONS}
    make_mlx(expected)
    make_awq(expected)
    make_gptq(expected)
    make_compressed(expected)
    make_fp8(expected)
    make_bitsandbytes(expected)
    (OUT / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")


if __name__ == "__main__":
    main()
