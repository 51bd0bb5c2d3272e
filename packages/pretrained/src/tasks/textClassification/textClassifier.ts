import { checkOptions, checkRecord, type OptionNames } from "@qkv/ops";
import { type Labels, type Scoring, scoresOf, scoringOf } from "@qkv/transformer";
import type * as tf from "@tensorflow/tfjs-core";
import { checkCount, checkList } from "../../loading/argumentChecks.ts";
import { highestScores, type LabelScore } from "../labelScores.ts";
import { encodeTexts, type TextPair } from "../text/encodeTexts.ts";
import { maxTokensOf } from "../text/maxTokens.ts";
import { runTexts } from "../text/runTexts.ts";
import { TEXT_TASK, type TextTaskOptions } from "../text/taskOptions.ts";
import type { TextModel, TextTask } from "../text/textModel.ts";

/** Options of text classification. */
export interface ClassifyTextOptions extends TextTaskOptions {
  /** The number of classes to return, the likeliest first. Default all. */
  readonly top?: number;
}

/** Options of the logits of texts. */
export interface ClassLogitsOptions extends TextTaskOptions {
  /** The text of a pair that is cut if both are too long. Default: the longer one. */
  readonly cut?: "longestFirst" | "onlyFirst" | "onlySecond";
}

const CLASSIFY: OptionNames<ClassifyTextOptions> = { ...TEXT_TASK, top: true };

const LOGITS: OptionNames<ClassLogitsOptions> = { ...TEXT_TASK, cut: true };

/** What a classifier computes. */
export interface ClassLogits {
  /** [B, K] */
  readonly logits: tf.Tensor2D;
}

/** A text task whose model has classes. */
export interface LabelledTask<Output> extends TextTask<Output> {
  readonly model: TextModel<Output> & { readonly config: Labels };
}

/** Classifies texts, or pairs of texts: sentiment, topic, whether one sentence follows from another. */
export class TextClassifier {
  readonly #task: LabelledTask<ClassLogits>;

  constructor(task: LabelledTask<ClassLogits>) {
    checkRecord("TextClassifier", "task", task);
    this.#task = task;
  }

  get model(): LabelledTask<ClassLogits>["model"] {
    return this.#task.model;
  }

  /** The names of the classes. */
  get labels(): readonly string[] {
    return this.model.config.labels;
  }

  /** The scoring of the model's logits. */
  get scoring(): Scoring {
    return scoringOf(this.model.config);
  }

  /** Classifies one text or pair: its classes, the likeliest first. */
  async classify(text: string | TextPair, options: ClassifyTextOptions = {}): Promise<LabelScore[]> {
    const [labels = []] = await this.classifyBatch([text], options);
    return labels;
  }

  /** Classifies each text or pair, in their order. A text that is longer than the model takes is cut at its end. */
  async classifyBatch(
    texts: readonly (string | TextPair)[],
    options: ClassifyTextOptions = {},
  ): Promise<LabelScore[][]> {
    checkOptions("classify", options, CLASSIFY);
    for (const name of ["batchSize", "top"] as const) checkCount("classify", name, options[name]);
    const { top, ...others } = options;
    const rows = await this.logitsBatch(texts, others);
    return rows.map((row) => highestScores(scoresOf(row, this.scoring), this.labels, top));
  }

  /** Computes the logits of each text or pair, [K], in their order. */
  async logitsBatch(texts: readonly (string | TextPair)[], options: ClassLogitsOptions = {}): Promise<Float32Array[]> {
    checkOptions("logitsBatch", options, LOGITS);
    checkList("classifyBatch", "texts", texts);
    const { model, tokenizer } = this.#task;
    const { cut, onTruncated } = options;
    const encodings = encodeTexts("classify", tokenizer, texts, {
      maxTokens: maxTokensOf(this.#task),
      ...(cut !== undefined && { strategy: cut }),
      ...(onTruncated !== undefined && { onTruncated }),
    });
    // A decoder finds where a text ends by the padding token: without one it reads texts one by one.
    const batches = model.config.padTokenId === undefined ? { ...options, batchSize: 1 } : options;
    return runTexts(model, encodings, (inputs) => model.forward(inputs).logits, batches);
  }
}
