import { checkModule, Linear, type Params, Pass } from "@qkv/nn";
import { checkTensor, embedding, stopGradient } from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";
import type { FeedForwardConfig } from "./feedForward.ts";
import { GatedFeedForward } from "./gatedFeedForward.ts";
import type { ExpertsSpec } from "./spec.ts";

/** Backends whose memory is read at once, so that an expert computes its own tokens alone. */
const READ_AT_ONCE: ReadonlySet<string> = new Set(["cpu", "wasm"]);

/**
 * A mixture of experts: of gated feed-forwards those that a router likes best for a token, weighted by its probabilities
 * (arXiv:1701.06538; Mixtral, arXiv:2401.04088), and perhaps one for all tokens behind a gate (Qwen 2 MoE).
 */
export class MixtureOfExperts {
  /** Weight [X, E], for X experts. */
  readonly router: Linear;
  readonly experts: readonly GatedFeedForward[];
  /** Absent if no expert reads all tokens. */
  readonly shared?: GatedFeedForward;
  /** Weight [1, E]; absent without `shared`. */
  readonly sharedGate?: Linear;

  readonly #spec: ExpertsSpec;

  constructor(params: Params, config: FeedForwardConfig, spec: ExpertsSpec) {
    checkModule("MixtureOfExperts", params, { config });
    const { dModel, ffn, init } = config;
    const options = { bias: false, ...(init && { init }) };
    this.router = new Linear(params.at("router"), dModel, spec.count, options);
    this.experts = Array.from(
      { length: spec.count },
      (_, i) => new GatedFeedForward(params.at("experts", i), { ...config, ffn: { ...ffn, kind: "gated" } }),
    );
    if (spec.sharedDim !== undefined) {
      const shared = { ...config, ffn: { ...ffn, kind: "gated", dim: spec.sharedDim } } as const;
      this.shared = new GatedFeedForward(params.at("shared"), shared);
      this.sharedGate = new Linear(params.at("sharedGate"), dModel, 1, options);
    }
    this.#spec = spec;
  }

  /**
   * @param x [B, L, E]
   * @param pass its taps read `router` [B, L, X], the scores before the softmax
   * @returns [B, L, E]
   */
  forward(x: tf.Tensor, pass: Pass = Pass.plain): tf.Tensor3D {
    checkTensor("MixtureOfExperts.forward", "x", x, "[B, L, E]");
    return tf.tidy(() => {
      const width = x.shape[2];
      const scores = pass.tap("router", this.router.forward(x));
      const { count, perToken, isNormalized } = this.#spec;
      const rows = tf.reshape(x, [-1, width]) as tf.Tensor2D; // [N, E]
      const probabilities = tf.softmax(tf.reshape(scores, [-1, count])) as tf.Tensor2D; // [N, X]
      const chosen = tf.topk(probabilities, perToken).indices; // [N, k]
      const asOneHot = () => tf.cast(tf.oneHot(tf.cast(chosen, "int32"), count), "float32");
      const isChosen = stopGradient(probabilities, asOneHot); // [N, k, X]
      const kept = tf.sum(tf.mul(tf.expandDims(probabilities, 1), isChosen), 2); // [N, k]
      const weights = (isNormalized ? tf.div(kept, tf.sum(kept, 1, true)) : kept) as tf.Tensor2D;
      const inner = new Pass({ random: pass.random });
      const mixed = READ_AT_ONCE.has(tf.getBackend())
        ? this.#sparse(rows, chosen as tf.Tensor2D, weights, inner)
        : this.#dense(rows, isChosen as tf.Tensor3D, weights, inner);
      return pass.output(tf.reshape(this.#withShared(rows, mixed, inner), x.shape as [number, number, number]));
    });
  }

  /** Each expert computes its own tokens. */
  #sparse(rows: tf.Tensor2D, chosen: tf.Tensor2D, weights: tf.Tensor2D, pass: Pass): tf.Tensor2D {
    const [count, perToken] = weights.shape;
    const places = this.experts.map((): number[] => []); // of the N * k choices, those of each expert
    for (const [place, expert] of chosen.dataSync().entries()) places[expert]?.push(place);
    const outputs: tf.Tensor2D[] = [];
    for (const [i, expert] of this.experts.entries()) {
      const its = places[i] as number[];
      if (its.length === 0) continue;
      const tokens = tf.tensor1d(
        its.map((place) => Math.floor(place / perToken)),
        "int32",
      );
      outputs.push(applied(expert, embedding(rows, tokens) as tf.Tensor2D, pass));
    }
    const order = new Int32Array(count * perToken);
    for (const [at, place] of places.flat().entries()) order[place] = at;
    const joined = outputs.length === 1 ? (outputs[0] as tf.Tensor2D) : tf.concat(outputs, 0);
    const all = embedding(joined, tf.tensor1d(order, "int32"));
    const ofTokens = tf.reshape(all, [count, perToken, -1]); // [N, k, E]
    return tf.sum(tf.mul(ofTokens, tf.expandDims(weights, 2)), 1);
  }

  /** Each expert computes all tokens, where memory is not read at once. */
  #dense(rows: tf.Tensor2D, isChosen: tf.Tensor3D, weights: tf.Tensor2D, pass: Pass): tf.Tensor2D {
    const all = tf.sum(tf.mul(isChosen, tf.expandDims(weights, 2)), 1) as tf.Tensor2D; // [N, X]
    const factors = tf.split(all, this.experts.length, 1);
    return this.experts
      .map((expert, i) => tf.mul(applied(expert, rows, pass), factors[i] as tf.Tensor2D) as tf.Tensor2D)
      .reduce((sum, output) => tf.add(sum, output));
  }

  #withShared(rows: tf.Tensor2D, mixed: tf.Tensor2D, pass: Pass): tf.Tensor2D {
    if (this.shared === undefined || this.sharedGate === undefined) return mixed;
    const gate = tf.sigmoid(this.sharedGate.forward(rows)); // [N, 1]
    return tf.add(mixed, tf.mul(applied(this.shared, rows, pass), gate));
  }
}

/** [N, E] -> [N, E] */
function applied(expert: GatedFeedForward, rows: tf.Tensor2D, pass: Pass): tf.Tensor2D {
  return tf.squeeze(expert.forward(tf.expandDims(rows, 0), pass), [0]);
}
