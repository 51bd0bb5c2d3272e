import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { encodeWav } from "@qkv/audio";
import { initBackend } from "@qkv/backend";
import { loadPretrained } from "@qkv/pretrained";
import { modelFolder, savePretrained } from "@qkv/pretrained/node";
import { writeTinyModels } from "@qkv/testing";
import { trainWordLevel } from "@qkv/tokenizers";

/** A recipe's own fields, its data, and a model below the folder. */
export interface TinyObjective {
  /** The objective's name, where it is not that of the run. */
  readonly task?: string;
  readonly model: "embedder" | "masked" | "gpt" | "t5" | "whisper" | "hubert";
  readonly objective?: object;
  readonly records: readonly object[];
  /** What the finished model folder is, for Python's transformers. */
  readonly architecture: string;
}

const TEXTS = [
  "ada wrote a program",
  "the engine is in london",
  "open about noon",
  "what is a program",
  "an engine",
  "in london",
];
const SENTENCES = ["the film was good", "you and I is it", "a bad film is boring", "not very good", "what is it"];

const CLIPS = ["clips/0.wav", "clips/1.wav", "clips/2.wav", "clips/3.wav"];

/** A small run for each objective. */
export const TINY_OBJECTIVES: Readonly<Record<string, TinyObjective>> = {
  "text-classification": {
    model: "embedder",
    records: TEXTS.map((text, i) => ({ text, label: i % 2 === 0 ? "even" : "odd" })),
    architecture: "BertForSequenceClassification",
  },
  "token-classification": {
    model: "masked",
    records: TEXTS.map((text) => ({
      tokens: text.split(" "),
      tags: text.split(" ").map((word) => (word === "ada" ? "B-X" : "O")),
    })),
    architecture: "BertForTokenClassification",
  },
  "sentence-embeddings": {
    model: "embedder",
    records: TEXTS.map((text) => ({ anchor: text, positive: `about ${text}` })),
    architecture: "BertModel",
  },
  "masked-language-model": {
    model: "masked",
    objective: { wholeWords: true },
    records: TEXTS.map((text) => ({ text })),
    architecture: "BertForMaskedLM",
  },
  "language-model": {
    model: "gpt",
    objective: { fromScratch: true },
    records: SENTENCES.map((text) => ({ text })),
    architecture: "GPT2LMHeadModel",
  },
  instructions: {
    model: "gpt",
    records: SENTENCES.map((completion) => ({ prompt: "what is it", completion })),
    architecture: "GPT2LMHeadModel",
  },
  preference: {
    model: "gpt",
    records: SENTENCES.map((chosen) => ({ prompt: "you and I", chosen, rejected: "a film" })),
    architecture: "GPT2LMHeadModel",
  },
  seq2seq: {
    model: "t5",
    records: SENTENCES.map((source, i) => ({ source, target: SENTENCES[(i + 1) % 5] })),
    architecture: "T5ForConditionalGeneration",
  },
  "span-corruption": {
    model: "t5",
    objective: { fromScratch: true },
    records: SENTENCES.map((text) => ({ text })),
    architecture: "T5ForConditionalGeneration",
  },
  "speech-recognition": {
    model: "whisper",
    records: CLIPS.map((audio, i) => ({ audio, text: ["t4 t5", "t6", "t7 t8 t9", "t11"][i] })),
    architecture: "WhisperForConditionalGeneration",
  },
  "speech-recognition-ctc": {
    task: "speech-recognition",
    model: "hubert",
    objective: { freezeFeatures: false },
    records: CLIPS.map((audio, i) => ({ audio, text: ["TEA", "A TOE", "THE SEA", "RAIN"][i] })),
    architecture: "HubertForCTC",
  },
};

const WORDS = "the a film was is good bad great boring and not very I you it what of in";

/** Writes the models, and for each objective its data and its recipe, `NAME.json`. */
export async function writeTinyObjectives(folder: string, steps: number): Promise<void> {
  writeTinyModels(folder);
  await writeFolder(folder, "gpt", ["<end>"], {
    ...{ model_type: "gpt2", architectures: ["GPT2LMHeadModel"], n_embd: 12, n_head: 3, n_layer: 2, n_positions: 32 },
    ...{ bos_token_id: 0, eos_token_id: 0 },
  });
  const sentinels = Array.from({ length: 8 }, (_, i) => `<extra_id_${i}>`);
  await writeFolder(folder, "t5", ["<pad>", "</s>", ...sentinels], {
    ...{
      model_type: "t5",
      architectures: ["T5ForConditionalGeneration"],
      d_model: 12,
      d_ff: 16,
      d_kv: 6,
      num_heads: 2,
    },
    ...{ num_layers: 1, num_decoder_layers: 1, pad_token_id: 0, eos_token_id: 1, decoder_start_token_id: 0 },
  });
  mkdirSync(join(folder, "clips"), { recursive: true });
  for (const [i, clip] of CLIPS.entries()) writeFileSync(join(folder, clip), clipOf(300 + 40 * i, i));
  for (const [name, { task = name, model, objective = {}, records }] of Object.entries(TINY_OBJECTIVES)) {
    writeFileSync(join(folder, `${name}.jsonl`), records.map((record) => JSON.stringify(record)).join("\n"));
    const maxTokens = model === "gpt" || model === "t5" ? { maxTokens: 6 } : {};
    const recipe = {
      task,
      model: join(folder, model),
      data: { training: `${name}.jsonl`, validation: `${name}.jsonl`, ...(name === "language-model" && maxTokens) },
      objective,
      training: { steps, batchSize: 2, learningRate: 0.003, warmupSteps: 2 },
      validation: { everySteps: 4 },
      checkpoints: { everySteps: 3, keep: 2 },
    };
    writeFileSync(join(folder, `${name}.json`), JSON.stringify(recipe));
  }
}

/** A WAV file of so many samples at 1600 Hz. */
export function clipOf(length: number, k: number): Uint8Array {
  const channel = Float32Array.from({ length }, (_, i) => Math.sin(i * (k + 1) * 0.1) / 2);
  return encodeWav({ channels: [channel], sampleRate: 1600 });
}

/** A folder of random weights. */
async function writeFolder(
  folder: string,
  name: string,
  specialTokens: readonly string[],
  config: object,
): Promise<void> {
  const tokenizer = await trainWordLevel([WORDS], {
    specialTokens: [...specialTokens, "<unk>"],
    preTokenizer: { type: "WhitespaceSplit" },
  });
  const files = {
    "config.json": { ...config, vocab_size: tokenizer.vocabSize },
    "tokenizer.json": tokenizer.toJSON(),
    "tokenizer_config.json": { tokenizer_class: "PreTrainedTokenizerFast" },
  };
  mkdirSync(join(folder, name), { recursive: true });
  for (const [file, json] of Object.entries(files)) writeFileSync(join(folder, name, file), JSON.stringify(json));
  await initBackend("cpu");
  const initialize = { weights: "all", seed: 1 } as const;
  const { model } = await loadPretrained(modelFolder(join(folder, name)), { initialize });
  await savePretrained(join(folder, name), { model, tokenizer });
  model.dispose();
}
