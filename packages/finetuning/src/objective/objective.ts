import type { NamedVariables, TrainingTask } from "@qkv/training";
import type { InitializeOptions, Pretrained } from "@qkv/pretrained";
import type { ModelTask } from "@qkv/transformer";
import type * as tf from "@tensorflow/tfjs-core";
import type { DataRecord } from "../records/dataRecord.ts";

/** A task for `train` of `@qkv/training`, and the figures of its validation. */
export interface FinetuningTask<Row = unknown> extends TrainingTask<readonly Row[]> {
  validate(signal: AbortSignal | undefined): Promise<Readonly<Record<string, number>>>;
  /** The figures of a validation, and whether they are to be low or high; parameters are best by the first of them. */
  readonly metrics: Readonly<Record<string, "min" | "max">>;
  /** What `tokens` counts, for people: "texts". */
  readonly unit: string;
  /** What the model's loss is computed of, where that is a class for each text or token: {@link withTeacher} needs it. */
  batch?(rows: readonly Row[]): LabelledBatch;
}

/** Inputs of a model, by their names, and the class that each text [B] or token [B, L] has. The caller disposes of them. */
export interface LabelledBatch {
  /** [B] or [B, L] int32; -100 does not count. */
  readonly labels: tf.Tensor;
}

/** What is trained on, and how. */
export interface TaskOptions<Example> {
  readonly training: readonly Example[];
  readonly validation: readonly Example[];
  readonly batchSize: number;
  /** Order and everything random in the examples follow from it. */
  readonly seed: number;
  /** The parameters that are trained, an adapter's for one. Default all of the model. */
  readonly params?: NamedVariables;
  /** Whether layers are computed again in the backward pass, for less memory: `recompute` of a pass. Default false. */
  readonly recompute?: boolean;
}

/** Turns records into examples; one that is too long may become several. */
export type Encoder<Raw, Example> = (raw: Raw) => readonly Example[] | Promise<readonly Example[]>;

/** Called for each text that is cut. */
export type OnTruncated = () => void;

/**
 * A kind of fine-tuning: from records of a file to a task of an opened model. Nothing in it knows of files, so that programs and
 * pages share it.
 */
export interface Objective<Settings, Raw = unknown, Example = unknown, Row = unknown> {
  /** `text-classification` */
  readonly name: string;
  /** What it does, in a sentence. */
  readonly summary: string;
  /** What a line of the data has, in a sentence. */
  readonly record: string;
  /** What its models compute; several where it trains models of several kinds. */
  readonly modelTask: ModelTask | readonly ModelTask[];
  /** Fields of a record by which the columns of a file are named. */
  readonly fields: readonly string[];
  /** Those of them that are sounds: a program that reads files takes them for paths. */
  readonly sounds?: readonly string[];

  /** Checks a record. @throws RangeError naming the field, what was expected and what came */
  read(record: DataRecord, settings: Settings): Raw;

  /** What of the model starts anew, for `loadPretrained`; decided by all records. @throws RangeError */
  initialize(raws: readonly Raw[], settings: Settings): InitializeOptions;

  /** Whether a parameter stays as it is where `params` of a task say nothing else. */
  isFrozen?(name: string, settings: Settings): boolean;

  /** Makes what encodes records for a model. @throws RangeError for a model that cannot be trained so */
  encoder(pretrained: Pretrained, settings: Settings, onTruncated?: OnTruncated): Encoder<Raw, Example>;

  /** Makes the task. @throws RangeError if there are too few examples */
  createTask(
    pretrained: Pretrained,
    options: TaskOptions<Example>,
    settings: Settings,
  ): FinetuningTask<Row> | Promise<FinetuningTask<Row>>;

  /** More files of the finished model's folder, by name. */
  files?(pretrained: Pretrained, settings: Settings): ReadonlyMap<string, Uint8Array>;
}
