import { checkOptions, checkRecord, describeArgument, type OptionNames } from "@qkv/ops";
import { scoresOf } from "@qkv/transformer";
import { checkList, checkText } from "../../loading/argumentChecks.ts";
import { highestScores, type LabelScore } from "../labelScores.ts";
import { TEXT_TASK, type TextTaskOptions } from "../text/taskOptions.ts";
import type { TextClassifier } from "../textClassification/textClassifier.ts";

/** Options of classification by labels that no model was trained on. */
export interface ZeroShotOptions extends TextTaskOptions {
  /** The sentence that is to follow from the text, with `{}` for a label. Default `This example is {}.` */
  readonly hypothesis?: string;
  /** Whether several labels may fit, each with a score of its own; else the scores of all sum to 1. Default false. */
  readonly multiLabel?: boolean;
}

const ZERO_SHOT: OptionNames<ZeroShotOptions> = { ...TEXT_TASK, hypothesis: true, multiLabel: true };

/** Classifies texts by labels that are given with them, by a model that tells whether a sentence follows from another. */
export class ZeroShotClassifier {
  readonly classifier: TextClassifier;
  readonly #entailment: number;
  readonly #contradiction: number;

  /** @throws RangeError if no class of the classifier is called entailment */
  constructor(classifier: TextClassifier) {
    checkRecord("ZeroShotClassifier", "classifier", classifier);
    this.classifier = classifier;
    const { labels } = classifier;
    this.#entailment = labels.findIndex((label) => /^entail/i.test(label));
    if (this.#entailment < 0 || labels.length < 2) {
      const got = labels.slice(0, 5).join(", ");
      throw new RangeError(
        `ZeroShotClassifier: expected a class called entailment beside others, got the classes ${got}`,
      );
    }
    // As in transformers: the last class, unless that is the entailment.
    this.#contradiction = this.#entailment === 0 ? labels.length - 1 : 0;
  }

  /** Scores each label for one text, the likeliest first. */
  async classify(text: string, labels: readonly string[], options: ZeroShotOptions = {}): Promise<LabelScore[]> {
    const [scores = []] = await this.classifyBatch([text], labels, options);
    return scores;
  }

  /** Scores each label for each text, in the order of the texts. Progress counts pairs of a text and a label. */
  async classifyBatch(
    texts: readonly string[],
    labels: readonly string[],
    options: ZeroShotOptions = {},
  ): Promise<LabelScore[][]> {
    checkOptions("classify", options, ZERO_SHOT);
    checkList("classifyBatch", "texts", texts);
    checkList("classifyBatch", "labels", labels);
    for (const text of [...texts, ...labels]) checkText("classify", text);
    const { hypothesis = "This example is {}.", multiLabel = false, ...others } = options;
    if (typeof hypothesis !== "string" || !hypothesis.includes("{}")) {
      throw new RangeError(
        `classify: expected a hypothesis with {} for the label, got ${describeArgument(hypothesis)}`,
      );
    }
    if (labels.length === 0) throw new RangeError("classify: expected at least one label, got none");
    const pairs = texts.flatMap((text) =>
      labels.map((label) => ({ text, pair: hypothesis.replaceAll("{}", () => label) })),
    );
    const logits = await this.classifier.logitsBatch(pairs, { ...others, cut: "onlyFirst" });
    return texts.map((_, i) => {
      const rows = logits.slice(i * labels.length, (i + 1) * labels.length);
      return highestScores(multiLabel || labels.length === 1 ? this.#each(rows) : this.#all(rows), labels);
    });
  }

  /** Each label by itself: entailment against contradiction. */
  #each(rows: readonly Float32Array[]): Float32Array {
    const entailed = (row: Float32Array) =>
      scoresOf(Float32Array.of(row[this.#contradiction] ?? 0, row[this.#entailment] ?? 0), "softmax")[1] ?? 0;
    return Float32Array.from(rows, entailed);
  }

  /** All labels against each other. */
  #all(rows: readonly Float32Array[]): Float32Array {
    return scoresOf(
      Float32Array.from(rows, (row) => row[this.#entailment] ?? 0),
      "softmax",
    );
  }
}
