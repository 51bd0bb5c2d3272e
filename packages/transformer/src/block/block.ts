import {
  appendKeyValue,
  type KeyValue,
  lastKeyValues,
  lengthOf,
  type MultiHeadAttention,
  type TokenPositions,
} from "@qkv/attention";
import { checkModule, type Params, Pass, tidy } from "@qkv/nn";
import { checkOptions, checkTensor, type FusedTransformerLayer, type OptionNames } from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";
import { checkSpec } from "./checkSpec.ts";
import { fusedBlock } from "./fusedBlock.ts";
import { createNorm, type Norm } from "./norm.ts";
import { ResidualBranch } from "./residualBranch.ts";
import type { BlockSpec } from "./spec.ts";
import { type AnyFeedForward, createAttention, createFeedForward } from "./sublayers.ts";

/** Masks, positions and memory of a call. */
export interface BlockInputs extends TokenPositions {
  /**
   * Attention mask of the self-attention, besides `causal` and `window`; true keeps. bool, broadcastable to
   * [B, H, Q, K], K counting the positions before `x` too. With a window [B, 1, 1, K].
   */
  readonly mask?: tf.Tensor | undefined;
  /** Bias added to the scores of the self-attention, such as relative positions. Broadcastable to [B, H, Q, K]. */
  readonly bias?: tf.Tensor | undefined;
  /** Keys and values of an encoder's output: `crossAttn.project(output)`. */
  readonly memory?: KeyValue | undefined;
  /** Attention mask of the memory; true keeps. bool, broadcastable to [B, H, Q, S]. */
  readonly memoryMask?: tf.Tensor | undefined;
}

/** Output and keys and values of a decoding step. */
export interface BlockStep {
  /** [B, Q, E] */
  readonly output: tf.Tensor3D;
  /** Keys and values for the next step. */
  readonly past: KeyValue;
}

const INPUTS: OptionNames<BlockInputs> = {
  mask: true,
  bias: true,
  memory: true,
  memoryMask: true,
  positions: true,
  span: true,
};

type Sublayer = "selfAttn" | "crossAttn" | "ffn";

/** A transformer layer, of the kind that its spec describes. */
export class Block {
  readonly selfAttn: MultiHeadAttention;
  readonly selfAttnNorm: Norm;
  readonly selfAttnPostNorm?: Norm;
  readonly selfAttnBranch: ResidualBranch;
  readonly crossAttn?: MultiHeadAttention;
  readonly crossAttnNorm?: Norm;
  readonly crossAttnPostNorm?: Norm;
  readonly crossAttnBranch?: ResidualBranch;
  readonly ffn: AnyFeedForward;
  readonly ffnNorm: Norm;
  readonly ffnPostNorm?: Norm;
  readonly ffnBranch: ResidualBranch;

  readonly #spec: BlockSpec;
  readonly #fused: FusedTransformerLayer;

  constructor(params: Params, spec: BlockSpec) {
    checkModule("Block", params, { spec });
    checkSpec(spec);
    const { dModel, norm, crossAttn } = spec;
    const isBoth = norm.placement === "both";
    const normAt = (name: string) => createNorm(params.at(name), dModel, norm);
    this.selfAttn = createAttention(params.at("selfAttn"), spec, spec.selfAttn);
    this.selfAttnNorm = normAt("selfAttnNorm");
    if (isBoth) this.selfAttnPostNorm = normAt("selfAttnPostNorm");
    this.selfAttnBranch = new ResidualBranch(params.at("selfAttnBranch"), spec);
    if (crossAttn !== undefined) {
      this.crossAttn = createAttention(params.at("crossAttn"), spec, crossAttn);
      this.crossAttnNorm = normAt("crossAttnNorm");
      if (isBoth) this.crossAttnPostNorm = normAt("crossAttnPostNorm");
      this.crossAttnBranch = new ResidualBranch(params.at("crossAttnBranch"), spec);
    }
    this.ffn = createFeedForward(params.at("ffn"), spec);
    this.ffnNorm = normAt("ffnNorm");
    if (isBoth) this.ffnPostNorm = normAt("ffnPostNorm");
    this.ffnBranch = new ResidualBranch(params.at("ffnBranch"), spec);
    this.#spec = spec;
    this.#fused = fusedBlock(this, spec);
  }

  /** @param x [B, L, E]  @returns [B, L, E] */
  forward(x: tf.Tensor, inputs: BlockInputs = {}, pass: Pass = Pass.plain): tf.Tensor3D {
    return tf.tidy(() => this.decode(x, undefined, inputs, pass).output);
  }

  /**
   * Reads the positions of `x`, which follow those of `past`.
   *
   * @param x [B, Q, E]
   * @param past the previous step's; absent on the first step
   */
  decode(x: tf.Tensor, past: KeyValue | undefined, inputs: BlockInputs = {}, pass: Pass = Pass.plain): BlockStep {
    checkOptions("Block", inputs, INPUTS);
    checkTensor("Block", "x", x, "[B, L, E]");
    const fused = pass.mayFuse && inputs.bias === undefined ? this.#fuse(x, past, inputs, pass) : undefined;
    return fused ?? this.#compose(x, past, inputs, pass);
  }

  #fuse(x: tf.Tensor3D, past: KeyValue | undefined, inputs: BlockInputs, pass: Pass): BlockStep | undefined {
    const { mask, memory, memoryMask } = inputs;
    const fused = this.#fused({
      x,
      pastKeys: past?.keys,
      pastValues: past?.values,
      mask,
      memoryKeys: memory?.keys,
      memoryValues: memory?.values,
      memoryMask,
    });
    return fused && { output: pass.output(fused.output), past: { keys: fused.keys, values: fused.values } };
  }

  #compose(x: tf.Tensor3D, past: KeyValue | undefined, inputs: BlockInputs, pass: Pass): BlockStep {
    const { bias, positions, span, memory, memoryMask } = inputs;
    const { causal, window } = this.#spec.selfAttn;
    return tidy(() => {
      const mask = inputs.mask && ofKept(inputs.mask, past);
      const offset = past === undefined ? 0 : lengthOf(past);
      const [at, across] = [pass.at("selfAttn"), pass.at("crossAttn")];
      let seen = past as KeyValue;
      let y = this.#residual(x, "selfAttn", pass, (h) => {
        seen = appendKeyValue(past, this.selfAttn.project(h, { offset, positions, span }, at));
        return this.selfAttn.attend(h, seen, { mask, bias, causal, window, positions, span }, at);
      });
      y = pass.tap("selfAttnResidual", y);
      const { crossAttn } = this;
      if (crossAttn !== undefined) {
        if (memory === undefined) throw new RangeError("Block: expected memory for crossAttn, got none");
        y = this.#residual(y, "crossAttn", pass, (h) => crossAttn.attend(h, memory, { mask: memoryMask }, across));
        y = pass.tap("crossAttnResidual", y);
      }
      y = this.#residual(y, "ffn", pass, (h) => this.ffn.forward(h, pass.at("ffn")));
      // The next query sees itself and the rest of its window.
      return { output: pass.output(y), past: window === undefined ? seen : lastKeyValues(seen, window - 1) };
    });
  }

  /** Runs a sublayer: the only place that decides where norms go, and how its output joins the residual stream. */
  #residual(x: tf.Tensor3D, name: Sublayer, pass: Pass, sublayer: (h: tf.Tensor3D) => tf.Tensor3D): tf.Tensor3D {
    const { placement } = this.#spec.norm;
    const norm = (suffix: "Norm" | "PostNorm", value: tf.Tensor3D) =>
      pass.tap(`${name}${suffix}`, (this[`${name}${suffix}`] as Norm).forward(value));
    const y = sublayer(placement === "post" ? x : norm("Norm", x));
    const branch = this[`${name}Branch`] as ResidualBranch;
    const sum = tf.add(x, branch.forward(placement === "both" ? norm("PostNorm", y) : y, pass)) as tf.Tensor3D;
    return placement === "post" ? norm("Norm", sum) : sum;
  }
}

/** The part of a mask [B, 1, 1, K] that belongs to the keys which a window still keeps. */
function ofKept(mask: tf.Tensor, past: KeyValue | undefined): tf.Tensor {
  const dropped = past?.dropped ?? 0;
  if (dropped === 0) return mask;
  const [batch = 0, heads, queries, keys = 0] = mask.shape;
  if (heads !== 1 || queries !== 1) {
    throw new RangeError(`Block: expected a mask [B, 1, 1, K] with a window, got [${mask.shape}]`);
  }
  return tf.slice(mask, [0, 0, 0, dropped], [batch, 1, 1, keys - dropped]);
}
