// The tiny models of text tasks that golden/make_text_tasks.py wrote, as folders, and those of images and texts.
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { writeTinySpeech } from "./tinySpeech.ts";
import { writeTinySummarizer } from "./tinySummarizer.ts";

const GOLDEN = fileURLToPath(new URL("../../pretrained/test/golden/tasks", import.meta.url));

interface Expected {
  readonly config?: object;
  readonly cases: readonly { readonly config?: object }[];
}

/** The file of weights of each, by the name of its folder. */
const WEIGHTS = {
  classifier: "classifier",
  nli: "nli",
  tagger: "tagger",
  masked: "masked",
  answerer: "answerer",
  reranker: "reranker",
  embedder: "encoder",
} as const;

/** Writes a folder for each of them below `folder`. */
export function writeTinyModels(folder: string): void {
  const expected = JSON.parse(readFileSync(join(GOLDEN, "expected.json"), "utf8")) as Record<string, Expected>;
  for (const [name, weights] of Object.entries(WEIGHTS)) {
    const own = join(folder, name);
    mkdirSync(own, { recursive: true });
    const config = expected[name]?.config ?? expected[name]?.cases[0]?.config;
    writeFileSync(join(own, "config.json"), JSON.stringify(config));
    cpSync(join(GOLDEN, `${weights}.safetensors`), join(own, "model.safetensors"));
    cpSync(join(GOLDEN, "tokenizer.json"), join(own, "tokenizer.json"));
  }
  for (const name of ["clip", "siglip", "yolos", "depth-anything"])
    cpSync(join(GOLDEN, "..", name), join(folder, name), { recursive: true });
  writeTinySpeech(folder);
  writeTinySummarizer(folder);
}
