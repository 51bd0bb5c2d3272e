import { checkOptions, checkRecord, describeArgument, type OptionNames } from "@qkv/ops";
import { type Labels, scoresOf } from "@qkv/transformer";
import type * as tf from "@tensorflow/tfjs-core";
import { checkCount, checkList, checkText } from "../../loading/argumentChecks.ts";
import { maxTokensOf } from "../text/maxTokens.ts";
import { runTexts } from "../text/runTexts.ts";
import { TEXT_TASK, type TextTaskOptions } from "../text/taskOptions.ts";
import type { TextModel, TextTask } from "../text/textModel.ts";
import { type TextWindows, textWindows } from "../text/textWindows.ts";
import {
  AGGREGATIONS,
  type Aggregation,
  groupedEntities,
  type TextEntity,
  type TokenScores,
  wordsOf,
} from "./entities.ts";

/** Options of token classification. */
export interface TagOptions extends Omit<TextTaskOptions, "onTruncated"> {
  /** How tokens become entities. Default `simple`. */
  readonly aggregation?: Aggregation;
  /** Labels of tokens that are of no entity. Default `["O"]`. */
  readonly ignore?: readonly string[];
}

const { onTruncated: _, ...WHOLE_TEXTS } = TEXT_TASK;

const TAG: OptionNames<TagOptions> = { ...WHOLE_TEXTS, aggregation: true, ignore: true };

/** What a token classifier computes. */
export interface TokenLogits {
  /** [B, L, K] */
  readonly logits: tf.Tensor3D;
}

/** A text task whose model has classes of tokens. */
export interface TaggingTask extends TextTask<TokenLogits> {
  readonly model: TextModel<TokenLogits> & { readonly config: Labels };
}

/** Finds named entities, parts of speech or other kinds of tokens in texts of any length. */
export class TokenClassifier {
  readonly #task: TaggingTask;

  constructor(task: TaggingTask) {
    checkRecord("TokenClassifier", "task", task);
    this.#task = task;
  }

  get model(): TaggingTask["model"] {
    return this.#task.model;
  }

  /** Finds the entities of one text, in its order. */
  async tag(text: string, options: TagOptions = {}): Promise<TextEntity[]> {
    checkText("tag", text);
    const [entities = []] = await this.tagBatch([text], options);
    return entities;
  }

  /**
   * Finds the entities of each text, in the order of the texts. A text that is longer than the model takes is read in windows
   * that overlap. Progress counts windows.
   */
  async tagBatch(texts: readonly string[], options: TagOptions = {}): Promise<TextEntity[][]> {
    checkOptions("tag", options, TAG);
    checkList("tagBatch", "texts", texts);
    for (const text of texts) checkText("tagBatch", text);
    checkCount("tag", "batchSize", options.batchSize);
    const { aggregation = "simple", ignore = ["O"], ...others } = options;
    if (!AGGREGATIONS.includes(aggregation)) {
      const known = AGGREGATIONS.join(", ");
      throw new RangeError(`tag: expected an aggregation of ${known}, got ${describeArgument(aggregation)}`);
    }
    const { model, tokenizer } = this.#task;
    const parts = texts.map((text) => textWindows(tokenizer, text, maxTokensOf(this.#task)));
    const windows = parts.flatMap((part) => part.windows);
    const rows = await runTexts(model, windows, (inputs) => model.forward(inputs).logits, others);
    let before = 0;
    return texts.map((text, i) => {
      const part = parts[i] as TextWindows;
      const tokens = this.#tokensOf(part, rows.slice(before, before + part.windows.length));
      before += part.windows.length;
      const { labels } = model.config;
      const hasWords = tokenizer.toJSON().model.type === "WordPiece";
      const entities = groupedEntities(text, wordsOf(text, tokens, { aggregation, labels, hasWords }), aggregation);
      return entities.filter(({ label }) => !ignore.includes(label));
    });
  }

  /** The scores of each token that is in the text. */
  #tokensOf({ whole, places }: TextWindows, rows: readonly Float32Array[]): TokenScores[] {
    const { length: classes } = this.model.config.labels;
    const { offsets, wordIds, specialTokensMask } = whole;
    return places.flatMap(({ window, position }, i) => {
      const [start, end] = offsets[i] ?? [0, 0];
      if (specialTokensMask[i] === 1 || start === end) return [];
      const logits = rows[window]?.slice(position * classes, (position + 1) * classes) ?? new Float32Array(classes);
      return [{ start, end, word: wordIds[i], scores: scoresOf(logits, "softmax") }];
    });
  }
}
