import {
  type KeyValue,
  type KeyValueCache,
  type MultiHeadAttention,
  stepOf,
  type TokenPositions,
} from "@qkv/attention";
import { checkModule, type Params, Pass } from "@qkv/nn";
import { checkOptions, checkTensor, type FusedTransformerLayer, type OptionNames } from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";
import { checkSpec } from "./checkSpec.ts";
import { fusedBlock } from "./fusedBlock.ts";
import { createNorm, type Norm } from "./norm.ts";
import { ResidualBranch } from "./residualBranch.ts";
import type { BlockSpec } from "./spec.ts";
import { type AnyFeedForward, createAttention, createFeedForward } from "./sublayers.ts";

/** Masks, positions, memory and cache of a call. */
export interface BlockInputs extends TokenPositions {
  /** Keys and values of the positions before `x`, to which this call appends those of `x`: one step of it. */
  readonly cache?: KeyValueCache | undefined;
  /** The place of this layer in the cache. Default 0. */
  readonly layer?: number | undefined;
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

const INPUTS: OptionNames<BlockInputs> = {
  cache: true,
  layer: true,
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

  /** @param x [B, L, E], the positions after those of the cache if there is one  @returns [B, L, E] */
  forward(x: tf.Tensor, inputs: BlockInputs = {}, pass: Pass = Pass.plain): tf.Tensor3D {
    checkOptions("Block", inputs, INPUTS);
    checkTensor("Block", "x", x, "[B, L, E]");
    return stepOf(inputs.cache, () => {
      const fused = pass.mayFuse && inputs.bias === undefined ? this.#fuse(x, inputs, pass) : undefined;
      return fused ?? this.#compose(x, inputs, pass);
    });
  }

  #fuse(x: tf.Tensor3D, inputs: BlockInputs, pass: Pass): tf.Tensor3D | undefined {
    const { cache, layer = 0, mask, memory, memoryMask } = inputs;
    const past = cache?.past(layer);
    const fused = this.#fused({
      x,
      pastKeys: past?.keys,
      pastValues: past?.values,
      mask,
      memoryKeys: memory?.keys,
      memoryValues: memory?.values,
      memoryMask,
    });
    if (fused === undefined) return undefined;
    cache?.replace(layer, fused);
    return pass.output(fused.output);
  }

  #compose(x: tf.Tensor3D, inputs: BlockInputs, pass: Pass): tf.Tensor3D {
    const { memory, memoryMask } = inputs;
    const [at, across] = [pass.at("selfAttn"), pass.at("crossAttn")];
    let y = this.#residual(x, "selfAttn", pass, (h) => this.#attendToSelf(h, inputs, at));
    y = pass.tap("selfAttnResidual", y);
    const { crossAttn } = this;
    if (crossAttn !== undefined) {
      if (memory === undefined) throw new RangeError("Block: expected memory for crossAttn, got none");
      y = this.#residual(y, "crossAttn", pass, (h) => crossAttn.attend(h, memory, { mask: memoryMask }, across));
      y = pass.tap("crossAttnResidual", y);
    }
    y = this.#residual(y, "ffn", pass, (h) => this.ffn.forward(h, pass.at("ffn")));
    return pass.output(y);
  }

  #attendToSelf(h: tf.Tensor3D, inputs: BlockInputs, pass: Pass): tf.Tensor3D {
    const { cache, layer = 0, bias, positions, span } = inputs;
    const { causal, window } = this.#spec.selfAttn;
    const next = this.selfAttn.project(h, { offset: cache?.length, positions, span }, pass);
    const seen = cache?.append(layer, next) ?? next;
    const mask = inputs.mask && ofKept(inputs.mask, seen);
    return this.selfAttn.attend(h, seen, { mask, bias, causal, window, positions, span }, pass);
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
function ofKept(mask: tf.Tensor, { dropped = 0 }: KeyValue): tf.Tensor {
  if (dropped === 0) return mask;
  const [batch = 0, heads, queries, keys = 0] = mask.shape;
  if (heads !== 1 || queries !== 1) {
    throw new RangeError(`Block: expected a mask [B, 1, 1, K] with a window, got [${mask.shape}]`);
  }
  return tf.slice(mask, [0, 0, 0, dropped], [batch, 1, 1, keys - dropped]);
}
