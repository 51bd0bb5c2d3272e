"""Writes the model folder that the tests of image classification open, and what Python says of a few images.

Run: python golden/make_classifier.py

`classifier` is a tiny ViT with its image processor. `images.safetensors` holds images [height, width, channels] by name,
and under `NAME.scores` the probabilities that transformers gives its classes, in the order of the classes.
"""

from pathlib import Path

import numpy as np
import torch
import transformers
from PIL import Image
from safetensors.numpy import save_file
from transformers import ViTConfig, ViTForImageClassification
from transformers.models.vit.image_processing_pil_vit import ViTImageProcessorPil

OUT = Path(__file__).parent.parent / "packages" / "pretrained" / "test" / "golden" / "classifier"
LABELS = ["fox", "heron", "newt", "owl", "toad", "wren", "yak"]

torch.manual_seed(5)
config = ViTConfig(
    hidden_size=10, num_hidden_layers=2, num_attention_heads=5, intermediate_size=13, image_size=12, patch_size=4,
    id2label=dict(enumerate(LABELS)), label2id={label: i for i, label in enumerate(LABELS)},
)
model = ViTForImageClassification(config).eval()
with torch.no_grad():
    for parameter in model.parameters():
        parameter.normal_(std=0.4)
model.save_pretrained(OUT)
processor = ViTImageProcessorPil(
    size={"height": 12, "width": 12}, resample=3, image_mean=[0.48, 0.45, 0.41], image_std=[0.23, 0.22, 0.24]
)
processor.save_pretrained(OUT)

random = np.random.default_rng(11)
arrays = {}
for name, (width, height, channels) in {"tall": (9, 31, 3), "wide": (40, 7, 3), "grey": (13, 12, 1), "clear": (17, 19, 4)}.items():
    x, y = np.meshgrid(np.linspace(0, 255, width), np.linspace(0, 255, height))
    smooth = np.stack([x, y, 255 - x, (x + y) / 2][:channels], -1)
    pixels = np.clip(smooth + random.normal(0, 40, smooth.shape), 0, 255).astype(np.uint8)
    image = Image.fromarray(pixels.squeeze(-1) if channels == 1 else pixels)
    inputs = processor(image, do_convert_rgb=True, return_tensors="pt")
    with torch.no_grad():
        scores = model(**inputs).logits.softmax(-1)[0]
    arrays |= {name: pixels, f"{name}.scores": scores.numpy()}
save_file(arrays, OUT / "images.safetensors", {"transformers": transformers.__version__, "torch": torch.__version__.split("+")[0]})
print({name: LABELS[int(array.argmax())] for name, array in arrays.items() if name.endswith(".scores")})
