import { checkOptions, checkRecord, crossEntropy, describeArgument, type OptionNames, stopGradient } from "@qkv/ops";
import type { PassOptions } from "@qkv/nn";
import type { Pretrained } from "@qkv/pretrained";
import { distillationLoss } from "@qkv/training";
import * as tf from "@tensorflow/tfjs-core";
import { IGNORED } from "../batches/encodedText.ts";
import type { FinetuningTask } from "./objective.ts";

/** Options of {@link withTeacher}. */
export interface TeacherOptions {
  /** What both models' logits are divided by, above 0: the higher, the more of the teacher's doubts count. Default 2. */
  readonly temperature?: number;
  /** The teacher's share of the loss, above 0 and at most 1; the labels have the rest. Default 0.5. */
  readonly share?: number;
  /** Whether the student's layers are computed again in the backward pass, for less memory. Default false. */
  readonly recompute?: boolean;
}

const NAMES: OptionNames<TeacherOptions> = { temperature: true, share: true, recompute: true };

/** What both models give of a batch. */
interface Reader {
  forward(inputs: object, options?: PassOptions): { readonly logits: tf.Tensor };
}

/**
 * Knowledge distillation (Hinton et al. 2015, arXiv:1503.02531): the same task, in whose loss the student is also held to what a
 * larger model gives at each label, `share * T² * KL(teacher || student) + (1 - share) * crossEntropy(student, labels)`. The teacher
 * reads without dropout and keeps nothing for gradients, so it may be held in 16, 8 or 4 bits. Validation is the task's own.
 *
 * @throws RangeError if the task has no classes to learn, or the two models differ in tokens or labels
 */
export function withTeacher<Row>(
  task: FinetuningTask<Row>,
  student: Pretrained,
  teacher: Pretrained,
  options: TeacherOptions = {},
): FinetuningTask<Row> {
  const who = "withTeacher";
  for (const [name, value] of Object.entries({ task, student, teacher })) checkRecord(who, name, value);
  checkOptions(who, options, NAMES);
  const { temperature = 2, share = 0.5, recompute } = options;
  checkAbove0(who, "temperature", temperature, Infinity);
  checkAbove0(who, "share", share, 1);
  if (task.batch === undefined) {
    throw new RangeError(
      `${who}: expected a task that learns a class of each text or token, without smoothing, got another`,
    );
  }
  checkTaught(student, teacher);
  const [learner, knower] = [student.model, teacher.model] as unknown as [Reader, Reader];
  const loss: FinetuningTask<Row>["loss"] = (rows, random) =>
    tf.tidy((): tf.Scalar => {
      const { labels, ...inputs } = (task.batch as NonNullable<typeof task.batch>)(rows);
      const targets = tf.reshape(labels, [-1]);
      const own = rowsOf(learner.forward(inputs, { random, recompute }).logits);
      const mask = tf.notEqual(targets, tf.scalar(IGNORED, "int32"));
      const known = stopGradient(own, () => rowsOf(knower.forward(inputs).logits));
      const taught = tf.mul(distillationLoss(own, known, { temperature, mask }), share);
      if (share === 1) return taught as tf.Scalar;
      const count = tf.maximum(tf.sum(tf.cast(mask, "float32")), 1);
      const labelled = tf.div(tf.sum(crossEntropy(own, targets)), count);
      return tf.add(taught, tf.mul(labelled, 1 - share));
    });
  return { ...task, loss };
}

/** [B, K] or [B, L, K] as rows [N, K]. */
function rowsOf(logits: tf.Tensor): tf.Tensor2D {
  return tf.reshape(logits, [-1, logits.shape.at(-1) as number]);
}

function checkAbove0(who: string, name: string, value: unknown, most: number): void {
  if (typeof value === "number" && value > 0 && value <= most && Number.isFinite(value)) return;
  const range = most === Infinity ? "above 0" : `above 0, at most ${most}`;
  throw new RangeError(`${who}: expected ${name} to be a number ${range}, got ${describeArgument(value)}`);
}

/** Both models must read the same ids and give the same classes. */
function checkTaught(student: Pretrained, teacher: Pretrained): void {
  const at = `${teacher.name}: expected a teacher`;
  if (student.task !== teacher.task) {
    throw new RangeError(`${at} for ${student.task}, as ${student.name} is, got ${teacher.architecture}`);
  }
  const [own, known] = [student.tokenizer, teacher.tokenizer];
  if (own === undefined || known === undefined) throw new RangeError(`${at} with a tokenizer, got one without`);
  const size = own.vocabSize;
  if (known.vocabSize !== size) throw new RangeError(`${at} with ${size} tokens, got ${known.vocabSize}`);
  for (let id = 0; id < size; id += 1) {
    const [wanted, got] = [own.idToToken(id), known.idToToken(id)];
    if (wanted === got) continue;
    throw new RangeError(`${at} whose token ${id} is ${JSON.stringify(wanted)}, got ${JSON.stringify(got)}`);
  }
  const [labels, taught] = [labelsOf(student), labelsOf(teacher)];
  if (labels.join("\n") !== taught.join("\n")) {
    throw new RangeError(`${at} with the labels ${labels.join(", ")}, got ${taught.join(", ")}`);
  }
}

function labelsOf({ config }: Pretrained): readonly string[] {
  return (config as { readonly labels?: readonly string[] }).labels ?? [];
}
