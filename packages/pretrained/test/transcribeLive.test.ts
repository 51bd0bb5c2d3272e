// Speech as one speaks, by a transcriber that says what the samples spell: each second of sound is a word, its number.
import { type Transcriber, transcribeLive, type LiveText } from "@qkv/pretrained";
import { expect, test } from "vitest";

const RATE = 10;

/** Hears a word for each whole second, and a wrong one in the last half second. */
function hearing(lengths: number[] = []): Transcriber {
  const transcribe = (sound: { channels: Float32Array[] }) => {
    const [samples = new Float32Array()] = sound.channels;
    lengths.push(samples.length);
    const words = [];
    for (let at = 0; at + 5 <= samples.length; at += RATE) {
      const isCut = at + RATE > samples.length;
      const text = isCut ? " hm" : ` ${samples[at]}`;
      words.push({ text, start: at / RATE, end: Math.min(at + RATE, samples.length) / RATE });
    }
    return Promise.resolve({ text: "", segments: [{ words }] });
  };
  return { transcribe } as unknown as Transcriber;
}

/** Numbers, each a second long, in parts of 0.7 seconds, each when all that waited before is done. */
async function* counting(seconds: number): AsyncGenerator<Float32Array, void, undefined> {
  const all = Float32Array.from({ length: seconds * RATE }, (_, i) => Math.floor(i / RATE));
  for (let at = 0; at < all.length; at += 7) {
    await new Promise((resolve) => setTimeout(resolve));
    yield all.slice(at, at + 7);
  }
}

async function textsOf(transcriber: Transcriber, seconds: number, every = 0.5): Promise<LiveText[]> {
  const texts: LiveText[] = [];
  for await (const text of transcribeLive(transcriber, counting(seconds), { sampleRate: RATE, every }))
    texts.push(text);
  return texts;
}

test("settles the words that two hearings agree on, and never takes one back", async () => {
  const lengths: number[] = [];
  const texts = await textsOf(hearing(lengths), 40);
  const whole = Array.from({ length: 40 }, (_, i) => ` ${i}`).join("");
  expect(texts.at(-1)).toEqual({ settled: whole, open: "" });
  for (const { settled, open } of texts) {
    expect(whole.startsWith(settled)).toBe(true);
    expect(`${whole} `.startsWith(settled + open.replace(" hm", ""))).toBe(true);
  }
  expect(texts.some(({ open }) => open.endsWith("hm"))).toBe(true);
  expect(Math.max(...lengths)).toBeLessThan(5 * RATE); // what is settled is not heard again
});

test("what never agrees settles all the same before the window is full", async () => {
  let count = 0;
  const lengths: number[] = [];
  const inner = hearing(lengths);
  const transcriber = {
    transcribe: async (...args: Parameters<Transcriber["transcribe"]>) => {
      const heard = await inner.transcribe(...args);
      count += 1;
      const segments = heard.segments.map((segment) => ({
        ...segment,
        words: segment.words?.map((word) => ({ ...word, text: ` ${count}x` })) ?? [],
      }));
      return { ...heard, segments };
    },
  } as unknown as Transcriber;
  const texts = await textsOf(transcriber, 60);
  expect(texts.at(-1)?.settled.trim().split(" ")).toHaveLength(60);
  expect(Math.max(...lengths)).toBeLessThanOrEqual(26 * RATE);
});

test("of nothing there is nothing; an error of the sound, and a stop, are the caller's", async () => {
  expect(await textsOf(hearing(), 0)).toEqual([{ settled: "", open: "" }]);
  async function* broken(): AsyncGenerator<Float32Array, void, undefined> {
    yield new Float32Array(30);
    await Promise.resolve();
    throw new Error("unplugged");
  }
  const all = async (parts: AsyncIterable<Float32Array>, signal?: AbortSignal) => {
    const options = { sampleRate: RATE, ...(signal && { signal }) };
    for await (const text of transcribeLive(hearing(), parts, options)) void text;
  };
  await expect(all(broken())).rejects.toThrow("unplugged");
  await expect(all(counting(9), AbortSignal.abort())).rejects.toThrow("aborted");
  const options = { every: 0 };
  await expect(transcribeLive(hearing(), counting(1), options).next()).rejects.toThrow("expected every to be seconds");
});
