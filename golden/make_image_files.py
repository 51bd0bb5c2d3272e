"""Writes small image files of every kind that people have, and what Pillow sees in them, for the tests of decoding.

Run: python golden/make_image_files.py

`decoded.safetensors` holds the pixels [height, width, 3] of each file by its name, as transformers' load_image makes
them: turned upright, `convert("RGB")`.
"""

import struct
from pathlib import Path

import numpy as np
import PIL
from image_formats import frame, gif, png
from PIL import Image, ImageCms, ImageOps, PngImagePlugin
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


SHARP_AVIF = dict(quality=95, subsampling="4:4:4")
DISGUISED = struct.pack(">H", 0x01F1)


def disguised(orientation: int) -> Image.Exif:
    """An orientation under another tag: Pillow makes boxes of the real one, and says nothing of it in EXIF."""
    exif = Image.Exif()
    exif.endian = ">"
    exif[0x01F1] = orientation
    return exif


def swapped_profile() -> bytes:
    """sRGB with red and blue exchanged: who applies it sees other colours."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    count = struct.unpack(">I", profile[128:132])[0]
    at = {bytes(profile[i : i + 4]): i + 4 for i in range(132, 132 + 12 * count, 12)}
    red, blue = at[b"rXYZ"], at[b"bXYZ"]
    profile[red : red + 8], profile[blue : blue + 8] = profile[blue : blue + 8], profile[red : red + 8]
    return bytes(profile)


PROFILE = dict(icc_profile=swapped_profile())
HIDDEN = RGB.copy()  # colours that a transparency of 0 hides, and others that it does not
HIDDEN.putalpha(GREY.point(lambda grey: 255 if grey > 90 else 0))
MORE = [GREY.convert("RGBA")]

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
    "hidden.png": (HIDDEN, {}),
    "hidden.webp": (HIDDEN, dict(lossless=True, exact=True)),
    "hidden.avif": (HIDDEN, SHARP_AVIF),
    "lossy-alpha.webp": (RGBA, dict(quality=80)),
    "multiplied.avif": (RGBA, dict(**SHARP_AVIF, alpha_premultiplied=True)),
    "halved-chroma.avif": (RGB, dict(quality=95, subsampling="4:2:0")),
    "profile.png": (RGB, PROFILE),
    "profile.jpg": (RGB, dict(quality=90, **PROFILE)),
    "profile.webp": (RGB, dict(lossless=True, **PROFILE)),
    "profile.avif": (RGB, dict(**SHARP_AVIF, **PROFILE)),
    "animated.avif": (RGB, dict(**SHARP_AVIF, save_all=True, append_images=[GREY.convert("RGB")])),
    "animated-alpha.png": (RGBA, dict(save_all=True, append_images=MORE, blend=1)),
    "animated-default.png": (RGB, dict(save_all=True, default_image=True, append_images=[GREY.convert("RGB")] * 2)),
    "animated-alpha.webp": (RGBA, dict(save_all=True, append_images=MORE, lossless=True, exact=True)),
    "animated-lossy.webp": (RGBA, dict(save_all=True, append_images=MORE, quality=80)),
}
COLOURS, SAMPLES = scene().astype(np.int64), np.array(GREY).astype(np.int64)[..., None]
ALPHAS = np.array(ALPHA).astype(np.int64)[..., None]
WIDE = COLOURS * 257 - (COLOURS > 0) * 100  # low bytes that rounding must not carry up
PALETTE = RGB.quantize(17)
INDICES, TABLE = np.array(PALETTE), bytes(PALETTE.getpalette()[: 17 * 3])
FOUR = RGB.quantize(4)
FOUR_TABLE = (b"PLTE", bytes(FOUR.getpalette()[: 4 * 3]))
TRANSPARENT = (b"tRNS", bytes([0, 255, 90]))
LINEAR = [(b"gAMA", struct.pack(">I", 100_000)), (b"cHRM", struct.pack(">8I", *[31270, 32900, 70800, 29200] * 2))]
PNGS = {
    "sixteen-bits.png": png(WIDE, 16, 2),
    "sixteen-bits-alpha.png": png(np.concatenate([WIDE, ALPHAS * 200], -1), 16, 6, interlaced=True),
    "sixteen-bits-grey.png": png(WIDE[..., :1], 16, 0),
    "sixteen-bits-dark.png": png(SAMPLES + 100, 16, 0, interlaced=True),
    "sixteen-bits-grey-alpha.png": png(np.concatenate([WIDE[..., :1], ALPHAS * 200], -1), 16, 4),
    "one-bit-key.png": png(SAMPLES >> 7, 1, 0, [(b"tRNS", b"\0\1")], interlaced=True),
    "two-bits-key.png": png(SAMPLES >> 6, 2, 0, [(b"tRNS", b"\0\2")]),
    "four-bits.png": png(SAMPLES >> 4, 4, 0, interlaced=True),
    "eight-bits.png": png(SAMPLES, 8, 0),
    "key.png": png(COLOURS, 8, 2, [(b"tRNS", struct.pack(">3H", 230, 30, 60))], interlaced=True),
    "gamma.png": png(COLOURS, 8, 2, LINEAR),
    "gamma-alpha.png": png(np.concatenate([SAMPLES, ALPHAS], -1), 8, 4, LINEAR, interlaced=True),
    "two-bits-palette.png": png(np.array(FOUR)[..., None].astype(np.int64), 2, 3, [FOUR_TABLE, TRANSPARENT], True),
    "short-palette.png": png(INDICES[..., None].astype(np.int64), 8, 3, [(b"PLTE", TABLE[:30])]),
}
SIZE, PART, OTHER = (WIDTH, HEIGHT), INDICES[2:9, 3:20], bytes(reversed(TABLE))
GIFS = {
    "transparent.gif": gif(SIZE, [frame(INDICES, transparent=2)], TABLE),
    "interlaced.gif": gif(SIZE, [frame(INDICES, transparent=5, interlaced=True)], TABLE),
    "own-palette.gif": gif(SIZE, [frame(INDICES, palette=OTHER)], TABLE, b"87a"),
    "part.gif": gif(SIZE, [frame(PART, (3, 2)), frame(INDICES)], TABLE),
    "part-transparent.gif": gif(SIZE, [frame(PART, (3, 2), OTHER, transparent=6), frame(INDICES)]),
    "beyond.gif": gif((5, 4), [frame(INDICES, (4, 3))], TABLE),
    "no-canvas.gif": gif((0, 0), [frame(INDICES)], TABLE),
    "no-palette.gif": gif(SIZE, [frame(INDICES)]),
    "short-palette.gif": gif(SIZE, [frame(INDICES)], TABLE[:24]),
    "grey-palette.gif": gif(SIZE, [frame(SAMPLES[..., 0])], bytes(np.repeat(np.arange(256, dtype=np.uint8), 3))),
    "noise.gif": gif((60, 90), [frame(np.random.default_rng(1).integers(0, 256, (90, 60)))], TABLE),
}
for name, (image, options) in FILES.items():
    image.save(OUT / name, **options)
ignored = OUT / "turned-exif-ignored.avif"
assert ignored.read_bytes().count(DISGUISED) == 1
ignored.write_bytes(ignored.read_bytes().replace(DISGUISED, struct.pack(">H", 0x0112)))
for name, data in {**PNGS, **GIFS}.items():
    (OUT / name).write_bytes(data)

decoded = {}
for name in [*FILES, *PNGS, *GIFS]:
    image = ImageOps.exif_transpose(Image.open(OUT / name)).convert("RGB")
    decoded[name] = np.ascontiguousarray(np.array(image))
save_file(decoded, OUT / "decoded.safetensors", {"pillow": PIL.__version__})
print(f"{OUT}: {len(decoded)} files, {sum(f.stat().st_size for f in OUT.iterdir())} bytes")
