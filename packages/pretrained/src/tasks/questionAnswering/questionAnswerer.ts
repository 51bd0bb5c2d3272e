import { checkOptions, checkRecord, type OptionNames } from "@qkv/ops";
import type { Encoding } from "@qkv/tokenizers";
import * as tf from "@tensorflow/tfjs-core";
import { checkCount, checkText } from "../../loading/argumentChecks.ts";
import { maxTokensOf } from "../text/maxTokens.ts";
import { runTexts } from "../text/runTexts.ts";
import { TEXT_TASK, type TextTaskOptions } from "../text/taskOptions.ts";
import type { TextTask } from "../text/textModel.ts";
import { type AnswerSpan, answerSpans } from "./answerSpans.ts";

/** Options of answering. */
export interface AnswerOptions extends Omit<TextTaskOptions, "onTruncated"> {
  /** The number of answers, the likeliest first. Default 1. */
  readonly top?: number;
  /** The most tokens of an answer. Default 15. */
  readonly maxAnswerTokens?: number;
  /** Whether the answer may be none, an empty text, of a model that was trained on questions without one. Default false. */
  readonly allowNone?: boolean;
}

const { onTruncated: _, ...WHOLE_TEXTS } = TEXT_TASK;

const ANSWER: OptionNames<AnswerOptions> = { ...WHOLE_TEXTS, top: true, maxAnswerTokens: true, allowNone: true };

/** An answer that stands in a text. */
export interface Answer {
  /** The answer's words; empty for none. */
  readonly answer: string;
  /** The probability of its first token times that of its last. */
  readonly score: number;
  /** Where it begins in the text as it was given, in UTF-16 units. */
  readonly start: number;
  /** Where it ends, itself not included. */
  readonly end: number;
}

/** The scores of where an answer begins and ends. */
export interface SpanLogits {
  /** [B, L] */
  readonly startLogits: tf.Tensor2D;
  /** [B, L] */
  readonly endLogits: tf.Tensor2D;
}

/** Half as many tokens as a window has at most are shared with the window before it; 128 of Python's pipeline if that is less. */
const OVERLAP = 128;

/** Finds answers to questions in a text of any length. */
export class QuestionAnswerer {
  readonly #task: TextTask<SpanLogits>;

  constructor(task: TextTask<SpanLogits>) {
    checkRecord("QuestionAnswerer", "task", task);
    this.#task = task;
  }

  get model(): TextTask<SpanLogits>["model"] {
    return this.#task.model;
  }

  /**
   * Finds the answers to a question that stand in `context`, the likeliest first. A context that is longer than the model takes
   * is read in windows that overlap. Progress counts windows.
   *
   * @throws RangeError if the question leaves no room for the context
   */
  async answer(question: string, context: string, options: AnswerOptions = {}): Promise<Answer[]> {
    checkOptions("answer", options, ANSWER);
    checkText("answer", question);
    checkText("answer", context);
    for (const name of ["batchSize", "top", "maxAnswerTokens"] as const) checkCount("answer", name, options[name]);
    const { top = 1, maxAnswerTokens = 15, allowNone = false, ...others } = options;
    const { model } = this.#task;
    const windows = this.#windows(question, context);
    const rows = await runTexts(
      model,
      windows,
      (inputs) => {
        const { startLogits, endLogits } = model.forward(inputs);
        return tf.stack([startLogits, endLogits], 1); // [B, 2, L]
      },
      others,
    );
    const found = windows.map((window, i) =>
      answerSpans(window, rows[i] ?? new Float32Array(), { top, maxAnswerTokens }),
    );
    const answers = best(
      found.flatMap(({ spans }) => spans),
      context,
    );
    const none = found.reduce((least, { none }) => Math.min(least, none), 1);
    const all = allowNone ? [...answers, { answer: "", score: none, start: 0, end: 0 }] : answers;
    return all.sort((a, b) => b.score - a.score).slice(0, top);
  }

  #windows(question: string, context: string): readonly Encoding[] {
    const { tokenizer } = this.#task;
    const maxTokens = maxTokensOf(this.#task);
    const options = { pair: context, padding: false } as const;
    const whole = tokenizer.encode(question, { ...options, truncation: false });
    if (whole.length <= maxTokens) return [whole];
    const contextTokens = whole.sequenceIds.filter((sequence) => sequence === 1).length;
    const room = maxTokens - (whole.length - contextTokens);
    if (room < 1) {
      throw new RangeError(
        `answer: expected a question of fewer tokens than the ${maxTokens} that the model takes, got ${whole.length - contextTokens}`,
      );
    }
    const stride = Math.min(OVERLAP, Math.floor(room / 2));
    const truncation = { maxLength: maxTokens, strategy: "onlySecond", stride, direction: "right" } as const;
    const first = tokenizer.encode(question, { ...options, truncation });
    return [first, ...first.overflow];
  }
}

/** Each answer once, with its highest score. */
function best(spans: readonly AnswerSpan[], context: string): Answer[] {
  const answers = new Map<string, Answer>();
  for (const { start, end, score } of spans) {
    const known = answers.get(`${start}-${end}`);
    if (known === undefined || known.score < score) {
      answers.set(`${start}-${end}`, { answer: context.slice(start, end), score, start, end });
    }
  }
  return [...answers.values()];
}
