"""PNG and GIF files written byte by byte, for the kinds that Pillow reads and does not write."""

import struct
import zlib

import numpy as np

ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]


def png(samples: np.ndarray, depth: int, colour: int, chunks: list = [], interlaced: bool = False) -> bytes:
    """A PNG of samples [height, width, channels]; each row has another filter."""
    height, width, _ = samples.shape
    passes = ADAM7 if interlaced else [(0, 0, 1, 1)]
    pixels = b"".join(rows(samples[y::down, x::step], depth) for x, y, step, down in passes)
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, int(interlaced))
    parts = [(b"IHDR", header), *chunks, (b"IDAT", zlib.compress(pixels, 9)), (b"IEND", b"")]
    data = b"".join(struct.pack(">I", len(d)) + k + d + struct.pack(">I", zlib.crc32(k + d)) for k, d in parts)
    return b"\x89PNG\r\n\x1a\n" + data


def rows(samples: np.ndarray, depth: int) -> bytes:
    height, width, channels = samples.shape
    if width == 0 or height == 0:
        return b""
    bits = (samples.reshape(height, -1, 1) >> np.arange(depth - 1, -1, -1)) & 1
    lines = np.packbits(bits.reshape(height, -1).astype(np.uint8), axis=1).astype(np.int64)
    apart = max(1, channels * depth // 8)
    return b"".join(bytes([i % 5]) + filtered(i % 5, lines[i], lines[i - 1] if i > 0 else 0 * lines[0], apart)
                    for i in range(height))


def filtered(kind: int, line: np.ndarray, up: np.ndarray, apart: int) -> bytes:
    left, corner = (np.concatenate([np.zeros(apart, np.int64), row])[: len(row)] for row in (line, up))
    nearest = np.argmin([abs(up - corner), abs(left - corner), abs(left + up - 2 * corner)], axis=0)
    guess = [0 * line, left, up, (left + up) // 2, np.choose(nearest, [left, up, corner])][kind]
    return ((line - guess) % 256).astype(np.uint8).tobytes()


def gif(size: tuple, frames: list, palette: bytes | None = None, version: bytes = b"89a") -> bytes:
    """A GIF of some frames; its background is colour 3, which nobody shows."""
    flags, table = colours(palette)
    return b"GIF" + version + struct.pack("<HH", *size) + bytes([flags, 3, 0]) + table + b"".join(frames) + b";"


def frame(indices: np.ndarray, at: tuple = (0, 0), palette: bytes | None = None, transparent: int | None = None,
          interlaced: bool = False) -> bytes:
    height, width = indices.shape
    control = b"" if transparent is None else b"!\xf9\4\1\0\0" + bytes([transparent, 0])
    flags, table = colours(palette)
    if interlaced:
        indices = np.concatenate([indices[0::8], indices[4::8], indices[2::4], indices[1::2]])
    head = b"," + struct.pack("<4H", *at, width, height) + bytes([flags | 64 * interlaced])
    return control + head + table + lzw(indices.reshape(-1).tolist())


def colours(palette: bytes | None) -> tuple[int, bytes]:
    if palette is None:
        return 0, b""
    bits = max(1, (len(palette) // 3 - 1).bit_length())
    return 0x80 | (bits - 1), palette.ljust(3 << bits, b"\0")


def lzw(values: list, bits: int = 8) -> bytes:
    """Goes on for 500 codes with a table that is full before it clears it."""
    clear = 1 << bits
    size, table = bits + 1, {bytes([i]): i for i in range(clear)}
    count = clear + 2
    held, out = [(clear, size)], b""
    for value in values:
        longer = out + bytes([value])
        if longer in table:
            out = longer
            continue
        held.append((table[out], size))
        if count < 4096:
            table[longer] = count
            size += count == (1 << size) and size < 12
        count += 1
        if count == 4596:
            held.append((clear, size))
            size, table = bits + 1, {bytes([i]): i for i in range(clear)}
            count = clear + 2
        out = bytes([value])
    held += [(table[out], size), (clear + 1, size)]
    number, at = 0, 0
    for code, size in held:
        number |= code << at
        at += size
    packed = number.to_bytes((at + 7) // 8, "little")
    blocks = [packed[i : i + 255] for i in range(0, len(packed), 255)]
    return bytes([bits]) + b"".join(bytes([len(block)]) + block for block in blocks) + b"\0"
