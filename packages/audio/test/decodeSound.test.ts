// Sound files beside libsndfile (golden/make_sounds.py).
import { readFileSync } from "node:fs";
import { AudioError, decodeFlac, decodeSound as decodeInPage } from "@qkv/audio";
import { decodeSound } from "@qkv/audio/node";
import { golden } from "@qkv/testing";
import { afterEach, describe, expect, test, vi } from "vitest";

const read = (name: string) => new Uint8Array(readFileSync(new URL(`golden/sounds/${name}`, import.meta.url)));
const arrays = golden(new URL("golden/sounds/expected.safetensors", import.meta.url));

/** Most of a sample, in 32768ths, that a decoder's rounding may change. */
const ROUNDING: Readonly<Record<string, number>> = {
  "stereo16.flac": 0,
  "mono24.flac": 0,
  "mono8.flac": 0,
  "mpeg1.mp3": 1.01,
  "mpeg2.mp3": 1.01,
  "vorbis.ogg": 1.01,
  "opus.ogg": 3,
};

test.each(Object.entries(ROUNDING))("%s", async (name, rounding) => {
  const { channels, sampleRate } = await decodeSound(read(name));
  const { data: expected, shape } = arrays.array(name);
  const [count = 0, length = 0] = shape;
  expect([channels.length, channels[0]?.length]).toEqual([count, length]);
  expect(sampleRate).toBe(length * 10);
  const scale = name === "mono24.flac" ? 2 ** 23 : 32_768;
  const worst = channels.reduce(
    (most, channel, c) => channel.reduce((max, value, i) => Math.max(max, Math.abs(value * scale - (expected[c * length + i] ?? NaN))), most), // prettier-ignore
    0,
  );
  expect(worst).toBeLessThanOrEqual(rounding);
});

describe("what cannot be read", () => {
  test("names the format", async () => {
    const text = (value: string) => Uint8Array.from(value, (char) => char.charCodeAt(0));
    await expect(decodeSound(text("\0\0\0 ftypM4A "))).rejects.toThrow("or Ogg Vorbis file, got an MP4 (AAC)");
    await expect(decodeSound(text("hello"))).rejects.toThrow('got 5 bytes that begin "hell"');
    await expect(decodeSound("a.mp3" as never)).rejects.toThrow(
      "decodeSound: expected the bytes of a sound file, got string",
    );
    await expect(decodeInPage(read("mpeg1.mp3"))).rejects.toThrow(
      "expected a WAV or FLAC file outside of a page, got MP3",
    );
    expect(() => decodeFlac(text("RIFF"))).toThrow("decodeFlac: expected a FLAC file, got 4 bytes");
  });

  test.each(Object.keys(ROUNDING))("%s, cut off or damaged: read or refused, never worse", async (name) => {
    const whole = read(name);
    const times = name.endsWith(".flac") ? 40 : 4; // each starts a decoder
    for (let i = 0; i < times; i++) {
      const cut = whole.slice(0, Math.floor((whole.length * i) / times));
      const damaged = whole.map((byte, at) => (at > 60 && at % 97 === i ? byte ^ 0x55 : byte));
      for (const bytes of [cut, damaged]) {
        try {
          expect((await decodeSound(bytes)).channels.length).toBeGreaterThan(0);
        } catch (error) {
          expect(error).toBeInstanceOf(AudioError);
        }
      }
    }
  });

  test("a frame of FLAC with another checksum", () => {
    const bytes = read("stereo16.flac");
    const at = bytes.length - 40;
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    expect(() => decodeFlac(bytes)).toThrow(AudioError);
  });
});

describe("in a page", () => {
  afterEach(() => vi.unstubAllGlobals());

  test("the browser decodes what is neither WAV nor FLAC, at the rate that models hear", async () => {
    const decoded = { numberOfChannels: 1, sampleRate: 16_000, getChannelData: () => Float32Array.of(0.5) };
    const rates: number[] = [];
    class Context {
      constructor(_channels: number, _length: number, rate: number) {
        rates.push(rate);
      }
      decodeAudioData(buffer: ArrayBuffer): Promise<typeof decoded> {
        return new Uint8Array(buffer)[0] === 0xff || buffer.byteLength > 10
          ? Promise.resolve(decoded)
          : Promise.reject(new Error("no"));
      }
    }
    vi.stubGlobal("OfflineAudioContext", Context);
    expect(await decodeInPage(read("mpeg1.mp3"))).toEqual({ channels: [Float32Array.of(0.5)], sampleRate: 16_000 });
    expect((await decodeInPage(read("stereo16.flac"))).channels).toHaveLength(2);
    await expect(decodeInPage(Uint8Array.of(1, 2, 3))).rejects.toThrow(
      "expected a sound file that this browser plays, got 3 bytes",
    );
    await expect(decodeInPage(Uint8Array.of(1), { sampleRate: 2 })).rejects.toThrow(
      "expected sampleRate to be a whole number of hertz",
    );
    expect(rates).toEqual([16_000, 16_000]);
  });
});
