import { keyMask } from "@qkv/attention";
import { checkModule, type Params, type Pass } from "@qkv/nn";
import * as tf from "@tensorflow/tfjs-core";
import { stackActivations } from "../../block/activations.ts";
import type { Block } from "../../block/block.ts";
import type { Norm } from "../../block/norm.ts";
import type { PositionBias } from "../../block/positionBias.ts";
import { Stack } from "../../block/stack.ts";
import type { EncoderConfig, EncoderSpec } from "./config.ts";
import { checkEncoderInputs, type EncoderInputs } from "./inputs.ts";
import { TextEmbeddings } from "./textEmbeddings.ts";

/** An encoder of text below its heads: every position sees those before and after it. */
export class BidirectionalEncoder {
  readonly embeddings: TextEmbeddings;
  /** In the order that they run in; layers that share their parameters are several here. */
  readonly layers: readonly Block[];
  readonly norm?: Norm;
  readonly positionBias?: PositionBias;

  /** The encoder as data, with the heads of its family. */
  readonly spec: EncoderSpec;

  readonly #isPaddingBlind: boolean;
  readonly #stack: Stack;

  constructor(params: Params, config: EncoderConfig, spec: EncoderSpec) {
    checkModule("BidirectionalEncoder", params, { config, spec });
    const { norm, positionBias, scopes } = spec;
    this.embeddings = new TextEmbeddings(params.at("embeddings"), config, spec.embeddings);
    const scores = spec.scores?.(params);
    const blocks = spec.blocks.map((block, i) =>
      scores === undefined ? block : { ...block, selfAttn: { ...block.selfAttn, score: scores[i] } },
    );
    this.spec = spec;
    this.#isPaddingBlind = spec.isPaddingBlind ?? false;
    this.#stack = new Stack(params, blocks, { norm, positionBias, scopes });
    this.layers = this.#stack.layers;
    if (this.#stack.norm !== undefined) this.norm = this.#stack.norm;
    if (this.#stack.positionBias !== undefined) this.positionBias = this.#stack.positionBias;
  }

  /**
   * Computes the hidden states of the last layer, [B, L, E].
   *
   * @param who for errors: `MaskedLanguageModel.forward`
   */
  forward(who: string, inputs: EncoderInputs, pass: Pass): tf.Tensor3D {
    checkEncoderInputs(who, inputs);
    const { attentionMask } = inputs;
    return tf.tidy(() => {
      const x = this.embeddings.forward(inputs, pass);
      return this.#stack.forward(x, { mask: attentionMask && this.#maskOf(attentionMask) }, pass);
    });
  }

  /** [B, 1, 1, L], or [B, 1, L, L] where padding sees nothing */
  #maskOf(attentionMask: tf.Tensor): tf.Tensor4D {
    const keys = keyMask(attentionMask);
    if (!this.#isPaddingBlind) return keys;
    const [batch, , , length] = keys.shape;
    return tf.logicalAnd(tf.reshape(keys, [batch, 1, length, 1]), keys); // tfjs transposes no bool on webgpu
  }
}

/** The activations of a {@link BidirectionalEncoder}, as a model that holds one as `encoder` names them. */
export function encoderActivations({ blocks, norm, embeddings }: EncoderSpec): readonly string[] {
  const positions = embeddings.positions === undefined ? [] : ["positionEmbeddings"];
  const all = ["tokenEmbeddings", ...positions, "embeddings", ...stackActivations(blocks, norm)];
  return all.map((name) => `encoder.${name}`);
}
