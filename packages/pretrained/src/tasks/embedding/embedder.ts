import { checkOptions, checkRecord, type OptionNames } from "@qkv/ops";
import type { PassOptions } from "@qkv/nn";
import type { Encoding } from "@qkv/tokenizers";
import * as tf from "@tensorflow/tfjs-core";
import { checkCount, checkList, checkText } from "../../loading/argumentChecks.ts";
import { encodeTexts } from "../text/encodeTexts.ts";
import { maxTokensOf } from "../text/maxTokens.ts";
import { runTexts } from "../text/runTexts.ts";
import { TEXT_TASK, type TextTaskOptions } from "../text/taskOptions.ts";
import type { TextInputs, TextTask } from "../text/textModel.ts";
import { dense } from "./dense.ts";
import { pool } from "./pool.ts";
import type { SentenceModules } from "../../sentenceModules/sentenceModules.ts";
import { similarity } from "./similarity.ts";

/** Options of embedding. */
export interface EmbedOptions extends TextTaskOptions {
  /** A prompt of the model by the name of its use, `query` for one; `""`: none. Default: that which the model's files say. */
  readonly promptName?: string;
  /** A prompt of one's own, put before each text as it is. */
  readonly prompt?: string;
  /** The number of dimensions that are kept, of a model that was trained so (Matryoshka). Default: all. */
  readonly dimensions?: number;
  /** Whether vectors have the length 1. Default: what the model's files say. */
  readonly normalize?: boolean;
  /** The most tokens of a text that are read. Default, and at most: {@link Embedder.maxTokens}. */
  readonly maxTokens?: number;
}

const EMBED: OptionNames<EmbedOptions> = {
  ...TEXT_TASK,
  promptName: true,
  prompt: true,
  dimensions: true,
  normalize: true,
  maxTokens: true,
};

/** Hidden states of a text encoder. */
export interface HiddenStates {
  /** [B, L, E] */
  readonly lastHiddenState: tf.Tensor3D;
}

/** Makes a vector of each text, so that texts of like meaning have vectors of like direction. */
export class Embedder {
  readonly modules: SentenceModules;
  readonly #task: TextTask<HiddenStates>;

  constructor(task: TextTask<HiddenStates>, modules: SentenceModules) {
    for (const [name, value] of Object.entries({ task, modules })) checkRecord("Embedder", name, value);
    this.#task = task;
    this.modules = modules;
  }

  get model(): TextTask<HiddenStates>["model"] {
    return this.#task.model;
  }

  /** The most tokens of a text, special ones included; of a longer one the rest is not read. */
  get maxTokens(): number {
    return Math.min(maxTokensOf(this.#task), this.modules.maxTokens ?? Infinity);
  }

  /** Embeds one text: [E] */
  async embed(text: string, options: EmbedOptions = {}): Promise<Float32Array> {
    checkText("embed", text);
    const [vector = new Float32Array()] = await this.embedBatch([text], options);
    return vector;
  }

  /**
   * Embeds each text, in the order of the texts.
   *
   * @throws RangeError for a prompt that the model does not have, or more dimensions than it has
   */
  async embedBatch(texts: readonly string[], options: EmbedOptions = {}): Promise<Float32Array[]> {
    checkOptions("embed", options, EMBED);
    checkList("embedBatch", "texts", texts);
    for (const name of ["batchSize", "dimensions"] as const) checkCount("embed", name, options[name]);
    const encodings = this.#encode(texts, options);
    const vectorsOf = this.#pooled(options);
    return runTexts(
      this.model,
      encodings,
      (inputs, batch) => {
        const { lastHiddenState } = this.model.forward(inputs);
        return vectorsOf(
          lastHiddenState,
          batch.map(({ length }) => length),
        );
      },
      options,
    );
  }

  /**
   * Encodes texts as {@link embedBatch} does, for {@link forward}.
   *
   * @throws RangeError for a prompt that the model does not have
   */
  encodeBatch(texts: readonly string[], options: EmbedOptions = {}): Encoding[] {
    checkOptions("embed", options, EMBED);
    checkList("encodeBatch", "texts", texts);
    return this.#encode(texts, options);
  }

  /**
   * Computes the vectors of a batch in one pass that has a gradient, for training; the caller owns them.
   *
   * @param inputs the texts of {@link encodeBatch}, padded on the right
   * @param lengths the number of tokens of each
   * @param options those of {@link embedBatch} that the texts were encoded with, and of the pass
   * @returns [B, E]
   */
  forward(
    inputs: TextInputs,
    lengths: readonly number[],
    options: EmbedOptions = {},
    pass: PassOptions = {},
  ): tf.Tensor2D {
    checkOptions("embed", options, EMBED);
    checkList("Embedder.forward", "lengths", lengths);
    return tf.tidy(() => this.#pooled(options)(this.model.forward(inputs, pass).lastHiddenState, lengths));
  }

  #encode(texts: readonly string[], options: EmbedOptions): Encoding[] {
    const prompt = this.#promptOf(options);
    const { lowercases } = this.modules;
    const written = texts.map((text) => {
      checkText("embedBatch", text);
      return lowercases ? (prompt + text).toLowerCase() : prompt + text;
    });
    checkCount("embed", "maxTokens", options.maxTokens);
    const maxTokens = Math.min(this.maxTokens, options.maxTokens ?? Infinity);
    const { onTruncated } = options;
    return encodeTexts("embed", this.#task.tokenizer, written, { maxTokens, ...(onTruncated && { onTruncated }) });
  }

  /** What makes a vector of each text's hidden states. */
  #pooled(options: EmbedOptions): (x: tf.Tensor3D, lengths: readonly number[]) => tf.Tensor2D {
    const { pooling } = this.modules;
    const prompt = this.#promptOf(options);
    const skipped =
      pooling.includesPrompt || prompt === "" ? 0 : promptTokens(this.#task.tokenizer.encode(prompt, WHOLE));
    const steps = this.#steps(options);
    return (x, lengths) => steps.reduce((y, step) => step(y), pool(x, lengths, pooling.modes, skipped));
  }

  /** Compares two vectors as the model was trained for: more is nearer. */
  similarity(a: Float32Array, b: Float32Array): number {
    return similarity(a, b, this.modules.similarity);
  }

  #promptOf({ prompt, promptName }: EmbedOptions): string {
    const { prompts, defaultPrompt = "" } = this.modules;
    if (prompt !== undefined) {
      checkText("embed", prompt);
      return prompt;
    }
    if (promptName === undefined) return defaultPrompt;
    if (promptName === "") return "";
    if (Object.hasOwn(prompts, promptName)) return prompts[promptName] ?? "";
    const known = Object.keys(prompts).join(", ") || "none";
    throw new RangeError(`embed: expected a promptName of the model (${known}), got ${JSON.stringify(promptName)}`);
  }

  /** What pooled vectors go through; of vectors of length 1, those that are cut have it again. */
  #steps({ dimensions = this.modules.dimensions, normalize }: EmbedOptions): ((x: tf.Tensor2D) => tf.Tensor2D)[] {
    const { steps } = this.modules;
    const endsNormalized = steps.at(-1)?.kind === "normalize";
    const own = endsNormalized ? steps.slice(0, -1) : steps;
    return [
      ...own.map((step) => (x: tf.Tensor2D) => (step.kind === "dense" ? dense(x, step) : unit(x))),
      ...(dimensions === undefined ? [] : [(x: tf.Tensor2D) => cut(x, dimensions)]),
      ...((normalize ?? endsNormalized) ? [unit] : []),
    ];
  }
}

/** The first dimensions of each vector. */
function cut(x: tf.Tensor2D, dimensions: number): tf.Tensor2D {
  const [batch, width] = x.shape;
  if (dimensions > width) throw new RangeError(`embed: expected at most ${width} dimensions, got ${dimensions}`);
  return tf.slice(x, [0, 0], [batch, dimensions]);
}

/** Vectors of length 1 in the same direction. */
function unit(x: tf.Tensor2D): tf.Tensor2D {
  return tf.div(x, tf.maximum(tf.norm(x, "euclidean", 1, true), 1e-12));
}

const WHOLE = { truncation: false, padding: false } as const;

/** The number of a prompt's tokens before a text: all but a special one that ends it. */
function promptTokens({ length, specialTokensMask }: Encoding): number {
  return length - (specialTokensMask.at(-1) ?? 0);
}
