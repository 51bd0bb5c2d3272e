import { RotaryPositions } from "@qkv/attention";
import { normal } from "@qkv/nn";
import type { EncoderSpec } from "../../models/encoder/config.ts";
import { MODERNBERT_LAYER_TYPES, type ModernBertConfig } from "./config.ts";

/**
 * ModernBERT as data: pre-norm layers with rotary positions and a gated feed-forward, most of which see near tokens alone. The
 * first one's attention reads the embeddings, which are normed already.
 */
export function modernBertSpec(config: ModernBertConfig): EncoderSpec {
  const { dModel, numHeads, reach, layerTypes, attentionDropout, classifierDropout } = config;
  const norm = { kind: "layerNorm", eps: config.normEps, bias: config.normBias } as const;
  const transform = { dim: dModel, activation: config.classifierActivation, bias: config.classifierBias, norm };
  const rotary = Object.fromEntries(
    MODERNBERT_LAYER_TYPES.map((type) => [type, new RotaryPositions(config.rotary[type])]),
  );
  return {
    embeddings: { dim: dModel, numTokenTypes: 0, norm, dropout: config.embeddingDropout },
    blocks: layerTypes.map((type, layer) => ({
      dModel,
      norm: { ...norm, placement: "pre" },
      selfAttn: {
        numHeads,
        bias: config.attentionBias,
        rotary: rotary[type],
        dropout: attentionDropout,
        isNormed: layer > 0,
        ...(type === "sliding_attention" && { reach }),
      },
      ffn: {
        kind: "packedGated",
        dim: config.ffnDim,
        activation: config.activation,
        bias: config.ffnBias,
        outputDropout: 0,
      },
      dropout: attentionDropout,
      activationDropout: config.ffnDropout,
      init: normal(config.initializerRange),
    })),
    norm,
    heads: {
      maskedLM: { ...transform, decoderBias: config.decoderBias },
      sequenceClassification: {
        pooler: { ...transform, pooling: config.classifierPooling },
        dropout: classifierDropout,
      },
      tokenClassification: { transform, dropout: classifierDropout },
      questionAnswering: { transform, dropout: classifierDropout },
    },
  };
}
