import { Recorder } from "@qkv/nn";
import { checkTensor } from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";
import type { DistilledVitClassifier } from "../distilledVitClassifier.ts";
import type { VitClassifier } from "../vitClassifier.ts";
import { readAttentions, type TokenMatrix } from "./attentionWeights.ts";
import { identity, multiplied } from "./matrices.ts";
import { attentionPaths, recordAttentions } from "./recordAttentions.ts";

/**
 * Gradient rollout: the relevance of each token for a class. Each layer adds its attention, head by head times the gradient
 * of the class's logit, negative products left out ("Generic Attention-model Explainability",
 * arXiv:2103.15679, equations 5 and 6).
 *
 * @param pixels [1, C, H, W], one image
 * @param label the class, counted from 0
 * @returns no row sums to anything: compare the numbers within one
 * @throws RangeError if there is not one image, or no such class
 */
export async function gradientRollout(
  model: VitClassifier | DistilledVitClassifier,
  pixels: tf.Tensor,
  label: number,
): Promise<TokenMatrix> {
  checkTensor("gradientRollout", "pixels", pixels, "[1, C, H, W]", "float32");
  const { labels } = model.config;
  if (pixels.shape[0] !== 1) throw new RangeError(`gradientRollout: expected one image, got [${pixels.shape}]`);
  if (!Number.isInteger(label) || label < 0 || label >= labels.length) {
    throw new RangeError(`gradientRollout: expected a label from 0 to ${labels.length - 1}, got ${label}`);
  }
  const { attentions, gradients } = tf.tidy(() => {
    const seen = recordAttentions(model, pixels);
    const paths = attentionPaths(model);
    // Zeros that are added to the probabilities: their gradient is that of the probabilities.
    const logit = (...zeros: tf.Tensor[]) => {
      const patches = paths.map((path, i) => [path, (x: tf.Tensor) => tf.add(x, zeros[i] as tf.Tensor)] as const);
      const { logits } = model.forward(pixels, { taps: new Recorder([], Object.fromEntries(patches)) });
      return tf.slice(logits, [0, label], [1, 1]);
    };
    const rises = tf.grads(logit)(seen.map((tensor) => tf.zerosLike(tensor)));
    return { attentions: seen, gradients: rises as tf.Tensor4D[] };
  });
  try {
    const [looked, rose] = await Promise.all([readAttentions(attentions), readAttentions(gradients)]);
    const { layers, heads, tokens } = looked;
    const size = tokens * tokens;
    let relevance = identity(tokens);
    for (let layer = 0; layer < layers; layer++) {
      const spoke = new Float64Array(size);
      for (let at = layer * heads * size; at < (layer + 1) * heads * size; at++) {
        const pair = at % size;
        spoke[pair] = (spoke[pair] ?? 0) + Math.max((looked.values[at] ?? 0) * (rose.values[at] ?? 0), 0) / heads;
      }
      const added = multiplied(spoke, relevance, tokens);
      relevance = relevance.map((value, at) => value + (added[at] ?? 0));
    }
    return { tokens, values: Float32Array.from(relevance) };
  } finally {
    tf.dispose([attentions, gradients]);
  }
}
