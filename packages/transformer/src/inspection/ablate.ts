import { checkRecord } from "@qkv/ops";
import { tidy } from "@qkv/nn";
import * as tf from "@tensorflow/tfjs-core";
import type { HeadMasks } from "../layers/headMasks.ts";
import type { MarianModel } from "../models/marian/model.ts";
import type { Seq2SeqModel } from "../models/seq2seq.ts";

/** What a model is to do without. */
export interface Ablation {
  readonly headMasks?: HeadMasks | undefined;
  /** Places in every source that nobody may look at. */
  readonly hiddenSource?: readonly number[] | undefined;
}

/**
 * The model without some of its heads, or blind to some source tokens, for `generate` to drive as any other. It borrows the
 * weights: there is nothing to dispose of.
 */
export function ablate(model: MarianModel, options: Ablation): Seq2SeqModel {
  checkRecord("ablate", "options", options);
  const { headMasks, hiddenSource = [] } = options;
  checkRecord("ablate", "model", model);
  return {
    generation: model.generation,
    encode: (ids, keep) =>
      tidy(() => {
        const visible = hiddenSource.length === 0 ? keep : visibleSource(ids.shape, hiddenSource, keep);
        return model.encode(ids, visible, { headMasks });
      }),
    decode: (ids, memory, past) => model.decode(ids, memory, past, { headMasks }),
  };
}

/** [B, S] bool */
function visibleSource([batch, length]: [number, number], hidden: readonly number[], keep?: tf.Tensor2D): tf.Tensor2D {
  const row = Array.from({ length }, (_, place) => !hidden.includes(place));
  const visible = tf.tensor2d(Array<boolean[]>(batch).fill(row), [batch, length], "bool");
  return keep === undefined ? visible : tf.logicalAnd(visible, keep);
}
