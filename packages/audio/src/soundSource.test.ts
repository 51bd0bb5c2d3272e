import { expect, test } from "vitest";
import { AudioError, decodeWav, encodeWav, openWav, readMono, resample, toMono } from "./index.ts";

/** A tone and its half, at a rate. */
function tones(rate: number, seconds: number) {
  const tone = (hertz: number) =>
    Float32Array.from({ length: Math.round(rate * seconds) }, (_, i) => Math.sin((2 * Math.PI * hertz * i) / rate) / 2);
  return { channels: [tone(440), tone(220)], sampleRate: rate };
}

test.each([8000, 16_000, 44_100, 48_000])(
  "parts of a file at %d Hz are, to the bit, parts of the whole",
  async (rate) => {
    const file = encodeWav(tones(rate, 0.4));
    const source = await openWav(new Blob([file]));
    const whole = resample(toMono(decodeWav(file)), rate, 16_000);
    const mono = readMono(source, 16_000);
    expect(mono.length).toBe(whole.length);
    for (const [start, end] of [
      [0, 1],
      [0, 320],
      [777, 2000],
      [3199, 6400],
      [6399, 99_999],
      [7000, 8000],
    ] as const) {
      expect(await mono.read(start, end)).toEqual(whole.slice(start, end));
    }
    expect(await readMono(decodeWav(file), 16_000).read(100, 200)).toEqual(whole.slice(100, 200));
  },
);

test("only what is asked for is read, with chunks before the samples", async () => {
  const file = encodeWav(tones(8000, 20));
  const other = new Uint8Array(300_008);
  other.set(new TextEncoder().encode("LIST"));
  new DataView(other.buffer).setUint32(4, 300_000, true);
  const read: number[] = [];
  const blob = new (class extends Blob {
    override slice(start = 0, end = this.size) {
      read.push(Math.min(end, this.size) - start);
      return super.slice(start, end);
    }
  })([file.slice(0, 12), other, file.slice(12)]);
  const source = await openWav(blob);
  read.length = 0;
  const { channels } = await source.read(8000, 8010);
  expect(channels).toEqual(
    tones(8000, 20).channels.map((channel) =>
      channel.slice(8000, 8010).map((sample) => Math.round(sample * 32_768) / 32_768),
    ),
  );
  expect(read).toEqual([40]);
});

test("what is no source is refused", async () => {
  await expect(openWav(new Blob(["OggS"]))).rejects.toThrow(
    'openWav: expected a WAV file, got 4 bytes that begin "OggS"',
  );
  await expect(openWav("a.wav" as never)).rejects.toThrow(AudioError);
  expect(() => readMono({ sampleRate: 0.5, length: 3, read: () => Promise.reject(new Error()) }, 16_000)).toThrow(
    "sampleRate of the source",
  );
  expect(() => readMono(tones(8000, 0.1), NaN)).toThrow("expected sampleRate to be a whole number of hertz, got NaN");
});
