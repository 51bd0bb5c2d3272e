"""Writes small image files of every kind that people have, and what Pillow sees in them, for the tests of decoding.

Run: python golden/make_image_files.py

`decoded.safetensors` holds the pixels [height, width, channels] of each file by its name, turned upright as
transformers' load_image turns them; RGB, or RGBA where there is transparency.
"""

import struct
import zlib
from pathlib import Path

import numpy as np
import PIL
from PIL import Image, ImageOps
from safetensors.numpy import save_file

OUT = Path(__file__).parent.parent / "packages" / "vit" / "test" / "images"
WIDTH, HEIGHT = 23, 14


def scene(width: int = WIDTH, height: int = HEIGHT) -> np.ndarray:
    """Smooth colours with an edge, none of its eight orientations like another."""
    x, y = np.meshgrid(np.linspace(0, 1, width), np.linspace(0, 1, height))
    planes = [x * 255, y * 255, 255 * (1 - x) * y]
    pixels = np.stack(planes, -1)
    pixels[y > x + 0.4] = [230, 30, 60]
    return pixels.round().astype(np.uint8)


RGB = Image.fromarray(scene())
GREY = RGB.convert("L")
ALPHA = Image.fromarray(np.linspace(0, 255, WIDTH * HEIGHT).reshape(HEIGHT, WIDTH).round().astype(np.uint8))
RGBA = RGB.copy()
RGBA.putalpha(ALPHA)
GREY_ALPHA = Image.merge("LA", [GREY, ALPHA])


def rotated(orientation: int) -> dict:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return dict(exif=exif)


def sixteen_bits(name: str, wide: np.ndarray) -> None:
    """A PNG of 16 bits in each channel, which Pillow does not write for colours."""
    height, width, channels = wide.shape
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in wide)
    header = struct.pack(">IIBBBBB", width, height, 16, {1: 0, 3: 2}[channels], 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b"")]
    data = b"".join(struct.pack(">I", len(d)) + k + d + struct.pack(">I", zlib.crc32(k + d)) for k, d in chunks)
    (OUT / name).write_bytes(b"\x89PNG\r\n\x1a\n" + data)


OUT.mkdir(parents=True, exist_ok=True)
FILES = {
    "rgb.png": (RGB, {}),
    "grey.png": (GREY, {}),
    "grey-alpha.png": (GREY_ALPHA, {}),
    "rgba.png": (RGBA, {}),
    "black-and-white.png": (GREY.convert("1"), {}),
    "palette.png": (RGB.quantize(17), {}),
    "palette-transparent.png": (RGB.quantize(5), dict(transparency=2)),
    "one-pixel.png": (RGB.crop((20, 3, 21, 4)), {}),
    "rgb.jpg": (RGB, dict(quality=90, subsampling=0)),
    "subsampled.jpg": (RGB, dict(quality=80, subsampling=2)),
    "progressive.jpg": (RGB, dict(quality=80, progressive=True)),
    "grey.jpg": (GREY, dict(quality=90)),
    "cmyk.jpg": (RGB.convert("CMYK"), dict(quality=95)),
    **{f"rotated-{n}.jpg": (RGB, dict(quality=90, subsampling=0, **rotated(n))) for n in range(2, 9)},
    "lossy.webp": (RGB, dict(quality=80)),
    "lossless.webp": (RGB, dict(lossless=True)),
    "alpha.webp": (RGBA, dict(lossless=True, exact=True)),
    "one-frame.gif": (RGB.quantize(17), {}),
    "animated.gif": (RGB.quantize(17), dict(save_all=True, append_images=[GREY.convert("P")] * 2)),
    "animated.webp": (RGB, dict(save_all=True, append_images=[GREY.convert("RGB")], lossless=True)),
    "photo.avif": (RGB, dict(quality=95, subsampling="4:4:4")),
}
for name, (image, options) in FILES.items():
    image.save(OUT / name, **options)
wide = scene().astype(np.uint16) * 257 - (scene() > 0) * 100  # low bytes that rounding must not carry up
sixteen_bits("sixteen-bits.png", wide)
sixteen_bits("sixteen-bits-grey.png", wide[..., :1])

decoded = {}
for name in [*FILES]:
    image = ImageOps.exif_transpose(Image.open(OUT / name))
    transparent = image.has_transparency_data
    decoded[name] = np.ascontiguousarray(np.array(image.convert("RGBA" if transparent else "RGB")))
for name, channels in [("sixteen-bits.png", 3), ("sixteen-bits-grey.png", 1)]:
    high = (wide[..., :channels] >> 8).astype(np.uint8)
    decoded[name] = np.ascontiguousarray(np.broadcast_to(high, (*high.shape[:2], 3)))
save_file(decoded, OUT / "decoded.safetensors", {"pillow": PIL.__version__})
print(f"{OUT}: {len(decoded)} files, {sum(f.stat().st_size for f in OUT.iterdir())} bytes")
