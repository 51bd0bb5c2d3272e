// wav2vec 2.0 and HuBERT beside transformers' (golden/make_wav2vec2.py).
import { readFileSync } from "node:fs";
import { normalizeWaveform, type Sound } from "@qkv/audio";
import { Recorder } from "@qkv/nn";
import {
  createTranscriber,
  ctcIds,
  loadPretrained,
  memoryFiles,
  type Pretrained,
  pretrainedFiles,
} from "@qkv/pretrained";
import { parseSafetensors, safeTensor, writeSafetensors } from "@qkv/safetensors";
import { describeBackends, expectClose, expectNoLeaks, speechFiles } from "@qkv/testing";
import { type SpeechCtcModel, wav2vec2 } from "@qkv/transformer";
import * as tf from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";
import { ctcText } from "../src/tasks/transcription/ctcText.ts";
import { parseCtcVocabulary } from "../src/loading/ctcVocabulary.ts";
import { goldenFolder } from "./goldenFolder.ts";

type Span = [text: string, from: number, to: number];
interface Golden {
  readonly vocabulary: Record<string, number>;
  readonly decoded: {
    settings: Record<string, unknown>;
    ids: number[];
    text: string;
    words: Span[];
    characters: Span[];
  }[];
  readonly normalised: { samples: number[]; expected: number[] };
}
const golden = JSON.parse(readFileSync(new URL("golden/ctc.json", import.meta.url), "utf8")) as Golden;

const bytesOf = (json: unknown) => new TextEncoder().encode(JSON.stringify(json));

async function open(
  name: string,
  more: Parameters<ReturnType<typeof goldenFolder>["files"]>[0] = {},
): Promise<SpeechCtcModel> {
  const { model, task } = await loadPretrained(goldenFolder(name).files(more), { families: [wav2vec2] });
  expect(task).toBe("speechCtc");
  return model;
}

describeBackends("wav2vec 2.0 and HuBERT equal Hugging Face's", () => {
  test.each(["wav2vec2", "wav2vec2-stable", "hubert"])("%s: hidden states, attentions and logits", (name) =>
    expectNoLeaks(async () => {
      const { arrays } = goldenFolder(name);
      using model = await open(name);
      const [samples, attentionMask] = [arrays.tensor<tf.Rank.R2>("input/samples"), arrays.tensor("input/mask")];
      {
        using seen = new Recorder(model.activations);
        const { logits } = model.forward({ samples, attentionMask }, { taps: seen });
        await expectClose(logits, arrays.array("output/logits"));
        for (const i of model.layers.keys()) {
          await expectClose(seen.get(`layers.${i}.selfAttn.probabilities`), arrays.array(`output/attentions.${i}`));
          await expectClose(
            seen.get(i === 0 ? "embeddings" : `layers.${i - 1}`),
            arrays.array(`output/hidden_states.${i}`),
          );
        }
        expect(logits.shape[1]).toBe(model.lengthOf(160));
        logits.dispose();
      }
      const alone = tf.slice(samples, [0, 0], [1, 90]);
      const { logits } = model.forward({ samples: alone });
      await expectClose(logits, arrays.array("output/alone"));
      tf.dispose([samples, attentionMask, alone, logits]);
    }),
  );
});

test("weights under the names of old files, and what is saved", () =>
  expectNoLeaks(async () => {
    const { weights, arrays, config } = goldenFolder("hubert");
    const renamed = (name: string) =>
      name
        .replace("parametrizations.weight.original0", "weight_g")
        .replace("parametrizations.weight.original1", "weight_v");
    const old = new Map([...weights].map(([name, { data, shape }]) => [renamed(name), safeTensor(data, shape)]));
    expect([...old.keys()]).toContain("hubert.encoder.pos_conv_embed.conv.weight_g");
    const files = new Map([
      ["config.json", bytesOf(config)],
      ["model.safetensors", writeSafetensors(old)],
    ]);
    const opened = await loadPretrained(memoryFiles("old", files), { families: [wav2vec2] });
    const saved = await pretrainedFiles({ model: opened.model });
    const { tensors } = parseSafetensors(saved.get("model.safetensors") ?? new Uint8Array());
    expect([...tensors.keys()].sort()).toEqual(
      [...weights.keys()].filter((name) => !name.endsWith("masked_spec_embed")).sort(),
    );
    const again = await loadPretrained(memoryFiles("again", saved), { families: [wav2vec2] });
    expect(again.config).toEqual(opened.config);
    const samples = tf.tidy(() => tf.slice(arrays.tensor<tf.Rank.R2>("input/samples"), [0, 0], [1, 90]));
    for (const { model } of [opened, again]) {
      const { logits } = model.forward({ samples });
      await expectClose(logits, arrays.array("output/alone"));
      logits.dispose();
      model.dispose();
    }
    samples.dispose();
  }));

test.each(golden.decoded)(
  "text, words and characters of $ids with $settings",
  ({ settings, ids, text, words, characters }) => {
    const found = ctcText(ids, parseCtcVocabulary("", golden.vocabulary, settings));
    const spans = (of: typeof found.words) => of.map((span) => [span.text, span.from, span.to]);
    expect(found.text).toBe(text);
    expect(spans(found.words)).toEqual(words);
    expect(spans(found.characters)).toEqual(characters);
  },
);

interface IdsOfText {
  readonly settings: Record<string, unknown>;
  readonly text: string;
  readonly ids: readonly number[] | null;
}
const { vocabulary, cases } = JSON.parse(readFileSync(new URL("golden/ctcIds.json", import.meta.url), "utf8")) as {
  readonly vocabulary: Record<string, number>;
  readonly cases: readonly IdsOfText[];
};

test.each(cases)("ids of $text with $settings", ({ settings, text, ids }) => {
  const found = () => ctcIds(text, parseCtcVocabulary("", vocabulary, settings));
  if (ids === null) expect(found).toThrow("expected characters of the vocabulary (");
  else expect(found()).toEqual(ids);
});

test("a saved folder has what it hears and writes", async () => {
  const settings = { do_lower_case: true, word_delimiter_token: "E", clean_up_tokenization_spaces: true };
  const files = speechFiles("wav2vec2", {
    "vocab.json": golden.vocabulary,
    "tokenizer_config.json": settings,
    "preprocessor_config.json": { sampling_rate: 8000, do_normalize: false, return_attention_mask: true },
  });
  const opened = await loadPretrained(memoryFiles("tiny", files), { families: [wav2vec2] });
  expect(opened.waveform).toEqual({ sampleRate: 8000, normalize: false, masksPadding: true });
  const again = await loadPretrained(memoryFiles("again", await pretrainedFiles({ ...opened })));
  expect(again.waveform).toEqual(opened.waveform);
  expect(again.ctcVocabulary).toEqual(opened.ctcVocabulary);
  for (const { model } of [opened, again]) model.dispose();
});

test("samples of mean 0 and variance 1", () => {
  const { samples, expected } = golden.normalised;
  for (const [i, value] of normalizeWaveform(Float32Array.from(samples)).entries())
    expect(value).toBeCloseTo(expected[i] ?? NaN, 5);
});

const sound = (seconds: number): Sound => ({
  channels: [Float32Array.from({ length: seconds * 160 }, (_, i) => Math.sin(i * i * 1e-3))],
  sampleRate: 160,
});
const FILES = {
  "vocab.json": golden.vocabulary,
  "preprocessor_config.json": { sampling_rate: 160, do_normalize: true },
};

async function using(
  work: (pretrained: Pretrained<typeof wav2vec2>) => Promise<void> | void,
  more: Record<string, unknown> = {},
): Promise<void> {
  const files = goldenFolder("wav2vec2").files();
  const given = { ...FILES, ...more } as Record<string, unknown>;
  const read = (name: string) => (given[name] === undefined ? files.read(name) : Promise.resolve(bytesOf(given[name])));
  await expectNoLeaks(async () => {
    const pretrained = await loadPretrained({ ...files, read }, { families: [wav2vec2] });
    try {
      await work(pretrained);
    } finally {
      pretrained.model.dispose();
    }
  });
}

test("a transcriber writes words with times, the same in one window as in several", () =>
  using(async (pretrained) => {
    const transcriber = createTranscriber(pretrained);
    const done: number[] = [];
    const whole = await transcriber.transcribe(sound(8), {
      words: true,
      characters: true,
      onProgress: (p) => done.push(p.done),
    });
    const [segment] = whole.segments;
    expect(segment?.words?.length).toBeGreaterThan(0);
    expect(segment?.words?.at(-1)?.end).toBeLessThanOrEqual(8);
    expect(
      segment?.characters
        ?.map(({ text }) => text)
        .join("")
        .trim(),
    ).toBe(whole.text);
    expect(done).toEqual([8]);
    const long = await transcriber.transcribe(sound(70));
    expect(long.segments[0]?.ids).toHaveLength(pretrained.model.lengthOf(70 * 160));
    expect(await transcriber.transcribe(sound(0))).toEqual({ text: "", segments: [] });
    await expect(transcriber.transcribe(sound(1), { language: "en" } as object)).rejects.toThrow("language");
  }));

test.each([
  ["vocab.json", { "<pad>": 1 }, "wav2vec2/vocab.json: expected <pad> to have the id 0 of config.json's pad_token_id"],
  ["vocab.json", { a: "b" }, 'wav2vec2/vocab.json: expected the id of "a", got "b"'],
  ["tokenizer_config.json", { target_lang: "eng" }, "expected target_lang to be null"],
  [
    "tokenizer_config.json",
    { pad_token: 3 },
    "wav2vec2/tokenizer_config.json: expected pad_token to be a token, got 3",
  ],
  [
    "preprocessor_config.json",
    { feature_size: 80 },
    "wav2vec2/preprocessor_config.json: expected feature_size to be 1, got 80",
  ],
  ["preprocessor_config.json", { do_normalize: "no" }, "expected do_normalize to be true or false"],
] as const)("refuses %s: %j", async (file, json, message) => {
  await expect(using((pretrained) => void createTranscriber(pretrained), { [file]: json })).rejects.toThrow(message);
});

test.each([
  [{ add_adapter: true }, "expected add_adapter to be false, got true"],
  [{ adapter_attn_dim: 16 }, "expected adapter_attn_dim to be null, got 16"],
  [{ conv_kernel: [3] }, "expected conv_kernel to be a list of 2, as conv_dim"],
  [{ conv_pos_batch_norm: true }, "expected conv_pos_batch_norm to be false, got true"],
  [{ feat_extract_norm: "batch" }, "expected feat_extract_norm to be one of group, layer"],
])("refuses a config with %j", async (config, message) => {
  const files = goldenFolder("hubert").files({ config });
  await expect(loadPretrained(files, { families: [wav2vec2] })).rejects.toThrow(message);
});
