import { nonFiniteError, type NonFiniteError, type Params, type PassOptions, Recorder, tidy } from "@qkv/nn";
import * as tf from "@tensorflow/tfjs-core";
import type { GenerativeModel } from "./options.ts";

/** The model members needed for finding the cause, which generation alone does not use. */
interface Traceable {
  readonly params: Params;
  readonly activations: readonly string[];
  forward(inputs: object, options: PassOptions): { readonly logits: tf.Tensor };
}

/**
 * Creates the error of logits that are not finite: computes the sequence once more, and names the first activation that
 * is not finite.
 *
 * @param source the ids that an encoder reads
 * @param sequence the ids that the logits follow
 */
export async function whyNotFinite(
  model: GenerativeModel,
  source: readonly number[],
  sequence: readonly number[],
): Promise<NonFiniteError> {
  if (!("forward" in model && "params" in model && "activations" in model))
    return nonFiniteError({ weights: () => new Map() }, []);
  const traceable = model as unknown as Traceable;
  using states = new Recorder(traceable.activations.filter((path) => STATES.test(path)));
  tidy(() => {
    const row = (ids: readonly number[]) => tf.tensor2d([[...ids]], undefined, "int32");
    const inputs = "encode" in model ? { ids: row(source), decoderIds: row(sequence) } : { ids: row(sequence) };
    traceable.forward(inputs, { taps: states });
  });
  return await nonFiniteError(
    traceable.params,
    states.paths.map((path) => [path, states.get(path)] as const),
  );
}

/** The residual stream, from layer to layer: kernels still run each layer as they did. */
const STATES = /^(?:(?:en|de)coder\.)?(?:embeddings|layers\.\d+|norm|logits)$/;
