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
from PIL import Image, ImageOps, PngImagePlugin
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


def xmp(orientation: str) -> bytes:
    """XMP with an orientation as an attribute, or as an element."""
    head = '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    return f'{head}<rdf:Description xmlns:tiff="http://ns.adobe.com/tiff/1.0/" {orientation}</rdf:RDF></x:xmpmeta>'.encode()


ATTRIBUTE = 'tiff:Orientation="%d"/>'
ELEMENT = "><tiff:Orientation>%d</tiff:Orientation></rdf:Description>"


def png_text(key: str, text: str, **how) -> dict:
    info = PngImagePlugin.PngInfo()
    info.add_itxt(key, text, **how) if key.startswith("XML") else info.add_text(key, text, **how)
    return dict(pnginfo=info)


def big_endian(orientation: int) -> Image.Exif:
    exif = Image.Exif()
    exif.endian = ">"
    exif[0x0112] = orientation
    return exif


def raw_profile(orientation: int) -> str:
    """EXIF as ImageMagick writes it into a PNG's text."""
    data = rotated(orientation)["exif"].tobytes()
    return f"\nexif\n{len(data):8}\n{data.hex()}\n"


def no_orientation() -> Image.Exif:
    exif = Image.Exif()
    exif[0x0131] = "a program"
    return exif


def other_types(kind: int, count: int, value: bytes, outside: bytes = b"") -> bytes:
    """EXIF whose orientation is of another type than it should be, or more than one value, in the entry or behind it."""
    entry = struct.pack("<HHI", 0x0112, kind, count) + value.ljust(4, b"\0")
    return b"Exif\0\0II*\0" + struct.pack("<IH", 8, 1) + entry + bytes(4) + outside


def sixteen_bits(name: str, wide: np.ndarray) -> None:
    """A PNG of 16 bits in each channel, which Pillow does not write for colours."""
    height, width, channels = wide.shape
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in wide)
    header = struct.pack(">IIBBBBB", width, height, 16, {1: 0, 3: 2}[channels], 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b"")]
    data = b"".join(struct.pack(">I", len(d)) + k + d + struct.pack(">I", zlib.crc32(k + d)) for k, d in chunks)
    (OUT / name).write_bytes(b"\x89PNG\r\n\x1a\n" + data)


SHARP_AVIF = dict(quality=95, subsampling="4:4:4")
DISGUISED = struct.pack(">H", 0x01F1)


def disguised(orientation: int) -> Image.Exif:
    """An orientation under another tag: Pillow makes boxes of the real one, and says nothing of it in EXIF."""
    exif = Image.Exif()
    exif.endian = ">"
    exif[0x01F1] = orientation
    return exif


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
    "turned-xmp.jpg": (RGB, dict(quality=90, subsampling=0, xmp=xmp(ATTRIBUTE % 6))),
    "turned-xmp-element.jpg": (RGB, dict(quality=90, subsampling=0, xmp=xmp(ELEMENT % 8))),
    "turned-exif-first.jpg": (RGB, dict(quality=90, subsampling=0, xmp=xmp(ATTRIBUTE % 6), **rotated(3))),
    "turned-exif-upright.jpg": (RGB, dict(quality=90, subsampling=0, xmp=xmp(ATTRIBUTE % 6), **rotated(1))),
    "turned-exif-unknown.jpg": (RGB, dict(quality=90, subsampling=0, xmp=xmp(ATTRIBUTE % 6), **rotated(9))),
    "turned-exif-silent.jpg": (RGB, dict(quality=90, subsampling=0, xmp=xmp(ATTRIBUTE % 5), exif=no_orientation())),
    "turned-big-endian.jpg": (RGB, dict(quality=90, subsampling=0, exif=big_endian(7))),
    "turned-exif.png": (RGB, rotated(6)),
    "turned-xmp.png": (RGB, png_text("XML:com.adobe.xmp", xmp(ATTRIBUTE % 2).decode())),
    "turned-xmp-packed.png": (RGBA, png_text("XML:com.adobe.xmp", xmp(ELEMENT % 7).decode(), zip=True)),
    "turned-profile.png": (GREY, png_text("Raw profile type exif", raw_profile(8))),
    "turned-profile-packed.png": (GREY_ALPHA, png_text("Raw profile type exif", raw_profile(4), zip=True)),
    "turned-exif.webp": (RGB, dict(lossless=True, **rotated(8))),
    "turned-xmp.webp": (RGBA, dict(lossless=True, exact=True, xmp=xmp(ATTRIBUTE % 6))),
    "lossy.webp": (RGB, dict(quality=80)),
    "lossless.webp": (RGB, dict(lossless=True)),
    "alpha.webp": (RGBA, dict(lossless=True, exact=True)),
    "one-frame.gif": (RGB.quantize(17), {}),
    "animated.gif": (RGB.quantize(17), dict(save_all=True, append_images=[GREY.convert("P")] * 2)),
    "animated.webp": (RGB, dict(save_all=True, append_images=[GREY.convert("RGB")], lossless=True)),
    "turned-exif-float.jpg": (RGB, dict(quality=90, exif=other_types(11, 1, struct.pack("<f", 6)))),
    "turned-exif-rational.jpg": (RGB, dict(quality=90, exif=other_types(5, 1, b"\x1a", struct.pack("<II", 16, 2)))),
    "turned-exif-two.jpg": (RGB, dict(quality=90, exif=other_types(3, 2, b"\6\0\3"))),
    "turned-exif-three.jpg": (RGB, dict(quality=90, exif=other_types(3, 3, b"\x1a", b"\5\0\3\0\2\0"))),
    "turned-exif-outside.jpg": (RGB, dict(quality=90, exif=other_types(3, 9, b"\x1a"), xmp=xmp(ATTRIBUTE % 7))),
    "turned-xmp.avif": (RGB, dict(**SHARP_AVIF, xmp=xmp(ATTRIBUTE % 6))),
    "turned-boxes.avif": (RGB, dict(**SHARP_AVIF, xmp=xmp(ATTRIBUTE % 3), **rotated(5))),
    "turned-exif-ignored.avif": (RGB, dict(**SHARP_AVIF, xmp=xmp(ATTRIBUTE % 6), exif=disguised(8))),
    "turned-exif-silent.avif": (RGB, dict(**SHARP_AVIF, xmp=xmp(ELEMENT % 8), exif=no_orientation())),
    "photo.avif": (RGB, SHARP_AVIF),
}
for name, (image, options) in FILES.items():
    image.save(OUT / name, **options)
ignored = OUT / "turned-exif-ignored.avif"
assert ignored.read_bytes().count(DISGUISED) == 1
ignored.write_bytes(ignored.read_bytes().replace(DISGUISED, struct.pack(">H", 0x0112)))
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
