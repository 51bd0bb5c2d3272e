import { describe, expect, test } from "vitest";
import {
  AudioError,
  decodeWav,
  LogMel,
  parseSpectrogramConfig,
  readMono,
  resample,
  SpectrogramReader,
  toMono,
} from "./index.ts";

const text = (value: string) => [...value].map((char) => char.charCodeAt(0));
const u16 = (value: number) => [value & 255, value >> 8];
const u32 = (value: number) => [...u16(value & 0xffff), ...u16(value >>> 16)];
const fmt = (kind: number, channels: number, bits: number) => [
  ...text("fmt "),
  ...u32(16),
  ...u16(kind),
  ...u16(channels),
  ...u32(8000),
  ...u32(0),
  ...u16(0),
  ...u16(bits),
];
const wav = (...chunks: number[][]) => Uint8Array.from([...text("RIFF"), ...u32(0), ...text("WAVE"), ...chunks.flat()]);
const data = (size: number, ...bytes: number[]) => [...text("data"), ...u32(size), ...bytes];

describe("WAV files", () => {
  test("24 bits, other chunks before the samples, and a recording that was stopped", () => {
    const list = [...text("LIST"), ...u32(3), 1, 2, 3, 0]; // padded to an even length
    const { channels } = decodeWav(wav(list, fmt(1, 1, 24), data(0xffffffff, 0, 0, 0x40, 0, 0, 0xc0, 9)));
    expect(channels.map((channel) => [...channel])).toEqual([[0.5, -0.5]]);
  });

  test.each([
    ["no file", new Uint8Array(), "expected a WAV file, got 0 bytes"],
    ["another kind of file", Uint8Array.from(text("OggS00000000")), 'got 12 bytes that begin "OggS"'],
    ["no samples", wav(fmt(1, 1, 16)), "expected samples (a data chunk), got none: the file is cut off"],
    ["samples before their format", wav(data(0)), "expected fmt before data"],
    ["a format that is cut off", wav(fmt(1, 1, 16).slice(0, 12)), "expected fmt of 16 bytes or more, got 4"],
    ["compressed samples", wav(fmt(0x55, 1, 16), data(0)), "got format 85 of 16 bits"],
    ["an odd width", wav(fmt(1, 1, 12), data(0)), "got format 1 of 12 bits"],
    ["no channels", wav(fmt(1, 0, 16), data(0)), "got 0 channels at 8000 Hz"],
  ])("%s", (_, bytes, message) => {
    expect(() => decodeWav(bytes)).toThrow(AudioError);
    expect(() => decodeWav(bytes)).toThrow(message);
  });

  test("every beginning of a file is read or refused, never worse", () => {
    const whole = wav(fmt(1, 2, 16), data(8, 1, 2, 3, 4, 5, 6, 7, 8));
    for (let length = 0; length < whole.length; length++) {
      try {
        const { channels } = decodeWav(whole.slice(0, length));
        expect(channels).toHaveLength(2);
      } catch (error) {
        expect(error).toBeInstanceOf(AudioError);
      }
    }
  });
});

describe("what is no sound", () => {
  test("samples that are no numbers, channels of different lengths", () => {
    const logMel = new LogMel(parseSpectrogramConfig({ chunk_length: 1 }));
    expect(() => logMel.spectrogram(Float32Array.of(0, NaN))).toThrow("expected finite samples, got NaN at 1");
    const channels = [Float32Array.of(1, 2), Float32Array.of(1)];
    expect(() => toMono({ channels, sampleRate: 8000 })).toThrow("channels of one length, got 2, 1 samples");
    expect(() => toMono({ channels: [Float32Array.of(Infinity)], sampleRate: 8000 })).toThrow(
      "got Infinity at 0 of channel 0",
    );
    expect(() => toMono({ channels: [], sampleRate: 8000 })).toThrow("expected a sound with channels");
    expect(() => toMono({ channels: [new Float32Array(1)], sampleRate: 0 })).toThrow(
      "expected a sampleRate in hertz, got 0",
    );
    expect(() => resample(new Float32Array(3), 16000, 0.5)).toThrow(
      "expected to to be a whole number of hertz, got 0.5",
    );
  });

  test("fields of a feature extractor that are not known, or no numbers", () => {
    expect(() => parseSpectrogramConfig({ feature_extractor_type: "Wav2Vec2FeatureExtractor" })).toThrow(
      'expected feature_extractor_type to be "WhisperFeatureExtractor", got "Wav2Vec2FeatureExtractor"',
    );
    expect(() => parseSpectrogramConfig({ dither: 0.1 })).toThrow("expected dither to be 0, got 0.1");
    expect(() => parseSpectrogramConfig({ n_fft: -1 })).toThrow("expected n_fft to be a whole number above 0, got -1");
    expect(() => parseSpectrogramConfig([])).toThrow("expected an object, got Array");
  });
});

test("the spectrogram of a whole sound, longer than a chunk or shorter, window by window", async () => {
  const samples = Float32Array.from({ length: 4001 }, (_, i) => Math.sin(i * i * 1e-4) * (i / 4001));
  const configOf = (chunk_length: number) =>
    parseSpectrogramConfig({ chunk_length, sampling_rate: 2000, n_fft: 100, hop_length: 40, feature_size: 9 });
  const open = (length: number, chunk: number) =>
    SpectrogramReader.open(
      readMono({ channels: [samples.subarray(0, length)], sampleRate: 2000 }, 2000),
      configOf(chunk),
    );
  for (const [length, chunk] of [
    [4000, 1],
    [4000, 3],
    [10, 1],
  ] as const) {
    const seconds = Math.max(chunk, length / 2000);
    const whole = new LogMel(configOf(seconds)).spectrogram(samples.subarray(0, length));
    const reader = await open(length, chunk);
    expect(reader.frames).toBe(whole.frames);
    for (const first of [0, 24, whole.frames - 10]) {
      const { data } = await reader.window(first, 30);
      const expected = Array.from({ length: 9 * 30 }, (_, i) => {
        const frame = first + (i % 30);
        return frame < whole.frames ? whole.data[Math.floor(i / 30) * whole.frames + frame] : 0;
      });
      expect([...data]).toEqual(expected);
    }
  }
  expect((await open(3999, 1)).frames).toBe(99);
  await expect((await open(3999, 1)).window(3, 2)).rejects.toThrow("expected first to be an even number, got 3");
  const bad = readMono(
    {
      sampleRate: 2000,
      length: 3,
      read: () => Promise.resolve({ channels: [Float32Array.of(0, NaN, 0)], sampleRate: 2000 }),
    },
    2000,
  );
  await expect(SpectrogramReader.open(bad, configOf(1))).rejects.toThrow("expected finite samples, got NaN at 1");
});

test("resampling keeps a tone, and what is too high for the new rate is gone", () => {
  const tone = (hertz: number, rate: number) =>
    Float32Array.from({ length: rate / 10 }, (_, i) => Math.sin((2 * Math.PI * hertz * i) / rate));
  const middle = (samples: Float32Array) => samples.slice(200, -200);
  const [kept, expected] = [middle(resample(tone(440, 48_000), 48_000, 16_000)), middle(tone(440, 16_000))];
  for (const [i, value] of expected.entries()) expect(kept[i]).toBeCloseTo(value, 2);
  const gone = middle(resample(tone(12_000, 48_000), 48_000, 16_000));
  expect(Math.max(...gone.map(Math.abs))).toBeLessThan(0.02);
});
