// What may follow `pnpm bench`. Plain JavaScript: it runs before anything is built or installed.
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";

/** The cases by name, with what each does. */
export const CASES = {
  encoder: "12 pre-norm layers, d 384, 6 heads, ffn 1536, 197 tokens, batch 1",
  "encoder-base": "the same with d 768, 12 heads, ffn 3072",
  vit: "an image of 224 x 224 to the scores of 1,000 classes: DeiT-small's size and ViT-B/16's",
  embeddings: "texts to mean-pooled vectors by a BERT of all-MiniLM-L6-v2's size: 1 and 32, of 16 and 128 tokens",
  classification: "texts to the scores of two classes by a DistilBERT of base size: one of 32 and 128 tokens, 16 of 32",
  whisper: "30 seconds of sound to 64 tokens by a model of whisper-tiny's size: spectrogram, encoder, greedy search",
  t5: "200 tokens to 64 by a model of T5-small's size, greedy search, as a text is summarized",
  "train-step": "a step of a 4+4-layer Marian model: d 128, ffn 256, 4 heads, vocabulary 8000, 32 x 20+20 tokens",
  "lora-step": "a step of LoRA, rank 8 on q and v, of a model of SmolLM2-135M's size: 4 texts of 128 tokens",
  decode: "greedy and beam search with a key-value cache: the shipped model, and one of OPUS-MT's size",
  llama: "a decoder-only model of SmolLM2-135M's size in float32, f16, 8 and 4 bits: reading 512 tokens, and making 8",
  "llama-1b": "the same of Llama 3.2 1B's size in 8 and 4 bits, after 128 tokens; runs only if it is named",
  "attention-long": "attention over 2k, 4k, 8k and 16k tokens, 8 heads of 64, forward and backward",
  load: "a model of 300 MB from its safetensors file",
  tokenizers: "encoding a corpus and long lines, loading a vocabulary of 128k, and the memory that it takes",
};

/** Cases that take long: they run if they are named. */
const NAMED_ONLY = ["llama-1b"];

const USAGE = `Usage: pnpm bench [NAME...] [options]

Times this project beside its peers, in turn, on the same work; all cases but llama-1b if there is no NAME.
The peers are installed when it first runs: over a gigabyte.

Cases:
${Object.entries(CASES)
  .map(([name, what]) => `  ${name.padEnd(15)} ${what}`)
  .join("\n")}

Options:
  --json         an array of rows instead of a table
  --rounds N     how often each engine has its turn (default 5; slow cases take fewer)
  --threads N    threads for every engine that has them (default 2)
  --profile      where the time goes in our kernels, instead of the peers
  --help         this text

QKV_PYTHON names the Python whose torch trains (default python3). QKV_DATA names a folder with
tatoeba/fra-eng.zip, the corpus of the case tokenizers; without it a corpus is made of texts in the project.
`;

/** The command line is wrong; the message says how. */
export class UsageError extends Error {
  /** @override */
  name = "UsageError";
}

/**
 * @typedef {object} Settings
 * @property {string[]} names the cases to run
 * @property {boolean} json
 * @property {number | undefined} rounds
 * @property {number} threads
 * @property {boolean} profile
 */

/**
 * What the arguments ask for: settings, or the help text.
 *
 * @param {string[]} args
 * @returns {Settings | string}
 * @throws {UsageError}
 */
export function parseCommandLine(args) {
  const { values, positionals } = parse(args);
  if (values.help) return USAGE;
  const unknown = positionals.find((name) => !Object.hasOwn(CASES, name));
  if (unknown !== undefined) {
    throw new UsageError(`expected a case of ${Object.keys(CASES).join(", ")}, got ${unknown}`);
  }
  return {
    names:
      positionals.length > 0
        ? [...new Set(positionals)]
        : Object.keys(CASES).filter((name) => !NAMED_ONLY.includes(name)),
    json: values.json ?? false,
    rounds: values.rounds === undefined ? undefined : count("--rounds", values.rounds),
    threads: values.threads === undefined ? Math.min(2, availableParallelism()) : count("--threads", values.threads),
    profile: values.profile ?? false,
  };
}

/** @param {string[]} args */
function parse(args) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        json: { type: "boolean" },
        rounds: { type: "string" },
        threads: { type: "string" },
        profile: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/**
 * @param {string} option
 * @param {string} value
 */
function count(option, value) {
  if (!/^[1-9]\d{0,3}$/.test(value)) throw new UsageError(`${option}: expected a whole number from 1, got ${value}`);
  return Number(value);
}
