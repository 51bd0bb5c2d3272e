import { type MultiHeadAttention, stepOf } from "@qkv/attention";
import { checkModule, type Params, Pass, tidy } from "@qkv/nn";
import { checkOptions, checkTensor, type OptionNames } from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";
import type { BlockInputs } from "./blockInputs.ts";
import { checkSpec } from "./checkSpec.ts";
import { type FusedBlock, fusedBlock, type LayerDescription } from "./fusedBlock.ts";
import { ofKept } from "./keptMask.ts";
import { nearMask } from "./nearMask.ts";
import { createNorm, type Norm } from "./norm.ts";
import { ResidualBranch } from "./residualBranch.ts";
import type { BlockSpec } from "./spec.ts";
import { type AnyFeedForward, createAttention, createFeedForward } from "./sublayers.ts";

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
  /** Absent if the attention reads the block's input as it is. */
  readonly selfAttnNorm?: Norm;
  readonly selfAttnPostNorm?: Norm;
  readonly selfAttnBranch: ResidualBranch;
  readonly crossAttn?: MultiHeadAttention;
  readonly crossAttnNorm?: Norm;
  readonly crossAttnPostNorm?: Norm;
  readonly crossAttnBranch?: ResidualBranch;
  readonly ffn: AnyFeedForward;
  /** Absent if attention and feed-forward share one norm. */
  readonly ffnNorm?: Norm;
  readonly ffnPostNorm?: Norm;
  readonly ffnBranch: ResidualBranch;

  readonly #spec: BlockSpec;
  readonly #fused: FusedBlock;

  constructor(params: Params, spec: BlockSpec) {
    checkModule("Block", params, { spec });
    checkSpec(spec);
    const { dModel, norm, parallel, crossAttn } = spec;
    const isBoth = norm.placement === "both";
    const normAt = (name: string) => createNorm(params.at(name), dModel, norm);
    this.selfAttn = createAttention(params.at("selfAttn"), spec, spec.selfAttn);
    if (spec.selfAttn.isNormed ?? true) this.selfAttnNorm = normAt("selfAttnNorm");
    if (isBoth) this.selfAttnPostNorm = normAt("selfAttnPostNorm");
    this.selfAttnBranch = new ResidualBranch(params.at("selfAttnBranch"), spec);
    if (crossAttn !== undefined) {
      this.crossAttn = createAttention(params.at("crossAttn"), spec, crossAttn);
      this.crossAttnNorm = normAt("crossAttnNorm");
      if (isBoth) this.crossAttnPostNorm = normAt("crossAttnPostNorm");
      this.crossAttnBranch = new ResidualBranch(params.at("crossAttnBranch"), spec);
    }
    this.ffn = createFeedForward(params.at("ffn"), spec);
    if (parallel !== "sharedNorm") this.ffnNorm = normAt("ffnNorm");
    if (isBoth) this.ffnPostNorm = normAt("ffnPostNorm");
    const { outputDropout = spec.dropout ?? 0 } = spec.ffn;
    this.ffnBranch = new ResidualBranch(params.at("ffnBranch"), { ...spec, dropout: outputDropout });
    this.#spec = spec;
    this.#fused = fusedBlock(this, spec);
  }

  /** What the block was built from. */
  get spec(): BlockSpec {
    return this.#spec;
  }

  /** @param x [B, L, E], the positions after those of the cache if there is one  @returns [B, L, E] */
  forward(x: tf.Tensor, inputs: BlockInputs = {}, pass: Pass = Pass.plain): tf.Tensor3D {
    checkOptions("Block", inputs, INPUTS);
    checkTensor("Block", "x", x, "[B, L, E]");
    return stepOf(inputs.cache, () => {
      const seen = this.#withinReach(x, inputs);
      const fused = pass.mayFuse ? this.#fused.forward(x, seen) : undefined;
      return fused === undefined ? this.#compose(x, seen, pass) : pass.output(fused);
    });
  }

  /** Describes the block for a kernel that computes all of it; undefined where none may. */
  describe(): LayerDescription | undefined {
    return this.forward === Block.prototype.forward ? this.#fused.describe() : undefined;
  }

  #withinReach(x: tf.Tensor3D, inputs: BlockInputs): BlockInputs {
    const { reach } = this.#spec.selfAttn;
    if (reach === undefined) return inputs;
    const length = x.shape[1];
    return { ...inputs, mask: nearMask(inputs.mask, reach, length, (inputs.cache?.length ?? 0) + length) };
  }

  #compose(x: tf.Tensor3D, inputs: BlockInputs, pass: Pass): tf.Tensor3D {
    if (this.#spec.parallel !== undefined) return this.#composeParallel(x, inputs, pass);
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

  /** Both sublayers read `x`, and their outputs are added to it. */
  #composeParallel(x: tf.Tensor3D, inputs: BlockInputs, pass: Pass): tf.Tensor3D {
    const normed = pass.tap("selfAttnNorm", (this.selfAttnNorm as Norm).forward(x));
    const attended = this.selfAttnBranch.forward(this.#attendToSelf(normed, inputs, pass.at("selfAttn")), pass);
    const y = pass.tap("selfAttnResidual", tf.add(x, attended));
    const read = this.ffnNorm === undefined ? normed : pass.tap("ffnNorm", this.ffnNorm.forward(x));
    return pass.output(tf.add(y, this.ffnBranch.forward(this.ffn.forward(read, pass.at("ffn")), pass)));
  }

  #attendToSelf(h: tf.Tensor3D, inputs: BlockInputs, pass: Pass): tf.Tensor3D {
    const { cache, layer = 0, bias, positions, span } = inputs;
    const { causal, window } = this.#spec.selfAttn;
    if (cache === undefined && positions === undefined && span === undefined) {
      const mask = inputs.mask && ofKept(inputs.mask, {});
      return this.selfAttn.forward(h, h, { mask, bias, causal, window }, pass);
    }
    const attend = () => {
      const next = this.selfAttn.project(h, { offset: cache?.length, positions, span }, pass);
      const seen = cache?.append(layer, next) ?? next;
      const mask = inputs.mask && ofKept(inputs.mask, seen);
      return this.selfAttn.attend(h, seen, { mask, bias, causal, window, positions, span }, pass);
    };
    // Floats of a cache in fewer bits are those of one layer at a time.
    return cache === undefined || cache.dtype === "float32" ? attend() : tidy(attend);
  }

  /** Runs a sublayer: the only place that decides where norms go, and how its output joins the residual stream. */
  #residual(x: tf.Tensor3D, name: Sublayer, pass: Pass, sublayer: (h: tf.Tensor3D) => tf.Tensor3D): tf.Tensor3D {
    const { placement } = this.#spec.norm;
    const norm = (suffix: "Norm" | "PostNorm", value: tf.Tensor3D) =>
      pass.tap(`${name}${suffix}`, (this[`${name}${suffix}`] as Norm).forward(value));
    const isBefore = placement === "pre" || placement === "both";
    let y = sublayer(isBefore && this[`${name}Norm`] !== undefined ? norm("Norm", x) : x);
    if (placement === "both") y = norm("PostNorm", y);
    if (placement === "branch") y = norm("Norm", y);
    const branch = this[`${name}Branch`] as ResidualBranch;
    const sum = tf.add(x, branch.forward(y, pass)) as tf.Tensor3D;
    return placement === "post" ? norm("Norm", sum) : sum;
  }
}
