import { keyMask } from "@qkv/attention";
import { activate, checkModule, Linear, normal, type Params, type Pass } from "@qkv/nn";
import { checkRecord, checkTensor } from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";
import { stackActivations } from "../../block/activations.ts";
import type { Block } from "../../block/block.ts";
import { Stack } from "../../block/stack.ts";
import { bertBlocks } from "./block.ts";
import type { BertConfig } from "./config.ts";
import { BertEmbeddings } from "./embeddings.ts";

/** A batch of texts, or of pairs of texts. */
export interface BertInputs {
  /** [B, L] int32 */
  readonly ids: tf.Tensor;
  /** Attention mask, [B, L] bool, false at padding. */
  readonly attentionMask?: tf.Tensor | undefined;
  /** Segment of each token, [B, L] int32: 0 in the first text, 1 in the second. Default 0. */
  readonly tokenTypes?: tf.Tensor | undefined;
}

/** A batch with its labels. */
export interface LossInputs extends BertInputs {
  /** Expected answers; their shape is the class's. */
  readonly labels: tf.Tensor;
}

/** BERT below its heads. */
export class BertEncoder {
  readonly embeddings: BertEmbeddings;
  readonly layers: readonly Block[];
  /** Absent where nothing reads it. */
  readonly pooler?: Linear;

  readonly #stack: Stack;

  constructor(params: Params, config: BertConfig, options: { readonly pooler: boolean }) {
    checkModule("BertEncoder", params, { config, options });
    const { pooler } = options;
    const { dModel, initializerRange } = config;
    this.embeddings = new BertEmbeddings(params.at("embeddings"), config);
    this.#stack = new Stack(params, bertBlocks(config));
    this.layers = this.#stack.layers;
    if (pooler) this.pooler = new Linear(params.at("pooler"), dModel, dModel, { init: normal(initializerRange) });
  }

  /** Hidden states of the last layer, [B, L, E]. */
  forward(who: string, inputs: BertInputs, pass: Pass): tf.Tensor3D {
    checkRecord(who, "inputs", inputs);
    const { ids, attentionMask, tokenTypes } = inputs;
    checkTensor(who, "ids", ids, "[B, L]", "int32");
    if (attentionMask !== undefined) checkTensor(who, "attentionMask", attentionMask, "[B, L]", "bool");
    if (tokenTypes !== undefined) checkTensor(who, "tokenTypes", tokenTypes, "[B, L]", "int32");
    return tf.tidy(() => {
      const x = this.embeddings.forward(ids, tokenTypes, pass);
      return this.#stack.forward(x, { mask: attentionMask && keyMask(attentionMask) }, pass);
    });
  }

  /** The pooler's vector of the first token, [B, E]. */
  pool(x: tf.Tensor3D, pass: Pass): tf.Tensor2D {
    const { pooler } = this;
    if (pooler === undefined) throw new Error("BertEncoder: expected a pooler, got a model without one");
    const [batch, , width] = x.shape;
    const first = tf.reshape(tf.slice(x, [0, 0, 0], [batch, 1, width]), [batch, width]);
    return pass.tap("pooled", activate(pooler.forward(first), "tanh") as tf.Tensor2D);
  }
}

/** The activations of a {@link BertEncoder}, as a model that holds one as `encoder` names them. */
export function encoderActivations(config: BertConfig, hasPooler: boolean): readonly string[] {
  const names = ["embeddings", ...stackActivations(bertBlocks(config)), ...(hasPooler ? ["pooled"] : [])];
  return names.map((name) => `encoder.${name}`);
}
