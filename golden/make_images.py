"""Writes the golden file that the tests of image processing in @qkv/vit read.

Run: python golden/make_images.py

`resize.N.in` are bytes [height, width, channels], `resize.N.FILTER` what Pillow's Image.resize makes of them, for sizes
odd, tiny, growing and shrinking. `process.N.image` and `process.N.pixel_values` are an image and
what the image processor of transformers (the one on Pillow) makes of it; `process.N` in the metadata is the
preprocessor_config.json that it was read from. Noise tests more than photos do: every pixel differs from its neighbours.
"""

import json
import tempfile
from pathlib import Path

import numpy as np
import PIL
import transformers
from PIL import Image
from safetensors.numpy import save_file
from transformers.models.bit.image_processing_pil_bit import BitImageProcessorPil
from transformers.models.convnext.image_processing_pil_convnext import ConvNextImageProcessorPil
from transformers.models.deit.image_processing_pil_deit import DeiTImageProcessorPil
from transformers.models.vit.image_processing_pil_vit import ViTImageProcessorPil

OUT = Path(__file__).parent.parent / "packages" / "vit" / "test" / "golden" / "images.safetensors"

FILTERS = ["nearest", "box", "bilinear", "hamming", "bicubic", "lanczos"]
# (width, height) before and after
SIZES = [
    ((1, 1), (3, 2)), ((7, 13), (5, 4)), ((31, 17), (9, 23)), ((64, 48), (7, 3)), ((3, 5), (33, 41)), ((50, 2), (5, 2)),
    ((4, 57), (4, 8)), ((21, 48), (12, 30)),
    ((21, 48), (12, 31)), ((333, 11), (1, 1)), ((47, 43), (46, 44)),
]
SMALL = dict(size={"height": 12, "width": 10})
# What preprocessor_config.json holds, as transformers writes it today and as it was written once.
PROCESSORS = [
    (ViTImageProcessorPil, dict(SMALL)),
    (ViTImageProcessorPil, dict(SMALL, resample=3, image_mean=[0.485, 0.456, 0.406], image_std=[0.229, 0.224, 0.225])),
    (ViTImageProcessorPil, dict(feature_extractor_type="ViTFeatureExtractor", size=11, resample=0)),
    (ViTImageProcessorPil, dict(SMALL, do_normalize=False)),
    (ViTImageProcessorPil, dict(SMALL, do_rescale=False)),
    (ViTImageProcessorPil, dict(SMALL, rescale_factor=0.00784313725490196, image_mean=0.25, image_std=0.75)),
    (ViTImageProcessorPil, dict(do_resize=False)),
    (DeiTImageProcessorPil, dict(size={"height": 15, "width": 14}, crop_size={"height": 11, "width": 10})),
    (DeiTImageProcessorPil, dict(size=9, crop_size={"height": 12, "width": 6})),
    (DeiTImageProcessorPil, dict(size=[9, 8], crop_size=12)),
    (DeiTImageProcessorPil, dict(do_resize=False, crop_size=16)),
    (BitImageProcessorPil, dict(size={"shortest_edge": 13}, crop_size={"height": 11, "width": 11})),
    (BitImageProcessorPil, dict(size=13, crop_size=11)),
    (ConvNextImageProcessorPil, dict(size={"shortest_edge": 14}, crop_pct=0.95)),
    (ConvNextImageProcessorPil, dict(size={"shortest_edge": 14})),
]
IMAGES = {"RGB": [(23, 17), (9, 40), (1, 1), (12, 12)], "L": [(19, 22)], "RGBA": [(21, 30)]}


def noise(width: int, height: int, mode: str) -> Image.Image:
    channels = {"L": 1, "RGB": 3, "RGBA": 4}[mode]
    bytes_ = RANDOM.integers(0, 256, size=(height, width, channels), dtype=np.uint8)
    bytes_[RANDOM.random((height, width)) < 0.2] = 255  # runs of extremes, where filters with lobes overshoot
    bytes_[RANDOM.random((height, width)) < 0.2] = 0
    return Image.fromarray(bytes_.squeeze(-1) if channels == 1 else bytes_, mode)


def array(image: Image.Image) -> np.ndarray:
    values = np.array(image)
    return np.ascontiguousarray(values[..., None] if values.ndim == 2 else values)


def resizes() -> dict:
    arrays = {}
    for number, (before, after, mode) in enumerate((*sizes, mode) for sizes in SIZES for mode in ["RGB", "L"]):
        image = noise(*before, mode)
        arrays[f"resize.{number}.in"] = array(image)
        for name in FILTERS:
            arrays[f"resize.{number}.{name}"] = array(image.resize(after, Image.Resampling[name.upper()]))
    return arrays


def processings() -> tuple[dict, dict]:
    arrays, facts = {}, {}
    for kind, config in PROCESSORS:
        for mode, sizes in IMAGES.items():
            for size in sizes:
                image, number = noise(*size, mode), len(facts)
                written, processor = reopened(kind, config)
                pixel_values = processor(image, do_convert_rgb=True, return_tensors="np")["pixel_values"]
                arrays[f"process.{number}.image"] = array(image)
                arrays[f"process.{number}.pixel_values"] = np.ascontiguousarray(pixel_values).astype(np.float32)
                facts[f"process.{number}"] = json.dumps(written)
    return arrays, facts


def reopened(kind, config: dict) -> tuple[dict, object]:
    """The file as save_pretrained writes it, or as it stands if it is an old one; and the processor it makes."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "preprocessor_config.json"
        if isinstance(config.get("size"), dict):
            kind(**config).save_pretrained(folder)
        else:
            path.write_text(json.dumps({"image_processor_type": kind.__name__.removesuffix("Pil"), **config}))
        return json.loads(path.read_text()), kind.from_pretrained(folder)


RANDOM = np.random.default_rng(7)
resize_arrays = resizes()
process_arrays, facts = processings()
versions = {"pillow": PIL.__version__, "transformers": transformers.__version__}
OUT.parent.mkdir(parents=True, exist_ok=True)
save_file({**resize_arrays, **process_arrays}, OUT, {**versions, **facts})
print(f"{OUT}: {OUT.stat().st_size} bytes")
