"""Writes the sound files that the tests of @qkv/audio read, and what libsndfile reads of them.

Run: python golden/make_sounds.py

Two tones and noise of a tenth of a second, in every format, at rates of both versions of MPEG.
"""

from pathlib import Path

import numpy
import soundfile
from safetensors.numpy import save_file

OUT = Path(__file__).parent.parent / "packages" / "audio" / "test" / "golden" / "sounds"
FILES = {
    "stereo16.flac": ("FLAC", "PCM_16", 16000, 2),
    "mono24.flac": ("FLAC", "PCM_24", 8000, 1),
    "mono8.flac": ("FLAC", "PCM_S8", 8000, 1),
    "mpeg1.mp3": ("MP3", "MPEG_LAYER_III", 44100, 1),
    "mpeg2.mp3": ("MP3", "MPEG_LAYER_III", 16000, 2),
    "vorbis.ogg": ("OGG", "VORBIS", 16000, 2),
    "opus.ogg": ("OGG", "OPUS", 48000, 1),
}


def sound(rate, channels):
    t = numpy.arange(rate // 10) / rate
    noise = numpy.random.RandomState(3).randn(len(t), channels)
    tones = [0.4 * numpy.sin(2 * numpy.pi * (300 + 200 * i) * t) + 0.2 * numpy.sin(2 * numpy.pi * 900 * t * (1 + t)) for i in range(channels)]
    return numpy.stack(tones, 1) + 0.01 * noise


OUT.mkdir(exist_ok=True)
expected = {}
for name, (kind, subtype, rate, channels) in FILES.items():
    soundfile.write(OUT / name, sound(rate, channels), rate, format=kind, subtype=subtype)
    samples, read_rate = soundfile.read(OUT / name, dtype="float32", always_2d=True)
    assert read_rate == rate
    expected[name] = (samples.T * 32768).round().astype(numpy.int16) if subtype != "PCM_24" else (samples.T * 2**23).astype(numpy.int32)
save_file({key: numpy.ascontiguousarray(value) for key, value in expected.items()}, OUT / "expected.safetensors")
