"""Writes the golden files that the parity tests of @qkv/audio read.

Run: python golden/make_audio.py      (torch and torchaudio for the CPU, transformers, scipy)

A short made sound: its spectrograms by Hugging Face's WhisperFeatureExtractor, the same sound at other rates by torchaudio, and a few
samples of it as WAV files of every kind by scipy.
"""

import io
import json
import sys
from pathlib import Path

sys.modules.setdefault("torchvision", None)  # not needed, and a build that does not fit torch breaks the import

import numpy as np
import scipy.io.wavfile
import torch
import torchaudio
import transformers
from safetensors.numpy import save_file

OUT = Path(__file__).parent.parent / "packages" / "audio" / "test" / "golden"
VERSIONS = {name: module.__version__.split("+")[0] for name, module in
            dict(torch=torch, torchaudio=torchaudio, transformers=transformers, scipy=scipy).items()}
SETTINGS = {"whisper": dict(feature_size=12, chunk_length=1), "other": dict(feature_size=7, chunk_length=1, n_fft=360, hop_length=200)}
RATES = [(16000, 8000), (8000, 16000), (44100, 16000), (16000, 22050)]


def sound(rate, seconds):
    t = np.arange(int(rate * seconds)) / rate
    rng = np.random.default_rng(5)
    return (0.4 * np.sin(2 * np.pi * (200 + 900 * t) * t) + 0.01 * rng.standard_normal(len(t))).astype(np.float32)


def wav(samples, rate):
    file = io.BytesIO()
    scipy.io.wavfile.write(file, rate, samples)
    return np.frombuffer(file.getvalue(), np.uint8).copy()


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    samples = sound(16000, 0.61)
    tensors = {"samples": samples}
    for name, settings in SETTINGS.items():
        extractor = transformers.WhisperFeatureExtractor(**settings)
        tensors[f"features/{name}"] = extractor(samples, sampling_rate=16000, return_tensors="np")["input_features"][0]
    silence = transformers.WhisperFeatureExtractor(**SETTINGS["whisper"])
    tensors["features/silence"] = silence(np.zeros(160, np.float32), sampling_rate=16000, return_tensors="np")["input_features"][0]
    for old, new in RATES:
        short = sound(old, 0.02)
        tensors[f"resampled/{old}-{new}/from"] = short
        tensors[f"resampled/{old}-{new}/to"] = torchaudio.functional.resample(torch.from_numpy(short), old, new).numpy()
    few = np.stack([samples[:5], -samples[5:10]], 1)
    kinds = {"u8": ((few + 1) * 127.5).astype(np.uint8), "i16": (few * 32767).astype(np.int16),
             "i32": (few * 2147483000).astype(np.int32), "f32": few, "f64": few.astype(np.float64)}
    for name, kind in kinds.items():
        tensors[f"wav/{name}"] = wav(kind, 12000)
        whole = {"u8": lambda x: (x.astype(np.float64) - 128) / 128, "i16": lambda x: x / 2.0**15, "i32": lambda x: x / 2.0**31}
        tensors[f"values/{name}"] = whole.get(name, lambda x: x)(kind).astype(np.float32)
    save_file({key: np.ascontiguousarray(value) for key, value in tensors.items()}, OUT / "audio.safetensors")
    configs = {name: transformers.WhisperFeatureExtractor(**settings).to_dict() for name, settings in SETTINGS.items()}
    plain = {name: {key: value for key, value in config.items() if key != "mel_filters"} for name, config in configs.items()}
    (OUT / "audio.json").write_text(json.dumps(dict(versions=VERSIONS, configs=plain), separators=(",", ":")) + "\n")


main()
