// Word times beside transformers' (golden/make_word_times.py).
import { readFileSync } from "node:fs";
import { disposeKeyValues } from "@qkv/attention";
import { initBackend } from "@qkv/backend";
import { loadPretrained } from "@qkv/pretrained";
import { Recorder } from "@qkv/nn";
import { expectClose, expectNoLeaks } from "@qkv/testing";
import { type Memory, whisper, type WhisperModel } from "@qkv/transformer";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, expect, test } from "vitest";
import { alignWindow } from "../src/tasks/transcription/alignWindow.ts";
import { splitWords } from "../src/tasks/transcription/splitWords.ts";
import { tokenSteps } from "../src/tasks/transcription/tokenSteps.ts";
import { goldenFolder } from "./goldenFolder.ts";

interface Golden {
  readonly attention: {
    readonly heads: number;
    readonly tokens: number;
    readonly steps: number;
    readonly width: number;
    readonly data: number[];
    readonly expected: number[];
  }[];
  readonly model: {
    readonly prompt: number[];
    readonly ids: number[];
    readonly heads: [number, number][];
    readonly frames: number;
    readonly expected: number[];
  }[];
  readonly words: {
    readonly language: string;
    readonly tokens: number[][];
    readonly words: [text: string, from: number, to: number][];
  }[];
}

const golden = JSON.parse(readFileSync(new URL("golden/wordTimes.json", import.meta.url), "utf8")) as Golden;

beforeAll(() => initBackend("cpu"));

test.each(golden.attention)(
  "$tokens tokens of $heads heads over $steps steps",
  ({ data, width, expected, ...sizes }) => {
    const found = tokenSteps({ data: Float32Array.from(data), ...sizes }, width);
    expect([...found]).toEqual(expected);
  },
);

test("a tiny Whisper's tokens, over all of a window and over its first frames; a word attends by the rows that made it", () =>
  expectNoLeaks(async () => {
    const { files, arrays } = goldenFolder("whisper");
    const { model } = await loadPretrained(files(), { families: [whisper] });
    const features = arrays.tensor<tf.Rank.R3>("input/features");
    const first = tf.slice(features, [0, 0, 0], [1, -1, -1]);
    const memory = model.encode(first);
    for (const { prompt, ids, heads, frames, expected } of golden.model) {
      const places = heads.map(([layer, head]) => ({ layer, head }));
      const text = { prompt, ids, isEnded: true, steps: frames / 2 };
      const { ends, attention } = await alignWindow(model, memory, places, text);
      expect([...ends]).toEqual(expected);
      if (frames === 14) expect(attention(1, 3).reduce((sum, value) => sum + value)).toBeCloseTo(1, 5);
      const rows = [0, 1].map((i) => prompt.length + i); // a token comes from the row before it
      const expectedRow = await meanOfRows(model, memory, heads, [...prompt, ...ids], rows, frames / 2);
      await expectClose([...attention(1, 3)], expectedRow);
      const cut = await alignWindow(model, memory, places, { ...text, isEnded: false });
      expect(cut.ends[4]).toBe(cut.ends[3]); // of a text without its end the last token is not read
    }
    disposeKeyValues(memory.keyValues);
    tf.dispose([features, first]);
    model.dispose();
  }));

/** The mean of some rows of some heads, of the first steps. */
async function meanOfRows(
  model: WhisperModel,
  memory: Memory,
  heads: readonly (readonly number[])[],
  ids: readonly number[],
  rows: readonly number[],
  steps: number,
): Promise<number[]> {
  const paths = heads.map(([layer = 0]) => `decoder.layers.${layer}.crossAttn.probabilities`);
  using seen = new Recorder(paths);
  tf.tidy(() => void model.decode(tf.tensor2d([...ids], [1, ids.length], "int32"), memory, { taps: seen }));
  const mean = Array<number>(steps).fill(0);
  for (const [i, [, head = 0]] of heads.entries()) {
    const values = (await seen.get(paths[i] as string).array()) as number[][][][];
    for (const row of rows) {
      for (const step of mean.keys()) {
        mean[step] = (mean[step] ?? 0) + (values[0]?.[head]?.[row]?.[step] ?? 0) / (heads.length * rows.length);
      }
    }
  }
  return mean;
}

const CODES: Readonly<Record<string, string>> = {
  english: "en",
  french: "fr",
  japanese: "ja",
  chinese: "zh",
  korean: "ko",
};

test.each(golden.words)("words of $language", ({ language, tokens, words }) => {
  const decode = (ids: readonly number[]) =>
    new TextDecoder().decode(Uint8Array.from(ids.flatMap((id) => tokens[id] ?? [])));
  const found = splitWords([...tokens.keys()], decode, CODES[language]);
  expect(found.map(({ text, from, to }) => [text, from, to])).toEqual(words);
});
