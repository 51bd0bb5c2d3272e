import { Recorder, tidy } from "@qkv/nn";
import * as tf from "@tensorflow/tfjs-core";

/** Which outputs are wanted besides those that every pass gives. */
export interface WantedOutputs {
  readonly hiddenStates: boolean;
  readonly attentions: boolean;
}

/** Our activations by Hugging Face's names; a list is numbered: `attentions.0`, `attentions.1`, ... */
export type OutputPaths = Readonly<Record<string, string | readonly string[]>>;

/** Runs a model, and gives its outputs and what it recorded at `paths`. The caller disposes of what comes back. */
export function recordedOutputs(
  paths: OutputPaths,
  run: (taps: Recorder) => Readonly<Record<string, tf.Tensor>>,
): Map<string, tf.Tensor> {
  const named = Object.entries(paths).flatMap(([name, at]): (readonly [name: string, path: string])[] =>
    typeof at === "string" ? [[name, at]] : at.map((path, i) => [`${name}.${i}`, path]),
  );
  using seen = new Recorder([...new Set(named.map(([, path]) => path))]);
  const outputs = tidy(() => {
    const given = run(seen);
    return { ...given, ...Object.fromEntries(named.map(([name, path]) => [name, tf.clone(seen.get(path))])) };
  });
  return new Map(Object.entries(outputs));
}

/** The attention probabilities of each of these layers. */
export function probabilitiesOf(layers: readonly string[], attention = "selfAttn"): readonly string[] {
  return layers.map((layer) => `${layer}.${attention}.probabilities`);
}
