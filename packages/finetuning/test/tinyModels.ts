import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { memoryFiles, type ModelFiles } from "@qkv/pretrained";
import { writeTinyModels } from "@qkv/testing";
import { trainWordLevel } from "@qkv/tokenizers";

const folder = mkdtempSync(join(tmpdir(), "qkv-finetuning-"));
writeTinyModels(folder);
const FILES = ["config.json", "model.safetensors", "tokenizer.json"];
const BERTS = Object.fromEntries(
  ["embedder", "masked", "classifier", "tagger"].map((name) => [
    name,
    new Map(FILES.map((file) => [file, new Uint8Array(readFileSync(join(folder, name, file)))])),
  ]),
);
rmSync(folder, { recursive: true });

/** A tiny BERT with a vocabulary of pieces of English words, by its class. */
export function tinyBert(name: "embedder" | "masked" | "classifier" | "tagger"): ModelFiles {
  return memoryFiles(name, BERTS[name] ?? new Map());
}

/** The words that the tiny models below have tokens for. */
export const WORDS = "the a film was is good bad great boring and not very I you it what of in";

const bytes = (json: unknown) => new TextEncoder().encode(JSON.stringify(json));

/** A folder without weights, with a vocabulary of words: one that starts anew. */
async function withoutWeights(name: string, specialTokens: readonly string[], config: object): Promise<ModelFiles> {
  const tokenizer = await trainWordLevel([WORDS], {
    specialTokens: [...specialTokens, "<unk>"],
    preTokenizer: { type: "WhitespaceSplit" },
  });
  const files = {
    "tokenizer.json": tokenizer.toJSON(),
    "tokenizer_config.json": { tokenizer_class: "PreTrainedTokenizerFast" },
    "config.json": { ...config, vocab_size: tokenizer.vocabSize },
  };
  return memoryFiles(name, new Map(Object.entries(files).map(([file, json]) => [file, bytes(json)])));
}

/** A tiny GPT-2 without weights. */
export function tinyGpt(): Promise<ModelFiles> {
  const sizes = { n_embd: 12, n_head: 3, n_layer: 2, n_positions: 32 };
  return withoutWeights("gpt", ["<end>"], { model_type: "gpt2", ...sizes, bos_token_id: 0, eos_token_id: 0 });
}

/** A tiny T5 without weights. */
export function tinyT5(): Promise<ModelFiles> {
  const sizes = { d_model: 12, d_ff: 16, d_kv: 6, num_heads: 2, num_layers: 1, num_decoder_layers: 1 };
  const tokens = { pad_token_id: 0, eos_token_id: 1, decoder_start_token_id: 0 };
  const sentinels = Array.from({ length: 8 }, (_, i) => `<extra_id_${i}>`);
  return withoutWeights("t5", ["<pad>", "</s>", ...sentinels], { model_type: "t5", ...sizes, ...tokens });
}
