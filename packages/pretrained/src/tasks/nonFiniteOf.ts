import { type NonFiniteError, nonFiniteError, type Params, Recorder, tidy } from "@qkv/nn";

/** A model whose activations can be recorded. */
interface RecordedModel {
  readonly params: Params;
  readonly activations: readonly string[];
}

/** Runs a model again, and finds the first activation that is not finite. */
export async function nonFiniteOf(model: RecordedModel, run: (taps: Recorder) => void): Promise<NonFiniteError> {
  using seen = new Recorder(model.activations.filter((path) => STATES.test(path)));
  tidy(() => void run(seen));
  return await nonFiniteError(
    model.params,
    seen.paths.map((path) => [path, seen.get(path)] as const),
  );
}

/** The residual stream, from layer to layer or stage to stage: kernels still run each layer as they did. */
const STATES = /^(?:\w+\.)?(?:embeddings|layers\.\d+|stages\.\d+|norm|pooled|logits)$/;
