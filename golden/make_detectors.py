"""Writes a tiny detector of objects, which the tests of @qkv/vit and @qkv/pretrained read.

Run: python golden/make_detectors.py

`packages/vit/test/golden/yolos.safetensors` holds the weights of a random YOLOS, images of two sizes with hidden states,
attentions and what it answers, as golden/make_vit.py writes them. `packages/pretrained/test/golden/yolos` is a folder as
save_pretrained writes it, with `expected.json`: what post_process_object_detection says of images of packages/vit/test/images.
"""

import json

import torch
import transformers
from make_image_text_tasks import FILES, IMAGES
from make_image_text_tasks import OUT as FOLDERS
from make_vit import OUT, VERSIONS, randomize, saved
from PIL import Image
from safetensors.torch import save_file
from transformers.models.yolos.image_processing_pil_yolos import YolosImageProcessorPil

SIZES = dict(hidden_size=8, num_hidden_layers=3, num_attention_heads=2, intermediate_size=5, num_detection_tokens=3)


def build(seed, **options):
    torch.manual_seed(seed)
    labels = {0: "N/A", 1: "cat", 2: "dog"}
    config = transformers.YolosConfig(**SIZES, **options, id2label=labels, label2id={name: i for i, name in labels.items()})
    model = transformers.YolosForObjectDetection(config)
    model.set_attn_implementation("eager")
    randomize(model)
    return model.eval()


def make_stages():
    model = build(110, image_size=[12, 8], patch_size=4, hidden_act="gelu_new", qkv_bias=False, layer_norm_eps=1e-3)
    weights, config = saved(model)
    tensors = {f"weights/{key}": tensor for key, tensor in weights.items()}
    for i, size in enumerate([[12, 8], [9, 17]]):
        pixels = torch.randn(2, 3, *size)
        with torch.no_grad():
            out = model(pixels, output_hidden_states=True, output_attentions=True)
        tensors[f"image/{i}/pixel_values"] = pixels
        for name, value in out.items():
            several = {f"{name}.{j}": tensor for j, tensor in enumerate(value)} if isinstance(value, tuple) else {name: value}
            tensors |= {f"image/{i}/{key}": tensor for key, tensor in several.items()}
    save_file({key: tensor.contiguous() for key, tensor in tensors.items()}, OUT / "yolos.safetensors",
              metadata={"made_by": json.dumps(VERSIONS | {"seed": 110})})
    (OUT / "yolos.safetensors").chmod(0o644)
    (OUT / "yolos.json").write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")


def make_folder():
    model = build(111, image_size=[32, 32], patch_size=16, use_mid_position_embeddings=False)
    processor = YolosImageProcessorPil(size={"shortest_edge": 40, "longest_edge": 61})
    folder = FOLDERS / "yolos"
    for part in [model, processor]:
        part.save_pretrained(folder)
    (folder / "model.safetensors").chmod(0o644)
    settings = json.loads((folder / "preprocessor_config.json").read_text())
    settings["image_processor_type"] = settings["image_processor_type"].removesuffix("Pil")
    (folder / "preprocessor_config.json").write_text(json.dumps(settings, indent=2) + "\n")
    found = []
    for file in FILES:
        image = Image.open(IMAGES / file).convert("RGB")
        inputs = processor([image], return_tensors="pt")
        with torch.no_grad():
            out = model(pixel_values=inputs["pixel_values"])
        [each] = processor.post_process_object_detection(out, threshold=0.3, target_sizes=[(image.height, image.width)])
        rows = zip(each["scores"].tolist(), each["labels"].tolist(), each["boxes"].tolist())
        found.append({"file": file, "shape": list(inputs["pixel_values"].shape),
                      "objects": [{"score": s, "label": model.config.id2label[l], "box": b} for s, l, b in rows]})
    (folder / "expected.json").write_text(json.dumps(found) + "\n")


if __name__ == "__main__":
    torch.set_num_threads(1)  # the order of a sum decides its last bits
    transformers.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    make_stages()
    make_folder()
