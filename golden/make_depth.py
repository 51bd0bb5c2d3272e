"""Writes a tiny estimator of depth, which the tests of @qkv/vit and @qkv/pretrained read.

Run: python golden/make_depth.py

`packages/vit/test/golden/depth-anything.safetensors` holds the weights of a random Depth Anything, images of two sizes with hidden
states and attentions, each fused map and the depth. `packages/pretrained/test/golden/depth-anything` is a folder as
save_pretrained writes it, with `expected.json`: what post_process_depth_estimation says of images of packages/vit/test/images.
"""

import json

import torch
import transformers
from make_image_text_tasks import FILES, IMAGES
from make_image_text_tasks import OUT as FOLDERS
from make_vit import OUT, VERSIONS, randomize, saved
from PIL import Image
from safetensors.torch import save_file
from transformers.models.dpt.image_processing_pil_dpt import DPTImageProcessorPil


def build(seed, **options):
    torch.manual_seed(seed)
    backbone = transformers.Dinov2Config(hidden_size=8, num_hidden_layers=3, num_attention_heads=2, mlp_ratio=1, image_size=12,
                                         patch_size=4, reshape_hidden_states=False, **options.pop("backbone"))
    config = transformers.DepthAnythingConfig(backbone_config=backbone, patch_size=4, reassemble_hidden_size=8, **options)
    model = transformers.DepthAnythingForDepthEstimation(config)
    model.set_attn_implementation("eager")
    randomize(model)
    torch.nn.init.constant_(model.head.conv3.bias, 2.0)  # most of what ReLU sees is above 0
    return model.eval()


def make_stages():
    model = build(120, backbone=dict(out_indices=[0, 1, 2, 3]), neck_hidden_sizes=[3, 4, 5, 6], fusion_hidden_size=6,
                  head_hidden_size=4, depth_estimation_type="metric", max_depth=20)
    weights, config = saved(model)
    tensors = {f"weights/{key}": tensor for key, tensor in weights.items()}
    for i, size in enumerate([[12, 12], [9, 17]]):
        pixels, fused = torch.randn(2, 3, *size), []
        hook = model.neck.register_forward_hook(lambda _module, _inputs, output: fused.extend(output))
        with torch.no_grad():
            out = model(pixels, output_hidden_states=True, output_attentions=True)
        hook.remove()
        tensors |= {f"image/{i}/pixel_values": pixels, f"image/{i}/predicted_depth": out.predicted_depth}
        for name, values in dict(fused=fused, hidden_states=out.hidden_states, attentions=out.attentions).items():
            tensors |= {f"image/{i}/{name}.{j}": tensor for j, tensor in enumerate(values)}
    save_file({key: tensor.contiguous() for key, tensor in tensors.items()}, OUT / "depth-anything.safetensors",
              metadata={"made_by": json.dumps(VERSIONS | {"seed": 120})})
    (OUT / "depth-anything.safetensors").chmod(0o644)
    (OUT / "depth-anything.json").write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")


def make_folder():
    model = build(121, backbone=dict(out_features=["stage2", "stage3"], apply_layernorm=False), neck_hidden_sizes=[3, 4],
                  reassemble_factors=[2, 0.5], fusion_hidden_size=4, head_hidden_size=3, head_in_index=1)
    processor = DPTImageProcessorPil(size={"height": 16, "width": 16}, keep_aspect_ratio=True, ensure_multiple_of=4,
                                     image_mean=[0.485, 0.456, 0.406], image_std=[0.229, 0.224, 0.225])
    folder = FOLDERS / "depth-anything"
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
        [each] = processor.post_process_depth_estimation(out, target_sizes=[(image.height, image.width)])
        depth = each["predicted_depth"]
        found.append({"file": file, "shape": list(inputs["pixel_values"].shape), "size": list(depth.shape), "depth": depth.flatten().tolist()})
    (folder / "expected.json").write_text(json.dumps(found) + "\n")


if __name__ == "__main__":
    torch.set_num_threads(1)  # the order of a sum decides its last bits
    transformers.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    make_stages()
    make_folder()
