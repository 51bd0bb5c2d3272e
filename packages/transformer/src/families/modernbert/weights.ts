import type { NameMap } from "@qkv/nn";
import { type EncoderNames, tieDecoder } from "../../family/encoderWeights.ts";
import type { ModernBertConfig } from "./config.ts";

/** Names of the transform in front of a head's last map, below `path`. */
function head(path: string): NameMap {
  return {
    [`${path}transform.dense.weight`]: "head.dense.weight",
    [`${path}transform.dense.bias`]: "head.dense.bias",
    [`${path}transform.norm.weight`]: "head.norm.weight",
    [`${path}transform.norm.bias`]: "head.norm.bias",
  };
}

const PARTS = ["q", "k", "v"] as const;

/** The names of ModernBERT's arrays. */
export const MODERNBERT_WEIGHTS: EncoderNames<ModernBertConfig> = {
  prefix: "model",
  encoder: {
    "encoder.embeddings.tokens.weight": "embeddings.tok_embeddings.weight",
    "encoder.embeddings.norm.weight": "embeddings.norm.weight",
    "encoder.embeddings.norm.bias": "embeddings.norm.bias",

    "encoder.layers.*.selfAttnNorm.weight": "layers.*.attn_norm.weight",
    "encoder.layers.*.selfAttnNorm.bias": "layers.*.attn_norm.bias",
    ...Object.fromEntries(
      PARTS.flatMap((part) => ["weight", "bias"].map((kind) => [part, kind] as const)).map(([part, kind]) => [
        `encoder.layers.*.selfAttn.${part}Proj.${kind}`,
        `layers.*.attn.${part}.${kind}`,
      ]),
    ),
    "encoder.layers.*.selfAttn.outProj.weight": "layers.*.attn.Wo.weight",
    "encoder.layers.*.selfAttn.outProj.bias": "layers.*.attn.Wo.bias",
    "encoder.layers.*.ffnNorm.weight": "layers.*.mlp_norm.weight",
    "encoder.layers.*.ffnNorm.bias": "layers.*.mlp_norm.bias",
    "encoder.layers.*.ffn.gateUpProj.weight": "layers.*.mlp.Wi.weight",
    "encoder.layers.*.ffn.gateUpProj.bias": "layers.*.mlp.Wi.bias",
    "encoder.layers.*.ffn.downProj.weight": "layers.*.mlp.Wo.weight",
    "encoder.layers.*.ffn.downProj.bias": "layers.*.mlp.Wo.bias",

    "encoder.norm.weight": "final_norm.weight",
    "encoder.norm.bias": "final_norm.bias",
  },
  heads: {
    maskedLM: {
      ...head(""),
      "decoder.weight": "decoder.weight",
      "decoder.bias": "decoder.bias",
      decoderBias: "decoder.bias",
    },
    sequenceClassification: {
      ...head("pooler."),
      "classifier.weight": "classifier.weight",
      "classifier.bias": "classifier.bias",
    },
    tokenClassification: {
      ...head("classifier."),
      "classifier.output.weight": "classifier.weight",
      "classifier.output.bias": "classifier.bias",
    },
    questionAnswering: {
      ...head("spans."),
      "spans.output.weight": "classifier.weight",
      "spans.output.bias": "classifier.bias",
    },
  },
  tie: tieDecoder({ weight: "decoder.weight", embedding: "model.embeddings.tok_embeddings.weight" }),
  split: ["weight", "bias"].map((kind) => ({
    from: `layers.*.attn.Wqkv.${kind}`,
    into: PARTS.map((part) => `layers.*.attn.${part}.${kind}`),
    axis: 0, // [3 * E, E], [3 * E]
  })),
};
