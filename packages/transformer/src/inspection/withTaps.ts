import { checkTaps, type Taps } from "@qkv/nn";
import { checkRecord } from "@qkv/ops";
import type { CausalModel } from "../models/causalModel.ts";
import type { Seq2SeqModel } from "../models/seq2seq.ts";

/** A model that lists its activations, and runs with taps. */
export type TappedModel<Model> = Model & {
  readonly activations: readonly string[];
};

/**
 * Wraps the model with taps on every pass, for `generate` to use as any other: patches affect the search. It borrows
 * the weights: there is nothing to dispose of.
 *
 * @throws RangeError if a pattern of the taps matches no activation of the model
 */
export function withTaps(model: TappedModel<Seq2SeqModel>, taps: Taps): Seq2SeqModel;
export function withTaps(model: TappedModel<CausalModel>, taps: Taps): CausalModel;
export function withTaps(
  model: TappedModel<Seq2SeqModel> | TappedModel<CausalModel>,
  taps: Taps,
): Seq2SeqModel | CausalModel {
  checkRecord("withTaps", "model", model);
  checkTaps("withTaps", { taps }, model.activations);
  return "encode" in model ? tappedSeq2Seq(model, taps) : tappedCausal(model, taps);
}

function tappedSeq2Seq(model: Seq2SeqModel, taps: Taps): Seq2SeqModel {
  return {
    generation: model.generation,
    encode: (ids, attentionMask) => model.encode(ids, attentionMask, { taps }),
    createCache: (size) => model.createCache(size),
    decode: (ids, memory, options) => model.decode(ids, memory, { ...options, taps }),
  };
}

function tappedCausal(model: CausalModel, taps: Taps): CausalModel {
  return {
    generation: model.generation,
    createCache: (size) => model.createCache(size),
    decode: (ids, options) => model.decode(ids, { ...options, taps }),
  };
}
