// A transcriber on a tiny Whisper with random weights: times, windows, what does not fit; and the rules of timestamps beside
// transformers' (golden/make_whisper.py).
import { readFileSync } from "node:fs";
import type { Sound } from "@qkv/audio";
import { initBackend } from "@qkv/backend";
import { createTranscriber, loadPretrained, memoryFiles, type Pretrained, transcriptionPrompt } from "@qkv/pretrained";
import { expectNoLeaks } from "@qkv/testing";
import { beforeAll, describe, expect, test } from "vitest";
import { timedSegments } from "../src/tasks/transcription/timedSegments.ts";
import { timestampRules } from "../src/tasks/transcription/timestampRules.ts";
import { goldenFolder } from "./goldenFolder.ts";

const bytesOf = (json: unknown) => new TextEncoder().encode(JSON.stringify(json));
const vocab = Object.fromEntries(Array.from({ length: 19 }, (_, id) => [`t${id}`, id]));
const TOKENIZER = {
  ...{ model: { type: "WordLevel", vocab, unk_token: "t0" }, added_tokens: [], pre_tokenizer: { type: "Whitespace" } },
};
// 14 frames of a spectrogram are 1 second; 11 is 0 seconds, 18 is 0.14.
const PREPROCESSOR = { feature_size: 5, sampling_rate: 1400, hop_length: 100, n_fft: 100, chunk_length: 1 };
const GENERATION = {
  no_timestamps_token_id: 10,
  is_multilingual: false,
  alignment_heads: [
    [0, 0],
    [0, 1],
  ],
  suppress_tokens: [4],
  begin_suppress_tokens: null,
};

async function using(
  work: (pretrained: Pretrained) => Promise<void> | void,
  more: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const golden = goldenFolder("whisper").files();
  const files = new Map<string, Uint8Array>([
    ["config.json", (await golden.read("config.json")) ?? new Uint8Array()],
    ["model.safetensors", (await golden.read("model.safetensors")) ?? new Uint8Array()],
    ["tokenizer.json", bytesOf(TOKENIZER)],
    ["tokenizer_config.json", bytesOf({ tokenizer_class: "PreTrainedTokenizerFast" })],
    ["preprocessor_config.json", bytesOf(PREPROCESSOR)],
    ["generation_config.json", bytesOf({ eos_token_id: 1, decoder_start_token_id: 2, pad_token_id: 1, ...GENERATION })],
  ]);
  for (const [file, json] of Object.entries(more)) {
    if (json === undefined) files.delete(file);
    else files.set(file, bytesOf(json));
  }
  await expectNoLeaks(async () => {
    const pretrained = await loadPretrained(memoryFiles("tiny", files));
    try {
      await work(pretrained);
    } finally {
      pretrained.model.dispose();
    }
  });
}

const sound = (seconds: number, sampleRate = 1400): Sound => ({
  channels: [Float32Array.from({ length: Math.round(seconds * sampleRate) }, (_, i) => Math.sin(i * i * 1e-4))],
  sampleRate,
});

beforeAll(() => initBackend("cpu"));

test("the prompt of texts without times", async () => {
  await using((pretrained) => {
    expect(transcriptionPrompt(pretrained)).toEqual([2, 10]);
    expect(() => transcriptionPrompt(pretrained, { task: "translate" })).toThrow(
      "expected a model of several languages",
    );
  });
  const several = { lang_to_id: { "<|en|>": 5, "<|ko|>": 6 }, task_to_id: { transcribe: 7, translate: 8 } };
  const generation = { ...GENERATION, ...several, is_multilingual: true, eos_token_id: 1, decoder_start_token_id: 2 };
  await using(
    (pretrained) => {
      expect(transcriptionPrompt(pretrained, { language: "ko", task: "translate" })).toEqual([2, 6, 8, 10]);
      expect(transcriptionPrompt(pretrained, { language: "en" })).toEqual([2, 5, 7, 10]);
      expect(() => transcriptionPrompt(pretrained)).toThrow(
        "transcriptionPrompt: expected a language of en, ko, got nothing",
      );
      expect(() => transcriptionPrompt(pretrained, { language: "fr" })).toThrow(
        'expected a language of en, ko, got "fr"',
      );
    },
    { "generation_config.json": generation },
  );
  await using((pretrained) => expect(transcriptionPrompt(pretrained)).toEqual([2, 6, 7, 10]), {
    "generation_config.json": { ...generation, language: "ko" },
  });
});

describe("a transcriber", () => {
  test("gives segments in order, through several windows, with progress", () =>
    using(async (pretrained) => {
      const transcriber = createTranscriber(pretrained);
      const done: number[] = [];
      const { text, segments, language } = await transcriber.transcribe(sound(2.5), {
        noSpeechThreshold: 1,
        onProgress: (progress) => done.push(progress.done),
      });
      expect(language).toBeUndefined();
      expect(done.at(-1)).toBe(2.5);
      expect(done.length).toBeGreaterThan(2);
      expect(text).toBe(
        segments
          .map((segment) => segment.text)
          .join("")
          .trim(),
      );
      for (const [i, { start, end, ids }] of segments.entries()) {
        expect(start).toBeGreaterThanOrEqual(segments[i - 1]?.start ?? 0);
        expect(end).toBeLessThanOrEqual(2.5);
        expect(ids).not.toContain(4); // suppressed
        expect(ids).not.toContain(10);
      }
    }));

  test("gives words with times and attention, through several windows", () =>
    using(async (pretrained) => {
      const transcriber = createTranscriber(pretrained);
      const options = { noSpeechThreshold: 1, temperatures: [0], words: true, wordAttention: true };
      const { segments } = await transcriber.transcribe(sound(2.5), options);
      const words = segments.flatMap((segment) => segment.words ?? []);
      expect(words.length).toBeGreaterThan(1);
      expect(words.at(-1)?.end).toBeGreaterThan(1);
      for (const [i, { text, start, end, attention }] of words.entries()) {
        expect(text).not.toBe("");
        expect(start).toBeGreaterThanOrEqual(i === 0 ? 0 : (attention?.start ?? 0));
        expect(end).toBeGreaterThanOrEqual(start);
        expect(end).toBeLessThanOrEqual(2.5);
        expect(attention?.values.every((value) => value >= 0 && value <= 1)).toBe(true);
      }
      const plain = await transcriber.transcribe(sound(2.5), { noSpeechThreshold: 1, temperatures: [0] });
      expect(plain.segments.map(({ ids }) => ids)).toEqual(segments.map(({ ids }) => ids));
      await expect(transcriber.transcribe(sound(1), { wordAttention: true })).rejects.toThrow("expected words with wordAttention"); // prettier-ignore
      await expect(transcriber.transcribe(sound(1), { words: "yes" } as object)).rejects.toThrow("expected words to be true or false, got a string"); // prettier-ignore
    }));

  test("gives no words without alignment heads", () =>
    using(
      async (pretrained) => {
        const transcriber = createTranscriber(pretrained);
        await expect(transcriber.transcribe(sound(1), { words: true })).rejects.toThrow(
          "has alignment_heads for words",
        );
      },
      { "generation_config.json": { ...GENERATION, alignment_heads: null } },
    ));

  test("hears the same at another rate and in stereo, roughly the same features; nothing in nothing", () =>
    using(async (pretrained) => {
      const transcriber = createTranscriber(pretrained);
      const { channels, sampleRate } = sound(0.9);
      const mono = await transcriber.transcribe({ channels, sampleRate }, { timestamps: false });
      const stereo = await transcriber.transcribe(
        { channels: [...channels, ...channels], sampleRate },
        { timestamps: false },
      );
      expect(stereo).toEqual(mono);
      expect(await transcriber.transcribe({ channels: [new Float32Array()], sampleRate })).toEqual({
        text: "",
        segments: [],
      });
    }));

  test("stops at an abort, and refuses sound that is none and what the model does not know", () =>
    using(async (pretrained) => {
      const transcriber = createTranscriber(pretrained);
      const stopping = new AbortController();
      stopping.abort(new Error("enough"));
      await expect(transcriber.transcribe(sound(1), { signal: stopping.signal })).rejects.toThrow("enough");
      const bad = { channels: [Float32Array.of(0, NaN)], sampleRate: 1400 };
      await expect(transcriber.transcribe(bad)).rejects.toThrow("transcribe: expected finite samples, got NaN at 1");
      await expect(transcriber.transcribe(sound(1), { language: "fr" })).rejects.toThrow(
        "expected en of a model that knows English alone",
      );
      await expect(transcriber.transcribe(sound(1), { task: "translate" })).rejects.toThrow(
        "expected a model of several languages",
      );
      await expect(transcriber.transcribe(sound(1), { beams: 2 } as object)).rejects.toThrow("beams");
      expect((await transcriber.transcribe(sound(0.4), { numBeams: 2 })).segments.length).toBeLessThan(20);
    }));

  test.each([
    ["preprocessor_config.json", undefined, "tiny/preprocessor_config.json: expected a file, got nothing"],
    ["preprocessor_config.json", { ...PREPROCESSOR, feature_size: 6 }, "expected feature_size to be 5, got 6"],
    [
      "preprocessor_config.json",
      { ...PREPROCESSOR, dither: 1 },
      "tiny/preprocessor_config.json: expected dither to be 0, got 1",
    ],
    ["tokenizer.json", undefined, "tiny/tokenizer.json: expected a file, got nothing"],
    [
      "generation_config.json",
      { ...GENERATION, alignment_heads: [[0, 0], [1, 0]] }, // prettier-ignore
      "expected alignment_heads to be pairs of a layer below 1 and a head below 2, got [1,0]",
    ],
    [
      "generation_config.json",
      { is_multilingual: false },
      "tiny/generation_config.json: expected no_timestamps_token_id, or a token <|notimestamps|>, got neither",
    ],
  ] as const)("%s: %j", async (file, json, message) => {
    const made = using((pretrained) => void createTranscriber(pretrained), { [file]: json });
    await expect(made).rejects.toThrow(message);
  });
});

interface Case {
  readonly text: number[];
  readonly scores: number[];
  readonly allowed: number[];
}
const { cases } = JSON.parse(readFileSync(new URL("golden/timestampRules.json", import.meta.url), "utf8")) as {
  cases: Case[];
};

test.each(cases)("rules of timestamps equal transformers': $text", ({ text, scores, allowed }) => {
  const tokens = {
    start: 2,
    end: [13],
    languages: new Map(),
    noTimestamps: 14,
    noSpeech: 12,
    timestampBegin: 15,
    maxInitialTimestamp: 4,
  };
  const left = Float32Array.from(scores);
  timestampRules(tokens, 2)(left, [2, 5, ...text], 0);
  expect([...left.keys()].filter((id) => left[id] !== -Infinity)).toEqual(allowed);
});

test("a window's tokens are cut at pairs of timestamps", () => {
  const at = (seconds: number) => 100 + seconds / 0.02;
  const two = timedSegments([at(0), 1, 2, at(1), at(1), 3, at(2), at(2), 4], 100, 1500);
  expect(two.segments.map(({ start, end, ids }) => [start, end, ids.length])).toEqual([[0, 50, 4], [50, 100, 3]]); // prettier-ignore
  expect(two.next).toBe(100); // what comes behind is read again
  const single = timedSegments([at(0), 1, at(1), at(1), 3, at(2)], 100, 1500);
  expect(single.segments).toHaveLength(2);
  expect(single.next).toBe(1500);
  expect(timedSegments([1, 2], 100, 700)).toEqual({ segments: [{ start: 0, end: 700, ids: [1, 2] }], next: 700 });
});
