import { PretrainedError } from "../files/pretrainedError.ts";

/** Size limits of fetched or read files by kind, in bytes; and the limit of files that a hub may list. */
export interface FileLimits {
  /** A hub's list of a model's files. */
  readonly answer: number;
  /** The number of files in it. */
  readonly files: number;
  /** `config.json` and its like, and the index of weights in several files. */
  readonly config: number;
  /** `tokenizer.json`, vocabularies, SentencePiece files and everything else but weights. */
  readonly tokenizer: number;
  /** One file of weights. */
  readonly weights: number;
  /** A file of weights without a size from its server. */
  readonly unsized: number;
}

/** The default limits: several times the sizes of the largest known models. */
export const FILE_LIMITS: FileLimits = {
  answer: 10e6,
  files: 50_000,
  config: 10e6,
  tokenizer: 100e6,
  weights: 16e9,
  unsized: 1e9,
};

/** A limit, and the option that raises it. */
export interface Limit {
  readonly name: keyof FileLimits;
  readonly most: number;
}

/** The limit for a file of a model. */
export function limitOf(file: string, limits: FileLimits): Limit {
  if (/\.(?:safetensors|gguf)$/.test(file)) return { name: "weights", most: limits.weights };
  const isConfig = /(?:^|[_/])config\.json$|\.index\.json$|\.md$|^(?:special_tokens_map|added_tokens)\.json$/.test(
    file,
  );
  return isConfig ? { name: "config", most: limits.config } : { name: "tokenizer", most: limits.tokenizer };
}

/** @throws PretrainedError if there is more of `what` than the limit, with the way to raise it */
export function expectWithin(what: string, { name, most }: Limit, got: number): void {
  if (got <= most) return;
  const [unit, variable] = name === "files" ? ["files", "QKV_MAX_FILES"] : ["bytes", `QKV_MAX_${name.toUpperCase()}`];
  throw new PretrainedError(
    `${what}: expected at most ${most} ${unit}, got ${got} or more; limits.${name}, in the program ${variable}, raises it`,
  );
}
