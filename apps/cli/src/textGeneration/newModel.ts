import { Params } from "@qkv/nn";
import type { Tokenizer } from "@qkv/tokenizers";
import { gpt2, type Gpt2Model, scaleResidualProjections } from "@qkv/transformer";
import type { TextTrainingConfig } from "./trainingConfig.ts";

/** An untrained GPT-2 of the size that a config asks for, over a tokenizer's vocabulary. */
export function newModel(tokenizer: Tokenizer, { model, seed }: TextTrainingConfig): Gpt2Model {
  const { dModel, numLayers, numHeads, ffnDim, maxPositions, dropout, residualInit } = model;
  const end = tokenizer.tokenToId("<|endoftext|>") ?? null;
  const config = gpt2.parseConfig({
    ...{ model_type: "gpt2", vocab_size: tokenizer.vocabSize, n_positions: maxPositions },
    ...{ n_embd: dModel, n_layer: numLayers, n_head: numHeads, n_inner: ffnDim },
    ...{ embd_pdrop: dropout, resid_pdrop: dropout, attn_pdrop: dropout, bos_token_id: end, eos_token_id: end },
  });
  const untrained = gpt2.build(Params.initialized(seed), config);
  if (residualInit === "scaled") scaleResidualProjections(untrained);
  return untrained;
}
