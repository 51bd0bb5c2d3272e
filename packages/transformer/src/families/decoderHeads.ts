import { type DecoderHeads, decoderHeadFamily } from "../family/decoderHeadFamily.ts";
import { llamaSpec } from "./llama/block.ts";
import { llama } from "./llama/index.ts";
import { gemmaSpec } from "./gemma/block.ts";
import { gemma } from "./gemma/index.ts";
import { gpt2Spec } from "./gpt2/block.ts";
import { gpt2 } from "./gpt2/index.ts";
import { phi3Spec } from "./phi3/block.ts";
import { phi3 } from "./phi3/index.ts";
import { olmo2Spec } from "./olmo2/block.ts";
import { olmo2 } from "./olmo2/index.ts";
import { graniteSpec } from "./granite/block.ts";
import { granite } from "./granite/index.ts";
import { moeSpec } from "./moe/block.ts";
import { moe } from "./moe/index.ts";
import { gptNeoXSpec } from "./gptNeoX/block.ts";
import { gptNeoX } from "./gptNeoX/index.ts";
import { gptJSpec } from "./gptJ/block.ts";
import { gptJ } from "./gptJ/index.ts";
import { phiSpec } from "./phi/block.ts";
import { phi } from "./phi/index.ts";
import { stableLmSpec } from "./stableLm/block.ts";
import { stableLm } from "./stableLm/index.ts";
import { cohereSpec } from "./cohere/block.ts";
import { cohere } from "./cohere/index.ts";
import { optSpec } from "./opt/block.ts";
import { opt } from "./opt/index.ts";
import { bloomSpec } from "./bloom/block.ts";
import { bloom } from "./bloom/index.ts";
import { falconSpec } from "./falcon/block.ts";
import { falcon } from "./falcon/index.ts";

/** A model without a head, and a classifier of texts, which nearly every type has. */
const texts = (prefix: string, more: Omit<DecoderHeads, "prefix"> = {}): DecoderHeads => ({
  prefix,
  classifiesTexts: true,
  ...more,
});

/**
 * Families of decoders that are no language models: without a head, or with one that classifies texts or tokens or finds
 * answers. Each has those classes that transformers has of the type.
 */
export const DECODER_HEAD_FAMILIES = [
  decoderHeadFamily(llama, {
    spec: llamaSpec,
    heads: {
      llama: texts("Llama", { tokens: "score", answers: "transformer" }),
      mistral: texts("Mistral", { tokens: "score", answers: "model" }),
      qwen2: texts("Qwen2", { tokens: "score", answers: "transformer" }),
      qwen3: texts("Qwen3", { tokens: "score", answers: "transformer" }),
      smollm3: texts("SmolLM3", { tokens: "score", answers: "transformer" }),
    },
  }),
  decoderHeadFamily(gemma, {
    spec: gemmaSpec,
    heads: {
      gemma: texts("Gemma", { tokens: "score" }),
      gemma2: texts("Gemma2", { tokens: "score" }),
      gemma3_text: texts("Gemma3Text"),
    },
  }),
  decoderHeadFamily(gpt2, {
    spec: gpt2Spec,
    heads: {
      gpt2: texts("GPT2", { tokens: "classifier", answers: "transformer" }),
    },
  }),
  decoderHeadFamily(phi3, {
    spec: phi3Spec,
    heads: {
      phi3: texts("Phi3", { tokens: "score" }),
    },
  }),
  decoderHeadFamily(olmo2, {
    spec: olmo2Spec,
    heads: {
      olmo2: texts("Olmo2"),
    },
  }),
  decoderHeadFamily(granite, {
    spec: graniteSpec,
    heads: {
      granite: { prefix: "Granite" },
    },
  }),
  decoderHeadFamily(moe, {
    spec: moeSpec,
    heads: {
      mixtral: texts("Mixtral", { tokens: "score", answers: "model" }),
      qwen2_moe: texts("Qwen2Moe", { tokens: "score", answers: "model" }),
      qwen3_moe: texts("Qwen3Moe", { tokens: "score", answers: "transformer" }),
    },
  }),
  decoderHeadFamily(gptNeoX, {
    spec: gptNeoXSpec,
    heads: {
      gpt_neox: texts("GPTNeoX", { tokens: "classifier", answers: "gpt_neox" }),
    },
  }),
  decoderHeadFamily(gptJ, {
    spec: gptJSpec,
    heads: {
      gptj: texts("GPTJ", { answers: "transformer" }),
    },
  }),
  decoderHeadFamily(phi, {
    spec: phiSpec,
    heads: {
      phi: texts("Phi", { tokens: "score" }),
    },
  }),
  decoderHeadFamily(stableLm, {
    spec: stableLmSpec,
    heads: {
      stablelm: texts("StableLm", { tokens: "score" }),
    },
    classifierDropout: 0,
  }),
  decoderHeadFamily(cohere, {
    spec: cohereSpec,
    heads: {
      cohere: { prefix: "Cohere" },
    },
  }),
  decoderHeadFamily(opt, {
    spec: optSpec,
    heads: {
      opt: texts("OPT", { answers: "model" }),
    },
  }),
  decoderHeadFamily(bloom, {
    spec: bloomSpec,
    heads: {
      bloom: texts("Bloom", { tokens: "classifier", answers: "transformer" }),
    },
    classifierDropout: 0,
  }),
  decoderHeadFamily(falcon, {
    spec: falconSpec,
    heads: {
      falcon: texts("Falcon", { tokens: "classifier", answers: "transformer" }),
    },
    classifierDropout: 0,
  }),
] as const;
