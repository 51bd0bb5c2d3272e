import { Params } from "@qkv/nn";
import type { Tokenizer } from "@qkv/tokenizers";
import { marian, type MarianModel } from "@qkv/transformer";
import type { NewModel } from "./config/trainingConfig.ts";
import { SPECIAL_TOKENS } from "./vocabulary.ts";

/** An untrained model of the size that a config asks for, over a tokenizer's vocabulary. */
export function newModel(tokenizer: Tokenizer, model: NewModel, seed: number): MarianModel {
  const [endToken, , padToken] = SPECIAL_TOKENS;
  const [eosTokenId, padTokenId] = [endToken, padToken].map((token) => tokenizer.tokenToId(token));
  if (eosTokenId === undefined || padTokenId === undefined) {
    throw new RangeError(`newModel: expected a tokenizer with ${endToken} and ${padToken}, got one without`);
  }
  return marian.build(Params.initialized(seed), {
    modelType: "marian",
    vocabSize: tokenizer.vocabSize,
    decoderVocabSize: tokenizer.vocabSize,
    shareEncoderDecoderEmbeddings: true,
    tieWordEmbeddings: true,
    dModel: model.dModel,
    encoderLayers: model.encoderLayers,
    encoderHeads: model.numHeads,
    encoderFfnDim: model.ffnDim,
    decoderLayers: model.decoderLayers,
    decoderHeads: model.numHeads,
    decoderFfnDim: model.ffnDim,
    activation: model.activation,
    maxPositions: model.maxPositions,
    scaleEmbedding: true,
    dropout: model.dropout,
    attentionDropout: model.attentionDropout,
    activationDropout: model.activationDropout,
    padTokenId,
    eosTokenId,
    decoderStartTokenId: padTokenId,
    maxLength: model.maxPositions,
  });
}
