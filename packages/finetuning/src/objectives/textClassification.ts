import { describeArgument } from "@qkv/ops";
import type { ClassLogits, Pretrained } from "@qkv/pretrained";
import { classificationLoss, type Labels, PROBLEM_TYPES, type ProblemType } from "@qkv/transformer";
import * as tf from "@tensorflow/tfjs-core";
import { type EncodedText, encodedText, textBatch } from "../batches/encodedText.ts";
import { maxTokensOf, paddable, tokenizerOf } from "../batches/textModelOf.ts";
import { classScores, labelSetScores } from "../metrics/classScores.ts";
import { exampleTask } from "../objective/exampleTask.ts";
import { valuesOf } from "../objective/meanLoss.ts";
import type { FinetuningTask, Objective } from "../objective/objective.ts";
import { trainedParameters } from "../objective/trainedParameters.ts";
import { type DataRecord, listOf, optionalTextOf, textOf } from "../records/dataRecord.ts";
import { classOf, type GivenLabel, labelsFrom } from "../records/labels.ts";

/** Settings of text classification. */
export interface TextClassificationSettings {
  /** The classes. Default: those that the data speaks of; of a model that has them already, its own. */
  readonly labels?: readonly string[] | undefined;
  /** The kind of classification. Default one label of each text. */
  readonly problemType?: ProblemType | undefined;
  /** The most tokens of a text. Default 512, or what the model takes. */
  readonly maxTokens?: number | undefined;
  /** New values of the head follow from it. Default 0. */
  readonly seed?: number | undefined;
}

/** A text, or a pair of texts, and its labels: one, several, or a number. */
export interface ClassifiedText {
  readonly text: string;
  readonly pair?: string;
  readonly labels: readonly GivenLabel[];
}

/** A text and the numbers that its logits are compared with: [K] of several labels, else one. */
export interface EncodedClass extends EncodedText {
  readonly targets: readonly number[];
}

const SINGLE = "single_label_classification";

/** Text classification: one label, several, or a number of each text or pair of texts. */
export const textClassification: Objective<TextClassificationSettings, ClassifiedText, EncodedClass, EncodedClass> = {
  name: "text-classification",
  summary: "Teach a model to tell classes of texts, or of pairs of texts, apart.",
  record: '{"text", "label"}, of pairs {"text", "pair", "label"}; of several labels {"text", "labels": [...]}',
  modelTask: "sequenceClassification",
  fields: ["text", "pair", "label", "labels"],
  read,
  initialize(raws, { labels, problemType = SINGLE, seed = 0 }) {
    checkProblemType(problemType);
    const classes =
      problemType === "regression" ? ["value"] : (labels ?? labelsFrom(raws.flatMap((raw) => raw.labels)));
    return { task: "sequenceClassification", labels: classes, problemType, seed };
  },
  encoder(pretrained, { maxTokens }, onTruncated) {
    const tokenizer = tokenizerOf("text-classification", pretrained, "sequenceClassification");
    const { labels, problemType } = labelsOf(pretrained);
    const maxLength = maxTokensOf(pretrained, maxTokens);
    return ({ text, pair, labels: given }) => {
      const options = { padding: false, ...(pair !== undefined && { pair }) } as const;
      const whole = tokenizer.encode(text, { ...options, truncation: false });
      if (whole.length === 0) throw new RangeError("expected text to have tokens, got none");
      const isLong = whole.length > maxLength;
      if (isLong) onTruncated?.();
      const truncation = { maxLength, strategy: "longestFirst", direction: "right" } as const;
      const kept = isLong ? tokenizer.encode(text, { ...options, truncation }) : whole;
      return [{ ...encodedText(kept), targets: targetsOf(given, labels, problemType) }];
    };
  },
  createTask(pretrained, options) {
    const model = paddable<ClassLogits>(pretrained, options.batchSize);
    const classes = labelsOf(pretrained);
    const type = classes.problemType ?? SINGLE;
    const params = options.params ?? trainedParameters(model);
    const batch = (rows: readonly EncodedClass[]) => ({ ...textBatch(rows, model), labels: targetTensor(rows, type) });
    return exampleTask(
      {
        params,
        unit: "texts",
        metrics:
          type === "regression" ? { loss: "min", correlation: "max" } : { loss: "min", accuracy: "max", f1: "max" },
        rowOf: (example) => example,
        weightOf: () => 1,
        ...(type === SINGLE && { batch }),
        loss: (rows, pass) => tf.tidy(() => model.loss(batch(rows), pass)),
        validate: async (batches, signal) => {
          const [logits, rows]: [Float32Array[], EncodedClass[]] = [[], []];
          let sum = 0;
          for (const batch of batches) {
            signal?.throwIfAborted();
            const values = await valuesOf(() => {
              const out = model.forward(textBatch(batch, model)).logits;
              const loss = classificationLoss(out, targetTensor(batch, type), classes);
              return tf.concat([tf.reshape(out, [-1]), tf.reshape(loss, [1])]);
            });
            const width = (values.length - 1) / batch.length;
            for (const [i, row] of batch.entries()) {
              logits.push(values.slice(i * width, (i + 1) * width));
              rows.push(row);
            }
            sum += (values.at(-1) ?? NaN) * batch.length;
          }
          return { loss: sum / rows.length, ...scoresOf(logits, rows, type) };
        },
      },
      options,
    ) satisfies FinetuningTask<EncodedClass>;
  },
};

function read(record: DataRecord, { problemType = SINGLE }: TextClassificationSettings): ClassifiedText {
  const text = textOf(record, "text");
  const pair = optionalTextOf(record, "pair");
  const texts = { text, ...(pair !== undefined && { pair }) };
  if (problemType === "multi_label_classification") return { ...texts, labels: listOf(record, "labels") };
  const { label } = record;
  const isLabel = (typeof label === "string" && label !== "") || typeof label === "number";
  if (!isLabel) throw new RangeError(`expected label to be a name or a number, got ${describeArgument(label)}`);
  return { ...texts, labels: [label] };
}

function checkProblemType(problemType: ProblemType): void {
  if (PROBLEM_TYPES.includes(problemType)) return;
  throw new RangeError(
    `expected problemType to be one of ${PROBLEM_TYPES.join(", ")}, got ${describeArgument(problemType)}`,
  );
}

function labelsOf({ config }: Pretrained): Labels {
  return config as unknown as Labels;
}

function targetsOf(
  given: readonly GivenLabel[],
  labels: readonly string[],
  type: ProblemType = SINGLE,
): readonly number[] {
  if (type === "regression") {
    const value = typeof given[0] === "string" && given[0].trim() !== "" ? Number(given[0]) : given[0];
    if (typeof value === "number" && Number.isFinite(value)) return [value];
    throw new RangeError(`expected label to be a finite number, got ${JSON.stringify(given[0])}`);
  }
  if (type === SINGLE) return [classOf(given[0] as GivenLabel, labels, "label")];
  const classes = new Set(given.map((label) => classOf(label, labels, "labels")));
  return labels.map((_, k) => Number(classes.has(k)));
}

/** [B] int32 of one label, else [B, K] float32. */
function targetTensor(rows: readonly EncodedClass[], type: ProblemType): tf.Tensor {
  const values = rows.flatMap(({ targets }) => targets);
  if (type === SINGLE) return tf.tensor1d(values, "int32");
  return tf.tensor2d(values, [rows.length, values.length / rows.length], "float32");
}

function scoresOf(
  logits: readonly Float32Array[],
  rows: readonly EncodedClass[],
  type: ProblemType,
): Readonly<Record<string, number>> {
  if (type === "regression") {
    const values = logits.map(([value = NaN]) => value);
    return {
      correlation: correlation(
        values,
        rows.map(({ targets }) => targets[0] as number),
      ),
    };
  }
  if (type === SINGLE) {
    return classScores(
      logits.map(argmax),
      rows.map(({ targets }) => targets[0] as number),
    );
  }
  const setOf = (values: ArrayLike<number>, limit: number) =>
    new Set(Array.from(values).flatMap((value, k) => (value > limit ? [k] : [])));
  return labelSetScores(
    logits.map((row) => setOf(row, 0)),
    rows.map(({ targets }) => setOf(targets, 0.5)),
  );
}

/** The index of the highest number. */
function argmax(values: Float32Array): number {
  return values.reduce((best, value, k) => (value > (values[best] as number) ? k : best), 0);
}

/** Pearson's correlation; 0 where one side does not vary. */
function correlation(a: readonly number[], b: readonly number[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanA, meanB] = [mean(a), mean(b)];
  let [both, ofA, ofB] = [0, 0, 0];
  for (const [i, value] of a.entries()) {
    const [x, y] = [value - meanA, (b[i] as number) - meanB];
    both += x * y;
    ofA += x * x;
    ofB += y * y;
  }
  return ofA > 0 && ofB > 0 ? both / Math.sqrt(ofA * ofB) : 0;
}
