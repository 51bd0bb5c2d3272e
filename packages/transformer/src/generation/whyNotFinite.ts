import { nonFiniteError, type NonFiniteError, type Params, tidy } from "@qkv/nn";
import * as tf from "@tensorflow/tfjs-core";
import type { GenerativeModel } from "./options.ts";

type Activation = readonly [name: string, activation: tf.Tensor];

/** What the models of this package have beside what generation drives. */
interface Traceable {
  readonly params: Params;
  forward(inputs: object, options: { readonly hiddenStates: true }): Traced;
}

interface Traced {
  readonly logits: tf.Tensor;
  readonly hiddenStates?: readonly tf.Tensor[];
  readonly encoder?: { readonly hiddenStates: readonly tf.Tensor[] };
  readonly decoder?: { readonly hiddenStates: readonly tf.Tensor[] };
}

/**
 * The error of logits that are not finite: the sequence is computed once more, and the first activation that is not
 * finite is named.
 *
 * @param source what an encoder reads
 * @param sequence what the logits follow
 */
export async function whyNotFinite(
  model: GenerativeModel,
  source: readonly number[],
  sequence: readonly number[],
): Promise<NonFiniteError> {
  if (!("forward" in model && "params" in model)) return nonFiniteError({ named: () => new Map() }, []);
  const { params } = model as unknown as Traceable;
  const activations = tidy(() => activationsOf(model as unknown as Traceable, source, sequence));
  try {
    return await nonFiniteError(params, activations);
  } finally {
    tf.dispose(activations.map(([, activation]) => activation));
  }
}

function activationsOf(model: Traceable, source: readonly number[], sequence: readonly number[]): Activation[] {
  const row = (ids: readonly number[]) => tf.tensor2d([[...ids]], undefined, "int32");
  const inputs = "encode" in model ? { ids: row(source), decoderIds: row(sequence) } : { ids: row(sequence) };
  const { logits, hiddenStates, encoder, decoder } = model.forward(inputs, { hiddenStates: true });
  return [
    ...named("encoder.", encoder?.hiddenStates),
    ...named("decoder.", decoder?.hiddenStates),
    ...named("", hiddenStates),
    ["logits", logits],
  ];
}

function named(stack: string, states: readonly tf.Tensor[] = []): Activation[] {
  return states.map((state, i) => [i === 0 ? `${stack}embedding` : `${stack}layers.${i - 1}`, state]);
}
