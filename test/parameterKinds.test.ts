// Kinds pick the parameters that recipes pick by name: weight decay for matrices, and not for norms, biases and tables.
import { initBackend } from "@qkv/backend";
import { GruDecoder, GruEncoder, Params } from "@qkv/nn";
import { beforeAll, describe, expect, test } from "vitest";
import { gpt2, llama, marian } from "../packages/transformer/src/index.ts";
import { DistilledVitClassifier, swin, VitClassifier, vitConfig, type VitSizes } from "../packages/vit/src/index.ts";

beforeAll(() => initBackend("cpu"));

const VIT: VitSizes = {
  ...{ imageSize: 4, patchSize: 2, dModel: 4, numLayers: 2, numHeads: 2, ffnDim: 6, labels: ["a", "b"] },
  ...{ stem: [{ channels: 3, stride: 1 }], registerTokens: 2 },
};
const MARIAN = {
  ...{ model_type: "marian", vocab_size: 9, pad_token_id: 8, decoder_start_token_id: 8, d_model: 4 },
  ...{ encoder_layers: 1, encoder_attention_heads: 2, encoder_ffn_dim: 5 },
  ...{ decoder_layers: 1, decoder_attention_heads: 2, decoder_ffn_dim: 5 },
};
const LLAMA = {
  ...{ vocab_size: 9, hidden_size: 4, intermediate_size: 6, num_hidden_layers: 1, num_attention_heads: 2 },
  ...{ num_key_value_heads: 1, head_dim: 2, attention_bias: true },
};
const GPT2 = { model_type: "gpt2", vocab_size: 9, n_embd: 4, n_head: 2, n_layer: 1, n_positions: 5 };

// As nanoGPT, timm and fairseq tell them by name; every name that has "embedding" or "shared" is a table of tokens.
const isTable = (name: string) => /(^|\.)(shared|embedding|positions)(\.|$)|token(s?)$/i.test(name);
const isNormOrBias = (name: string) => /(^|\.)bias$|norm[^.]*\.[^.]+$|LogitsBias$/i.test(name);
// Names alone do not tell these: timm, DINOv2 and Swin each list theirs as exceptions from weight decay.
const isException = (name: string) => /positionBias\.weight$|Branch\.scale\.weight$/.test(name);

describe.each<[string, (params: Params) => object]>([
  ["Marian", (params) => marian.build(params, marian.parseConfig(MARIAN))],
  [
    "Marian with tables and a head of its own",
    (params) =>
      marian.build(
        params,
        marian.parseConfig({ ...MARIAN, share_encoder_decoder_embeddings: false, tie_word_embeddings: false }),
      ),
  ],
  ["GPT-2", (params) => gpt2.build(params, gpt2.parseConfig(GPT2))],
  ["Llama", (params) => llama.build(params, llama.parseConfig({ ...LLAMA, model_type: "llama" }))],
  ["Qwen 3", (params) => llama.build(params, llama.parseConfig({ ...LLAMA, model_type: "qwen3" }))],
  ["ViT", (params) => new VitClassifier(params, vitConfig(VIT))],
  ["DeiT", (params) => new DistilledVitClassifier(params, vitConfig({ ...VIT, distillationToken: true }))],
  ["DINOv2", (params) => new VitClassifier(params, vitConfig({ ...VIT, pooling: "classAndMean", layerScale: 1 }))],
  ["DINOv2 with SwiGLU", (params) => new VitClassifier(params, vitConfig({ ...VIT, swiGlu: true, layerScale: 1 }))],
  [
    "Swin",
    (params) =>
      swin.build(
        params,
        swin.parseConfig({
          ...{ model_type: "swin", image_size: 8, patch_size: 2, embed_dim: 4, depths: [1, 1], num_heads: [1, 2] },
          ...{ window_size: 2, use_absolute_embeddings: true },
        }),
      ),
  ],
  [
    "GRU seq2seq",
    (params) => {
      const sizes = { vocabSize: 9, embeddingDim: 3, hiddenDim: 4 };
      return [
        new GruEncoder(params.at("encoder"), { ...sizes, bidirectional: true }),
        new GruDecoder(params.at("decoder"), { ...sizes, contextDim: 8 }),
      ];
    },
  ],
])("%s", (_, build) => {
  test("matrices are what is decayed by name, and have rows and columns", () => {
    using scope = parametersOf(build);
    const { params } = scope;
    const byName = [...params.named().keys()].filter((name) => !isNormOrBias(name) && !isTable(name));
    const matrices = params.named("matrix");
    expect([...matrices.keys()]).toEqual(byName.filter((name) => !isException(name)));
    expect([...matrices.values()].filter(({ rank }) => rank < 2)).toEqual([]);
  });

  test("tables, norms and biases are what names say", () => {
    using scope = parametersOf(build);
    const { params } = scope;
    const names = [...params.named().keys()];
    expect([...params.named("embedding").keys()]).toEqual(names.filter((name) => isTable(name)));
    const scales = [...params.named("scale").keys()];
    expect(scales).toEqual(names.filter((name) => name.endsWith("Branch.scale.weight")));
    for (const [name, kind] of params.kinds()) {
      if (kind === "norm") expect(name).toMatch(/norm\.weight$/i);
      if (kind === "bias") expect(name).toMatch(/\.bias$|positionBias\.weight$/);
      if (kind === "buffer") expect(name).toBe("finalLogitsBias");
    }
  });
});

function parametersOf(build: (params: Params) => object): { readonly params: Params } & Disposable {
  const params = Params.initialized();
  build(params);
  return { params, [Symbol.dispose]: () => params.dispose() };
}
