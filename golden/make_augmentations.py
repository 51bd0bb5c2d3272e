"""Writes what Pillow makes of images under the changes of RandAugment. Run: python golden/make_augmentations.py

`augmentations.safetensors` holds a colour and a grey image, smooth with noise in it so that no histogram is flat, and
each of them after every change, at several strengths.
"""
from pathlib import Path

import numpy as np
import PIL
from PIL import Image, ImageEnhance, ImageOps
from safetensors.numpy import save_file

OUT = Path(__file__).parent.parent / "packages" / "training" / "test" / "golden" / "augmentations.safetensors"
HEIGHT, WIDTH = 17, 23
AFFINE = {
    "shear": (1, 0.27, 0, -0.13, 1, 0),
    "translate": (1, 0, -5, 0, 1, 3),
    "scale": (0.7, 0.1, 1.3, 0.2, 1.1, -2.4),
}
DEGREES = [30, -13.5]
FACTORS = [0.1, 0.73, 1.27, 1.9]


def picture(channels: int) -> Image.Image:
    random = np.random.default_rng(channels)
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    waves = [np.sin(x / (3 + c) + c) + np.cos(y / (4 - c)) for c in range(channels)]
    values = 60 + 50 * np.stack(waves, -1) / 2 + random.normal(0, 20, (HEIGHT, WIDTH, channels))
    values = np.clip(values, 11, 190).astype(np.uint8)
    return Image.fromarray(values if channels == 3 else values[..., 0])


def changes(image: Image.Image):
    yield "posterize.3", ImageOps.posterize(image, 3)
    yield "solarize.77", ImageOps.solarize(image, 77)
    yield "autoContrast", ImageOps.autocontrast(image)
    yield "equalize", ImageOps.equalize(image)
    for factor in FACTORS:
        yield f"brightness.{factor}", ImageEnhance.Brightness(image).enhance(factor)
        yield f"saturation.{factor}", ImageEnhance.Color(image).enhance(factor)
        yield f"contrast.{factor}", ImageEnhance.Contrast(image).enhance(factor)
        yield f"sharpness.{factor}", ImageEnhance.Sharpness(image).enhance(factor)
    fill = (7, 8, 9) if image.mode == "RGB" else 7
    for name, matrix in AFFINE.items():
        yield f"affine.{name}", image.transform(image.size, Image.Transform.AFFINE, matrix, Image.Resampling.NEAREST, fillcolor=fill)
    for degrees in DEGREES:
        yield f"rotate.{degrees}", image.rotate(degrees, Image.Resampling.NEAREST, fillcolor=fill)


tensors = {}
for channels in (1, 3):
    image = picture(channels)
    for name, changed in [("image", image), *changes(image)]:
        tensors[f"{channels}.{name}"] = np.asarray(changed).reshape(HEIGHT, WIDTH, channels)
save_file(tensors, OUT, {"versions": f"pillow {PIL.__version__}, numpy {np.__version__}"})
