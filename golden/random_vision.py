"""Writes folders of random models of images, and what transformers makes of an input with each.

Run: python golden/random_vision.py FOLDER [COUNT [SEED]]

Each folder holds a tiny model in a setting drawn by chance: widths, heads, layers, activations, biases, ends, images of other sizes.
`apps/cli/test/randomFolders.ts` compares. Nothing of it is checked in but this script.
"""

import json
import random
import sys
from pathlib import Path

import torch
import transformers
from make_vit import randomize
from safetensors.torch import save_file

ACTIVATIONS = ["gelu", "gelu_new", "quick_gelu", "relu", "silu", "gelu_pytorch_tanh"]
FAMILIES = ["clip", "clip_text", "clip_vision", "siglip", "siglip_text", "siglip_vision", "dinov3", "yolos", "depth", "beit"]  # in turn


def sizes(rng, by=1):
    heads = rng.choice([1, 2, 3, 4])
    return dict(hidden_size=heads * by * rng.choice([2, 3, 4]), num_attention_heads=heads, num_hidden_layers=rng.randint(1, 4),
                intermediate_size=rng.randint(3, 20), hidden_act=rng.choice(ACTIVATIONS), layer_norm_eps=rng.choice([1e-12, 1e-5, 1e-3, 0.05]))


def text(rng):
    return sizes(rng) | dict(vocab_size=rng.randint(9, 40), max_position_embeddings=rng.choice([8, 12, 20]), pad_token_id=rng.choice([0, 1]),
                             bos_token_id=3, eos_token_id=rng.choice([2, 4, 5]))


def vision(rng):
    patch = rng.choice([2, 3, 4])
    return sizes(rng) | dict(image_size=patch * rng.randint(1, 4) + rng.randint(0, patch - 1), patch_size=patch, num_channels=rng.choice([1, 3]))


def config_of(rng, family):
    """The class, its config, and height and width of the images."""
    flip = lambda: rng.random() < 0.5
    if family in ("clip", "siglip"):
        t, v = text(rng), vision(rng)
        if family == "siglip":
            t["projection_size"] = v["hidden_size"]
            return transformers.SiglipModel, transformers.SiglipConfig(text_config=t, vision_config=v), v
        return transformers.CLIPModel, transformers.CLIPConfig(text_config=t, vision_config=v, projection_dim=rng.randint(2, 9)), v
    if family == "clip_text":
        cls = rng.choice([transformers.CLIPTextModel, transformers.CLIPTextModelWithProjection])
        return cls, cls.config_class(**text(rng), projection_dim=rng.randint(2, 9)), None
    if family == "siglip_text":
        return transformers.SiglipTextModel, transformers.SiglipTextConfig(**text(rng), projection_size=rng.choice([None, 5])), None
    if family == "clip_vision":
        cls = rng.choice([transformers.CLIPVisionModel, transformers.CLIPVisionModelWithProjection])
        v = vision(rng)
        return cls, cls.config_class(**v, projection_dim=rng.randint(2, 9)), v
    if family == "siglip_vision":
        v = vision(rng)
        return transformers.SiglipVisionModel, transformers.SiglipVisionConfig(**v, vision_use_head=flip()), v
    if family == "dinov3":
        v = vision(rng) | sizes(rng, 4)
        more = {f"{name}_bias": flip() for name in ["query", "key", "value", "proj", "mlp"]}
        config = transformers.DINOv3ViTConfig(**v, **more, use_gated_mlp=flip(), num_register_tokens=rng.choice([0, 1, 4]),
                                              rope_theta=rng.choice([10.0, 100.0]), layerscale_value=0.5)
        return transformers.DINOv3ViTModel, config, v
    if family == "yolos":
        v = vision(rng)
        v["image_size"] = [v["patch_size"] * rng.randint(1, 4), v["patch_size"] * rng.randint(1, 4)]
        config = transformers.YolosConfig(**v, num_detection_tokens=rng.randint(1, 5), num_labels=rng.randint(1, 4), qkv_bias=flip(),
                                          use_mid_position_embeddings=flip())
        return transformers.YolosForObjectDetection, config, v
    if family == "beit":
        v = vision(rng)
        if flip():
            v["image_size"] = [v["image_size"], v["image_size"] + v["patch_size"] * rng.randint(0, 2)]
        cls = rng.choice([transformers.BeitModel, transformers.BeitForImageClassification])
        config = cls.config_class(**v, use_relative_position_bias=flip(), use_shared_relative_position_bias=flip(), num_labels=rng.randint(2, 4),
                                  use_absolute_position_embeddings=not isinstance(v["image_size"], list) and flip(), use_mean_pooling=flip(),
                                  layer_scale_init_value=rng.choice([0.0, 0.5]))
        return cls, config, v
    v = vision(rng)
    heads, layers = v["num_attention_heads"], rng.randint(2, 4)
    count = rng.randint(2, layers)
    # deeper maps are at most as large as finer ones
    factors = sorted(rng.sample([4, 2, 1, 0.5], count) if count < 4 else [4, 2, 1, 0.5], reverse=True)
    backbone = transformers.Dinov2Config(hidden_size=v["hidden_size"], num_attention_heads=heads, num_hidden_layers=layers, mlp_ratio=rng.choice([1, 2]),
                                         image_size=v["image_size"], patch_size=v["patch_size"], num_channels=v["num_channels"], reshape_hidden_states=False,
                                         out_indices=sorted(rng.sample(range(layers + 1), count)), apply_layernorm=flip(), use_swiglu_ffn=flip())
    config = transformers.DepthAnythingConfig(backbone_config=backbone, patch_size=v["patch_size"], reassemble_hidden_size=v["hidden_size"],
                                              reassemble_factors=factors, neck_hidden_sizes=[rng.randint(2, 6) for _ in range(count)],
                                              fusion_hidden_size=rng.choice([2, 4, 5]), head_hidden_size=rng.randint(2, 5), head_in_index=rng.choice([-1, 0]),
                                              depth_estimation_type=rng.choice(["relative", "metric"]), max_depth=rng.choice([1, 20]))
    return transformers.DepthAnythingForDepthEstimation, config, v


def inputs_of(rng, family, config, v):
    inputs, more = {}, {}
    if v is not None:
        high, wide = v["image_size"] if isinstance(v["image_size"], list) else [v["image_size"]] * 2
        if rng.random() < 0.5:
            high, wide = high + rng.randint(0, 5), wide + rng.randint(0, 5)
        inputs["pixel_values"] = torch.randn(rng.randint(1, 3), v["num_channels"], high, wide)
        if family.startswith(("clip", "siglip")):
            more["interpolate_pos_encoding"] = True
    t = getattr(config, "text_config", config if "text" in family else None)
    if t is not None:
        batch, length = rng.randint(1, 3), rng.randint(1, t.max_position_embeddings)
        ids = torch.tensor([[rng.randrange(2, t.vocab_size) for _ in range(length)] for _ in range(batch)])
        inputs["input_ids"] = ids
        if rng.random() < 0.7:
            keep = torch.ones_like(ids)
            for row in range(batch):
                keep[row, length - rng.randint(0, length - 1):] = 0 if length > 1 else 1
            keep[:, 0] = 1
            inputs["attention_mask"] = keep
    return inputs, more


def flat(prefix, out):
    found = {}
    for name, value in out.items():
        if torch.is_tensor(value):
            found[f"{prefix}{name}"] = value
        elif isinstance(value, tuple):
            found |= {f"{prefix}{name}.{i}": tensor for i, tensor in enumerate(value)}
        elif hasattr(value, "items"):
            found |= {key: tensor for key, tensor in flat(f"{prefix}{name}.", value).items() if "hidden_states." in key or "attentions." in key}
    return {key: tensor for key, tensor in found.items() if key != "loss"}


def make(folder, family, seed):
    rng = random.Random(seed)
    torch.manual_seed(seed)
    cls, config, v = config_of(rng, family)
    model = cls(config)
    model.set_attn_implementation("eager")
    randomize(model)
    model.eval()
    inputs, more = inputs_of(rng, family, config, v)
    folder.mkdir(parents=True)
    model.save_pretrained(folder)
    with torch.no_grad():
        out = model(**inputs, **more, output_hidden_states=True, output_attentions=True)
    save_file({key: value.to(torch.int32) if value.dtype == torch.int64 else value for key, value in inputs.items()}, folder / "inputs.safetensors")
    save_file({key: value.contiguous().clone() for key, value in flat("", out).items()}, folder / "expected.safetensors")
    (folder / "expected.json").write_text(json.dumps({"family": family}))


if __name__ == "__main__":
    transformers.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    root, count, first = Path(sys.argv[1]), int((sys.argv[2:] or [60])[0]), int((sys.argv[3:] or [0])[0])
    for seed in range(first, first + count):
        family = FAMILIES[seed % len(FAMILIES)]
        make(root / f"{seed:04}-{family}", family, seed)
