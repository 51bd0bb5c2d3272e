import { checkRecord } from "@qkv/ops";
import { denseOf, Params, type StateDict, type Weight } from "@qkv/nn";
import * as tf from "@tensorflow/tfjs-core";
import { DistilledVitClassifier } from "./distilledVitClassifier.ts";
import type { ImageModelConfig } from "./imageModel.ts";
import { SwinClassifier } from "./swin/swinClassifier.ts";
import { VitClassifier } from "./vitClassifier.ts";

/** The classifiers of this package. */
export type Classifiers = VitClassifier | DistilledVitClassifier | SwinClassifier;

/**
 * Copies a classifier for other classes: its body as it was, its head from `head`, or untrained without one.
 *
 * With no labels at all its logits are the features [B, E] that a head reads, from which `trainLinearProbe` of `@qkv/training` makes
 * one. Where there are two heads, the features are the mean of both tokens, and both get the one head: the mean
 * of their logits is then its logits of that mean. The copy is the caller's.
 *
 * @param head `weight` [labels, E] and `bias` [labels]
 * @throws TypeError if the model is of another kind
 */
export function withLabels<Model extends Classifiers>(
  model: Model,
  labels: readonly string[],
  head?: StateDict,
): Model {
  checkRecord("withLabels", "model", model);
  const body = model.params.weights();
  const params = Params.from((name, shape, init) => {
    const [, field] = HEAD.exec(name) ?? [];
    if (field === undefined) return denseOf(body.get(name) as Weight);
    const entry = head?.get(field);
    return entry === undefined ? init(shape, 0) : tf.tensor(entry.data.slice(), [...entry.shape]);
  });
  try {
    return relabelled(model, labels, params) as Model;
  } catch (error) {
    params.dispose();
    throw error;
  }
}

function relabelled(model: Classifiers, labels: readonly string[], params: Params): Classifiers {
  if (model instanceof SwinClassifier) return new SwinClassifier(params, withChoice(model.config, labels));
  if (model instanceof VitClassifier) return new VitClassifier(params, withChoice(model.config, labels));
  if (model instanceof DistilledVitClassifier) {
    return new DistilledVitClassifier(params, withChoice(model.config, labels));
  }
  throw new TypeError(
    "withLabels: expected a VitClassifier, DistilledVitClassifier or SwinClassifier, got none of them",
  );
}

/** The config for classification into `labels`, in place of the previous classes. */
function withChoice<Config extends ImageModelConfig>(config: Config, labels: readonly string[]): Config {
  const { problemType: _, ...rest } = config;
  return { ...rest, labels } as unknown as Config;
}

const HEAD = /^(?:classifier|classClassifier|distillationClassifier)\.(.+)$/;
