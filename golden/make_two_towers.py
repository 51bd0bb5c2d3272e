"""Writes the golden files of models that compare images and texts, which the parity tests of @qkv/vit read.

Run: python golden/make_two_towers.py

Each is a tiny random model of Hugging Face transformers, as golden/make_vit.py makes them: `NAME.safetensors` holds its
weights, inputs (`input_ids`, `attention_mask`, `pixel_values`), what it answers, and of each tower (`text/`, `vision/`) hidden
states and attentions. Of models with both towers it has the contrastive loss and its gradients by some weights.
"""

import json

import torch
import transformers
from make_vit import OUT, VERSIONS, randomize, saved
from safetensors.torch import save_file

TEXT = dict(vocab_size=13, hidden_size=6, num_hidden_layers=2, num_attention_heads=3, intermediate_size=7,
            max_position_embeddings=8, bos_token_id=1, pad_token_id=0)
VISION = dict(hidden_size=8, num_hidden_layers=2, num_attention_heads=2, intermediate_size=5, image_size=9, patch_size=4,
              num_channels=3)

# Rows with several ends, with one, and with none; the first token of the highest id lies elsewhere.
IDS = [[1, 5, 12, 9, 3, 3, 0], [1, 11, 3, 12, 12, 3, 0], [1, 7, 2, 8, 5, 10, 6]]
MASK = [[1, 1, 1, 1, 1, 0, 0], [1, 1, 1, 1, 1, 1, 0], [1, 1, 1, 1, 1, 1, 1]]

MODELS = {
    # the end that older configs name
    "clip-both": dict(cls="CLIPModel", projection_dim=5, logit_scale_init_value=1.2,
                      text_config=TEXT | dict(eos_token_id=2, layer_norm_eps=1e-3),
                      vision_config=VISION | dict(hidden_act="gelu")),
    "clip-text": dict(cls="CLIPTextModelWithProjection", **TEXT, eos_token_id=3, projection_dim=4, hidden_act="silu"),
    # positions are interpolated
    "clip-vision": dict(cls="CLIPVisionModelWithProjection", **VISION, projection_dim=3, layer_norm_eps=1e-2, size=[13, 8]),
    "siglip-both": dict(cls="SiglipModel", text_config=TEXT | dict(eos_token_id=3, projection_size=8),
                        vision_config=VISION | dict(layer_norm_eps=1e-3)),
    "siglip-vision": dict(cls="SiglipVisionModel", **VISION | dict(vision_use_head=False, num_hidden_layers=1), size=[12, 9]),
    # classes in the config of both towers; the first without the fields of texts, the second without a vector of an image
    "clip-classifier": dict(cls="CLIPForImageClassification", vision_config=VISION | dict(layer_norm_eps=1e-3),
                            id2label={0: "cat", 1: "dog", 2: "tram"}, label2id={"cat": 0, "dog": 1, "tram": 2}),
    "siglip-classifier": dict(cls="SiglipForImageClassification", text_config=TEXT | dict(eos_token_id=3),
                              vision_config=VISION | dict(hidden_act="relu"), num_labels=4, size=[13, 8]),
    "siglip-headless": dict(cls="SiglipForImageClassification", vision_config=VISION | dict(vision_use_head=False),
                            problem_type="multi_label_classification", num_labels=3),
}

GRADIENTS = ["logit_scale", "logit_bias", "text_model.embeddings.token_embedding.weight",
             "vision_model.embeddings.position_embedding.weight", "vision_model.head.attention.in_proj_weight"]


def build(seed, cls, size=None, **options):
    torch.manual_seed(seed)
    model_class = getattr(transformers, cls)
    model = model_class(model_class.config_class(**options))
    model.set_attn_implementation("eager")
    randomize(model)
    for name, parameter in model.named_parameters():
        if name.startswith("logit"):
            torch.nn.init.normal_(parameter, mean=0.5, std=0.2)
    return model.eval()


def tower(prefix, out):
    """What one tower gives."""
    found = {}
    for name, value in (out or {}).items():
        if isinstance(value, tuple):
            found |= {f"{prefix}/{name}.{i}": tensor for i, tensor in enumerate(value)}
        else:
            found[f"{prefix}/{name}"] = value
    return found


def make(name, seed, options):
    model = build(seed, **options)
    torch.manual_seed(seed + 100)
    weights, config = saved(model)
    tensors = {f"weights/{key}": tensor for key, tensor in weights.items()}
    both = name.endswith("both")
    inputs = {}
    if both or name.endswith("text"):
        inputs |= dict(input_ids=torch.tensor(IDS), attention_mask=torch.tensor(MASK))
    classifies = "Classification" in options["cls"]
    if both or name.endswith("vision") or classifies:
        inputs["pixel_values"] = torch.randn(3, 3, *options.get("size", [9, 9]))
    more = {"interpolate_pos_encoding": True} if "size" in options else {}
    out = model(**inputs, **more, output_hidden_states=True, output_attentions=True, **({"return_loss": True} if both else {}))
    if both:
        out.loss.backward()
        tensors |= {f"gradient/{key}": value.grad for key, value in model.named_parameters() if key in GRADIENTS}
        tensors |= {key: out[key] for key in ["loss", "logits_per_image", "logits_per_text", "text_embeds", "image_embeds"]}
        tensors |= tower("text", out.text_model_output) | tower("vision", out.vision_model_output)
    elif classifies:
        tensors |= {"logits": out.logits} | tower("vision", out)
    else:
        tensors |= tower(name.split("-")[1], out)
    tensors |= {key: value.to(torch.int32) if value.dtype == torch.int64 else value for key, value in inputs.items()}
    save_file({key: tensor.detach().contiguous().clone() for key, tensor in tensors.items()}, OUT / f"{name}.safetensors",
              metadata={"made_by": json.dumps(VERSIONS | {"seed": seed})})
    (OUT / f"{name}.safetensors").chmod(0o644)
    (OUT / f"{name}.json").write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")


if __name__ == "__main__":
    torch.set_num_threads(1)  # the order of a sum decides its last bits
    transformers.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    for seed, (name, options) in enumerate(MODELS.items()):
        make(name, seed + 70, options)
