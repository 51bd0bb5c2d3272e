import { PretrainedError } from "../files/pretrainedError.ts";

/** How large what is fetched or read may be, by its kind, in bytes; and how many files a hub may list. */
export interface FileLimits {
  /** A hub's answer that lists a model's files. */
  readonly answer: number;
  /** How many files it lists. */
  readonly files: number;
  /** `config.json` and its like, and the index of weights in several files. */
  readonly config: number;
  /** `tokenizer.json`, vocabularies, SentencePiece files and whatever else is no weights. */
  readonly tokenizer: number;
  /** One file of weights. */
  readonly weights: number;
  /** A file of weights whose server does not say how long it is. */
  readonly unsized: number;
}

/** What holds where nothing else is asked for: several times what the largest known models have. */
export const FILE_LIMITS: FileLimits = {
  answer: 10e6,
  files: 50_000,
  config: 10e6,
  tokenizer: 100e6,
  weights: 16e9,
  unsized: 1e9,
};

/** A limit, and what raises it. */
export interface Limit {
  readonly name: keyof FileLimits;
  readonly most: number;
}

/** The limit for a file of a model. */
export function limitOf(file: string, limits: FileLimits): Limit {
  if (file.endsWith(".safetensors")) return { name: "weights", most: limits.weights };
  const isConfig = /(?:^|[_/])config\.json$|\.index\.json$|\.md$|^(?:special_tokens_map|added_tokens)\.json$/.test(
    file,
  );
  return isConfig ? { name: "config", most: limits.config } : { name: "tokenizer", most: limits.tokenizer };
}

/** @throws PretrainedError if there is more of `what` than the limit; it says how to raise that */
export function expectWithin(what: string, { name, most }: Limit, got: number): void {
  if (got <= most) return;
  const [unit, variable] = name === "files" ? ["files", "QKV_MAX_FILES"] : ["bytes", `QKV_MAX_${name.toUpperCase()}`];
  throw new PretrainedError(
    `${what}: expected at most ${most} ${unit}, got ${got} or more; limits.${name}, in the program ${variable}, raises it`,
  );
}
