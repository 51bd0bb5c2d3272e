// Speech recognition: losses step by step beside PyTorch's on the same clips from the same start (golden/make_speech_training.py), the
// figures of a validation, and clips that cannot be learned.
import { readFileSync } from "node:fs";
import { initBackend } from "@qkv/backend";
import { type EncodedSpeech, speechRecognition, type SpeechRecognitionSettings } from "@qkv/finetuning";
import { createTranscriber, loadPretrained, memoryFiles, type Pretrained } from "@qkv/pretrained";
import { expectNoLeaks, speechFiles, tinySpeech } from "@qkv/testing";
import { AdamW, type StepEvent, train, wordErrorRate } from "@qkv/training";
import { beforeAll, describe, expect, test } from "vitest";
import { tinyBert } from "./tinyModels.ts";

interface Curve {
  readonly config?: object;
  readonly masked?: boolean;
  readonly frozen?: boolean;
  readonly records: readonly { readonly samples: number; readonly text: string }[];
  readonly losses: readonly number[];
}

const golden = JSON.parse(readFileSync(new URL("golden/speech.json", import.meta.url), "utf8")) as {
  readonly settings: { readonly learningRate: number; readonly weightDecay: number };
  readonly vocabulary: Readonly<Record<string, number>>;
  readonly preprocessor: { readonly sampling_rate: number };
  readonly ctc: Readonly<Record<string, Curve>>;
  readonly whisper: Readonly<Record<string, Curve>>;
};

const WORDS = {
  ...{ model: { type: "WordLevel", vocab: Object.fromEntries(Array.from({ length: 19 }, (_, id) => [`t${id}`, id])), unk_token: "t0" } }, // prettier-ignore
  ...{ added_tokens: [], pre_tokenizer: { type: "Whitespace" } },
};
const GENERATION = { eos_token_id: 1, decoder_start_token_id: 2, pad_token_id: 1, no_timestamps_token_id: 10 };

/** The samples of golden/make_speech_training.py, from whole numbers. */
function samples(length: number, k: number): Float32Array {
  return Float32Array.from({ length }, (_, i) => ((i * i * (k + 3) + 31 * i) % 997) / 997 - 0.5);
}

const soundOf = (length: number, sampleRate: number, k = 0) => ({ channels: [samples(length, k)], sampleRate });

async function examplesOf(
  pretrained: Pretrained,
  { records }: Pick<Curve, "records">,
  sampleRate: number,
  settings: SpeechRecognitionSettings = {},
): Promise<readonly EncodedSpeech[]> {
  const encode = speechRecognition.encoder(pretrained, settings);
  const raws = records.map(({ samples: length, text }, k) =>
    speechRecognition.read({ audio: soundOf(length, sampleRate, k), text }, settings),
  );
  return (await Promise.all(raws.map(encode))).flat();
}

async function expectCurve(
  files: ReadonlyMap<string, Uint8Array<ArrayBuffer>>,
  curve: Curve,
  { sampleRate, ...settings }: SpeechRecognitionSettings & { readonly sampleRate: number },
): Promise<void> {
  await expectNoLeaks(async () => {
    const pretrained = await loadPretrained(memoryFiles("tiny", files), { dtype: "float32" });
    const examples = await examplesOf(pretrained, curve, sampleRate, settings);
    expect(examples).toHaveLength(curve.records.length);
    const data = { training: examples, validation: examples, batchSize: examples.length, seed: 1 };
    const task = await speechRecognition.createTask(pretrained, data, settings);
    const { learningRate, weightDecay } = golden.settings;
    const weightDecayMask = pretrained.model.params.named("matrix");
    const optimizer = new AdamW(task.params, { learningRate, weightDecay, weightDecayMask });
    const steps: StepEvent[] = [];
    const onEvent = (event: { type: string }) => event.type === "step" && steps.push(event as StepEvent);
    await train(task, { optimizer, maxSteps: curve.losses.length, onEvent });
    // float32 in another order of sums, which twenty steps of AdamW carry on
    const off = steps.map(({ loss }, i) => Math.abs(loss / (curve.losses[i] as number) - 1));
    expect(Math.max(...off)).toBeLessThan(1e-4);
    expect(steps).toHaveLength(20);
    optimizer.dispose();
    pretrained.model.dispose();
  });
}

beforeAll(() => initBackend("wasm", { threads: 1 }));

describe("losses of PyTorch over 20 steps", () => {
  test.each(Object.entries(golden.ctc))("%s", async (name, curve) => {
    const { config = {}, masked, frozen } = curve;
    const preprocessor = { sampling_rate: 16_000, do_normalize: true, return_attention_mask: masked };
    const files = speechFiles(
      name,
      { "vocab.json": golden.vocabulary, "preprocessor_config.json": preprocessor },
      config,
    );
    await expectCurve(files, curve, { sampleRate: 16_000, freezeFeatures: frozen });
  });

  test.each(Object.entries(golden.whisper))("%s", async (name, curve) => {
    const files = speechFiles(name, {
      "tokenizer.json": WORDS,
      "tokenizer_config.json": { tokenizer_class: "PreTrainedTokenizerFast" },
      "preprocessor_config.json": golden.preprocessor,
      "generation_config.json": { ...GENERATION, is_multilingual: false },
    });
    await expectCurve(files, curve, { sampleRate: golden.preprocessor.sampling_rate });
  });
});

const open = (name: "whisper" | "hubert") => loadPretrained(memoryFiles(name, tinySpeech(name)), { dtype: "float32" });
const RATES = { whisper: 1400, hubert: 1600 } as const;
const TEXTS = { whisper: "t4 t5", hubert: "TEA" } as const;

describe.each(["whisper", "hubert"] as const)("%s", (name) => {
  const records = [
    { samples: 900, text: TEXTS[name] },
    { samples: 700, text: `${TEXTS[name]} ${TEXTS[name]}` },
  ];

  test("validates by what is transcribed", async () => {
    const pretrained = await open(name);
    const examples = await examplesOf(pretrained, { records }, RATES[name]);
    const data = { training: examples, validation: examples, batchSize: 2, seed: 1 };
    const task = await speechRecognition.createTask(pretrained, data, {});
    const transcriber = createTranscriber(pretrained);
    const heard: string[] = [];
    for (const [k, { samples: length }] of records.entries()) {
      const options = name === "whisper" ? { timestamps: false, temperatures: [0], noSpeechThreshold: 1 } : {};
      heard.push((await transcriber.transcribe(soundOf(length, RATES[name], k), options)).text);
    }
    const said = records.map(({ text }) => text);
    const figures = await task.validate(undefined);
    expect(figures["wordErrorRate"]).toBe(wordErrorRate(heard, said).rate);
    expect(figures["loss"]).toBeGreaterThan(0);
    pretrained.model.dispose();
  });

  test("leaves out what is too long, and counts it", async () => {
    const pretrained = await open(name);
    let left = 0;
    const encode = speechRecognition.encoder(pretrained, { maxSeconds: 0.9 }, () => (left += 1));
    const long = Array<string>(40).fill(TEXTS[name]).join(" ");
    expect(await encode({ audio: soundOf(2000, RATES[name]), text: TEXTS[name] })).toEqual([]);
    expect(await encode({ audio: soundOf(900, RATES[name]), text: long })).toEqual([]); // positions, or steps
    expect(left).toBe(2);
    expect(await encode({ audio: soundOf(900, RATES[name]), text: TEXTS[name] })).toHaveLength(1);
    pretrained.model.dispose();
  });

  test("refuses sound that is none", async () => {
    const pretrained = await open(name);
    const encode = speechRecognition.encoder(pretrained, {});
    const of = (channel: Float32Array) => ({ channels: [channel], sampleRate: RATES[name] });
    const text = TEXTS[name];
    await expect(encode({ audio: of(new Float32Array()), text })).rejects.toThrow(
      "expected audio with samples, got a sound of 0 seconds",
    );
    await expect(encode({ audio: of(Float32Array.of(0, NaN)), text })).rejects.toThrow(
      "expected finite samples, got NaN at 1 of channel 0",
    );
    await expect(encode({ audio: () => Promise.reject(new Error("gone")), text })).rejects.toThrow("gone");
    pretrained.model.dispose();
  });
});

test("of two equal characters in a row a blank has to fit between", async () => {
  const pretrained = await open("hubert");
  const encode = speechRecognition.encoder(pretrained, {});
  const { model } = pretrained as unknown as { model: { lengthOf(samples: number): number } };
  const length = Array.from({ length: 900 }, (_, i) => i).find((each) => model.lengthOf(each) === 4) ?? 0;
  const audio = soundOf(length, RATES.hubert);
  expect(await encode({ audio, text: "TEAT" })).toHaveLength(1);
  expect(await encode({ audio, text: "TEET" })).toEqual([]);
  pretrained.model.dispose();
});

test("says what is wrong with a record, a text, a language, a length and a model", async () => {
  const { read, encoder } = speechRecognition;
  expect(() => read({ audio: "clip.wav", text: "a" }, {})).toThrow(
    "expected audio to be a sound or a function that opens one, got",
  );
  expect(() => read({ audio: soundOf(9, 9), text: " " }, {})).toThrow("expected text to have a text, got an empty one");
  const [hubert, whisper] = [await open("hubert"), await open("whisper")];
  await expect(encoder(hubert, {})({ audio: soundOf(900, 1600), text: "tea" })).rejects.toThrow(
    'expected characters of the vocabulary (|ETAOINSHR), got "t"',
  );
  expect(() => encoder(whisper, { language: "fr" })).toThrow("expected en of a model that knows English alone");
  expect(() => encoder(whisper, { maxSeconds: 2 })).toThrow(
    "whisper: expected maxSeconds to be above 0 and at most 1, which the model takes, got 2",
  );
  const bert = await loadPretrained(tinyBert("embedder"));
  expect(() => encoder(bert, {})).toThrow("speech-recognition expected a model that writes speech, got BertModel");
  for (const { model } of [hubert, whisper, bert]) model.dispose();
});
