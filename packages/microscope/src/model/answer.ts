import { checkRecord } from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";
import type { Anatomy } from "./anatomy.ts";
import type { MicroscopeInputs } from "./inputs.ts";

/**
 * The number that an experiment watches: the logit of a token, or its difference to that of another token. Of a classifier, of a
 * label.
 */
export interface Answer {
  readonly token: number;
  /** The token whose logit is subtracted. Default none. */
  readonly against?: number | undefined;
  /** The position whose logits are read, counted from the end if below 0. Default -1. Of a classifier there is none. */
  readonly position?: number | undefined;
}

/** Refuses an answer that the model cannot give. @throws RangeError naming what is wrong */
export function checkAnswer(who: string, anatomy: Anatomy, inputs: MicroscopeInputs, answer: Answer): void {
  checkRecord(who, "answer", answer);
  if (!anatomy.hasLogits) {
    throw new RangeError(`${who}: expected a model that gives logits, for an answer, got ${anatomy.className}`);
  }
  const length = (inputs.decoderIds ?? inputs.ids).length;
  const { token, against, position = -1 } = answer;
  for (const [name, id] of Object.entries({ token, against })) {
    if (id === undefined && name === "against") continue;
    if (
      Number.isInteger(id) &&
      (id as number) >= 0 &&
      (anatomy.logitsOf === undefined || (id as number) < anatomy.vocabSize)
    )
      continue;
    const most = anatomy.logitsOf === undefined ? "" : ` to ${anatomy.vocabSize - 1}`;
    throw new RangeError(`${who}: expected answer.${name} to be a whole number from 0${most}, got ${String(id)}`);
  }
  if (!Number.isInteger(position) || position < -length || position >= length) {
    throw new RangeError(`${who}: expected answer.position from ${-length} to ${length - 1}, got ${String(position)}`);
  }
}

/** The position counted from the front. */
export function positionOf({ position = -1 }: Answer, length: number): number {
  return position < 0 ? length + position : position;
}

/**
 * The watched number of each text of a batch.
 *
 * @param logits [B, L, V], or [B, K] of a classifier
 * @returns [B], the caller's
 */
export function answerOf(who: string, logits: tf.Tensor, answer: Answer): tf.Tensor1D {
  return tf.tidy(() => {
    const [batch = 0] = logits.shape;
    const width = logits.shape.at(-1) ?? 0;
    const { token, against } = answer;
    if (Math.max(token, against ?? 0) >= width) {
      const id = Math.max(token, against ?? 0);
      throw new RangeError(`${who}: expected answer to be one of ${width} labels, got ${id}`);
    }
    const rows =
      logits.rank === 2
        ? (logits as tf.Tensor2D)
        : (tf.reshape(tf.slice(logits, [0, positionOf(answer, logits.shape[1] ?? 0), 0], [batch, 1, width]), [
            batch,
            width,
          ]) as tf.Tensor2D);
    const column = (id: number) => tf.reshape(tf.slice(rows, [0, id], [batch, 1]), [batch]);
    const logit = column(token);
    return (against === undefined ? logit : tf.sub(logit, column(against))) as tf.Tensor1D;
  });
}
