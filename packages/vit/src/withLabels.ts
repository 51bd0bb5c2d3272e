import { Params, type StateDict } from "@qkv/nn";
import * as tf from "@tensorflow/tfjs-core";
import { SwinClassifier } from "./swin/swinClassifier.ts";
import { VitClassifier } from "./vitClassifier.ts";

/**
 * A copy of a classifier that knows other classes: its body as it was, its head from `head`, or untrained without one.
 *
 * With no labels at all its logits are what a head would read [B, E], which is what `trainHead` of `@qkv/training` makes
 * one of. The copy is the caller's.
 *
 * @param head `weight` [labels, E] and `bias` [labels]
 */
export function withLabels(model: VitClassifier, labels: readonly string[], head?: StateDict): VitClassifier;
export function withLabels(model: SwinClassifier, labels: readonly string[], head?: StateDict): SwinClassifier;
export function withLabels(
  model: VitClassifier | SwinClassifier,
  labels: readonly string[],
  head?: StateDict,
): VitClassifier | SwinClassifier {
  const body = model.params.named();
  const params = Params.from((name, shape, init) => {
    if (!name.startsWith(HEAD)) return tf.clone(body.get(name) as tf.Tensor);
    const entry = head?.get(name.slice(HEAD.length));
    return entry === undefined ? init(shape, 0) : tf.tensor(entry.data.slice(), [...entry.shape]);
  });
  try {
    return model instanceof SwinClassifier
      ? new SwinClassifier(params, { ...model.config, labels })
      : new VitClassifier(params, { ...model.config, labels });
  } catch (error) {
    params.dispose();
    throw error;
  }
}

const HEAD = "classifier.";
