import { checkRecord } from "@qkv/ops";
import { denseOf, Params, type StateDict, type Weight } from "@qkv/nn";
import * as tf from "@tensorflow/tfjs-core";
import type { BeitClassifier } from "./beit/beitModel.ts";
import type { DistilledVitClassifier } from "./distilledVitClassifier.ts";
import type { ImageModelConfig } from "./imageModel.ts";
import type { SwinClassifier } from "./swin/swinClassifier.ts";
import type { VisionTowerClassifier } from "./twoTower/visionTowerClassifier.ts";
import type { VitClassifier } from "./vitClassifier.ts";

/** The classifiers of this package. */
export type Classifiers =
  VitClassifier | DistilledVitClassifier | SwinClassifier | BeitClassifier | VisionTowerClassifier;

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
  if (!isClassifier(model)) {
    throw new TypeError("withLabels: expected a classifier of images of @qkv/vit, got another model");
  }
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

/** Told by what it has, so that a page loads no class for it that it does not name. */
function isClassifier({ config, params, activations }: Classifiers): boolean {
  if (!Array.isArray(config?.labels) || !Array.isArray(activations) || !activations.includes("logits")) return false;
  return [...params.weights().keys()].some((name) => HEAD.test(name)) === config.labels.length > 0;
}

function relabelled(model: Classifiers, labels: readonly string[], params: Params): Classifiers {
  const Class = model.constructor as new (params: Params, config: ImageModelConfig) => Classifiers;
  return new Class(params, withChoice(model.config, labels));
}

/** The config for classification into `labels`, in place of the previous classes. */
function withChoice(config: ImageModelConfig, labels: readonly string[]): ImageModelConfig {
  const { problemType: _, ...rest } = config;
  return { ...rest, labels };
}

const HEAD = /^(?:classifier|classClassifier|distillationClassifier)\.(.+)$/;
