import type { AttentionStages } from "@qkv/attention";
import type { RandomStream } from "@qkv/nn";
import type * as tf from "@tensorflow/tfjs-core";
import type { HeadMasks } from "../layers/headMasks.ts";

/** A source and the target that it is read with. */
export interface Seq2SeqInputs {
  /** [B, S] int32 */
  readonly ids: tf.Tensor;
  /** [B, S] bool, false at padding */
  readonly keep?: tf.Tensor | undefined;
  /** [B, T] int32, the target shifted right by a start token */
  readonly decoderIds: tf.Tensor;
}

/** How a model is run, and what is kept on the way. */
export interface ForwardOptions {
  /** Given while training: turns dropout on, at the config's rates. */
  readonly random?: RandomStream | undefined;
  /** Keeps every layer's output. */
  readonly hiddenStates?: boolean | undefined;
  /** Keeps every layer's attention weights, or with `"stages"` all that they were made of. */
  readonly attentions?: boolean | "stages" | undefined;
  /** Weakens heads, or switches them off. */
  readonly headMasks?: HeadMasks | undefined;
}

/** What a stack of layers gave. The lists are empty unless asked for. */
export interface StackOutput {
  /** [B, L, E] */
  readonly lastHiddenState: tf.Tensor3D;
  /** The embeddings, then each layer's output, all [B, L, E] */
  readonly hiddenStates: readonly tf.Tensor3D[];
  /** [B, H, L, L] for each layer */
  readonly attentions: readonly tf.Tensor4D[];
  /** [B, H, T, S] for each decoder layer */
  readonly crossAttentions: readonly tf.Tensor4D[];
  /** Scores, masked scores and weights of `attentions`, with `attentions: "stages"` */
  readonly attentionStages: readonly AttentionStages[];
  /** The same of `crossAttentions` */
  readonly crossAttentionStages: readonly AttentionStages[];
}

/** What one pass of an encoder-decoder gives. */
export interface Seq2SeqOutput {
  /** [B, T, V] */
  readonly logits: tf.Tensor3D;
  readonly encoder: StackOutput;
  readonly decoder: StackOutput;
}
