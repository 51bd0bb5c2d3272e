import type { CausalLanguageModel } from "@qkv/transformer";
import { chunkTensors } from "./chunks.ts";
import * as tf from "@tensorflow/tfjs-core";

/** How to go about it. */
export interface MeasureTextOptions {
  /** Default 16. */
  readonly batchSize?: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (done: number) => void;
}

/**
 * The mean cross-entropy of a text's tokens, each seen after at most `maxPositions` others, in chunks that do not
 * overlap: each but the first is predicted once.
 *
 * @param ids those of the whole text
 */
export async function measureText(
  model: CausalLanguageModel,
  ids: Int32Array,
  { batchSize = 16, signal, onProgress }: MeasureTextOptions = {},
): Promise<{ loss: number; tokens: number }> {
  const { maxPositions } = model.config;
  const starts = chunkStarts(ids, maxPositions);
  let [sum, tokens] = [0, 0];
  for (let done = 0; done < starts.length; done += batchSize) {
    signal?.throwIfAborted();
    const batch = starts.slice(done, done + batchSize);
    const loss = tf.tidy(() => model.loss(chunkTensors(ids, batch, maxPositions)));
    const count = batch.reduce((all, start) => all + Math.min(maxPositions, ids.length - 1 - start), 0);
    sum += ((await loss.data())[0] ?? NaN) * count;
    tokens += count;
    loss.dispose();
    onProgress?.(done + batch.length);
  }
  return { loss: sum / tokens, tokens };
}

/** Where the chunks of a text start that do not overlap. */
export function chunkStarts({ length }: Int32Array, maxPositions: number): number[] {
  return Array.from({ length: Math.ceil((length - 1) / maxPositions) }, (_, i) => i * maxPositions);
}
