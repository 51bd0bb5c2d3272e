import { readFileSync } from "node:fs";
import { decodeWav, formatSpectrogramConfig, LogMel, parseSpectrogramConfig, resample, toMono } from "@qkv/audio";
import { golden } from "@qkv/testing";
import { describe, expect, test } from "vitest";

const arrays = golden(new URL("golden/audio.safetensors", import.meta.url));
const { configs } = JSON.parse(readFileSync(new URL("golden/audio.json", import.meta.url), "utf8")) as {
  configs: Record<"whisper" | "other", Record<string, unknown>>;
};
const floats = (name: string) => Float32Array.from(arrays.array(name).data);

function expectNear(found: Float32Array, expected: Float32Array, tolerance: number): void {
  expect(found).toHaveLength(expected.length);
  const furthest = found.reduce((most, value, i) => Math.max(most, Math.abs(value - (expected[i] ?? NaN))), 0);
  expect(furthest).toBeLessThan(tolerance);
}

describe("log-mel spectrograms equal Hugging Face's", () => {
  test.each(["whisper", "other"] as const)("%s", (name) => {
    const config = parseSpectrogramConfig(configs[name]);
    const { data, frames, numMelBins } = new LogMel(config).spectrogram(floats("samples"));
    expect([numMelBins, frames]).toEqual(arrays.array(`features/${name}`).shape);
    expectNear(data, floats(`features/${name}`), 1e-4); // theirs is of 32 bits on the way
    expect(parseSpectrogramConfig(formatSpectrogramConfig(config))).toEqual(config);
  });

  test("of silence, of nothing, and of more than fits", () => {
    const logMel = new LogMel(parseSpectrogramConfig(configs.whisper));
    expectNear(logMel.spectrogram(new Float32Array(160)).data, floats("features/silence"), 1e-6);
    expectNear(logMel.spectrogram(new Float32Array()).data, floats("features/silence"), 1e-6);
    const samples = Float32Array.from({ length: 20_000 }, (_, i) => Math.sin(i / 7));
    expect(logMel.spectrogram(samples)).toEqual(logMel.spectrogram(samples.slice(0, 16_000)));
  });
});

test.each([
  [16000, 8000],
  [8000, 16000],
  [44100, 16000],
  [16000, 22050],
])("resampling from %d to %d equals torchaudio's", (from, to) => {
  const found = resample(floats(`resampled/${from}-${to}/from`), from, to);
  expectNear(found, floats(`resampled/${from}-${to}/to`), 1e-5); // theirs computes the kernels in 32 bits
});

test.each(["u8", "i16", "i32", "f32", "f64"])("WAV files of %s, as scipy writes them", (kind) => {
  const { channels, sampleRate } = decodeWav(Uint8Array.from(arrays.array(`wav/${kind}`).data));
  expect(sampleRate).toBe(12_000);
  const pairs = Array.from({ length: 5 }, (_, i) => channels.map((channel) => channel[i] ?? NaN)).flat();
  expectNear(Float32Array.from(pairs), floats(`values/${kind}`), 1e-7);
  expectNear(
    toMono({ channels, sampleRate }),
    Float32Array.from({ length: 5 }, (_, i) => ((pairs[2 * i] ?? 0) + (pairs[2 * i + 1] ?? 0)) / 2),
    1e-7,
  );
});
