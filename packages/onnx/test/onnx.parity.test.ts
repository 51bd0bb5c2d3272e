// Exported graphs in ONNX Runtime beside the models that they are made of. It is installed with the benchmarks alone.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { initBackend } from "@qkv/backend";
import { Params } from "@qkv/nn";
import { exportOnnx } from "@qkv/onnx";
import { expectNoLeaks } from "@qkv/testing";
import {
  type CausalLanguageModel,
  cohere,
  falcon,
  gemma,
  generate,
  gpt2,
  gptNeoX,
  granite,
  llama,
  olmo2,
  opt,
  phi,
} from "@qkv/transformer";
import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hasRuntime, onnxruntime } from "./onnxruntime.ts";

const folder = mkdtempSync(join(tmpdir(), "qkv-onnx-"));

interface OrtTensor {
  readonly data: Float32Array;
  readonly dims: readonly number[];
}
interface Ort {
  readonly Tensor: new (type: string, data: Float32Array | BigInt64Array, dims: readonly number[]) => OrtTensor;
  readonly InferenceSession: { create(path: string): Promise<Session> };
}
interface Session {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  run(feeds: Record<string, OrtTensor>): Promise<Record<string, OrtTensor>>;
  release(): Promise<void>;
}

beforeAll(() => initBackend("cpu"));
afterAll(() => rmSync(folder, { recursive: true }));

const SMALL = { vocab_size: 37, num_hidden_layers: 2, bos_token_id: 1, eos_token_id: 2, max_position_embeddings: 40 };
const LLAMA = { ...SMALL, hidden_size: 24, intermediate_size: 20, num_attention_heads: 4, num_key_value_heads: 2 };
const rope = (scaling: object) => ({ rope_scaling: scaling });

const MODELS: Readonly<Record<string, () => CausalLanguageModel>> = {
  "a GPT-2": () =>
    gpt2.build(
      Params.initialized(1),
      gpt2.parseConfig({
        ...{ model_type: "gpt2", vocab_size: 37, n_embd: 12, n_head: 3, n_layer: 2, n_positions: 40 },
        ...{ bos_token_id: 1, eos_token_id: 2, scale_attn_by_inverse_layer_idx: true },
      }),
    ),
  "a Llama 3.1": () =>
    llama.build(
      Params.initialized(2),
      llama.parseConfig({
        ...LLAMA,
        ...{ model_type: "llama", attention_bias: true, tie_word_embeddings: true },
        ...rope({
          ...{ rope_type: "llama3", factor: 8, low_freq_factor: 1, high_freq_factor: 4 },
          original_max_position_embeddings: 8,
        }),
      }),
    ),
  "a Mistral with a window": () =>
    llama.build(Params.initialized(3), llama.parseConfig({ ...LLAMA, model_type: "mistral", sliding_window: 3 })),
  "a Qwen 3": () =>
    llama.build(Params.initialized(4), llama.parseConfig({ ...LLAMA, model_type: "qwen3", head_dim: 8 })),
  "a Gemma 2": () =>
    gemma.build(
      Params.initialized(5),
      gemma.parseConfig({
        ...LLAMA,
        ...{ model_type: "gemma2", head_dim: 6, query_pre_attn_scalar: 7, sliding_window: 3 },
        ...{ attn_logit_softcapping: 2, final_logit_softcapping: 3 },
      }),
    ),
  "a GPT-NeoX": () =>
    gptNeoX.build(
      Params.initialized(6),
      gptNeoX.parseConfig({
        ...LLAMA,
        ...{ model_type: "gpt_neox", rotary_pct: 0.34, hidden_act: "gelu", use_parallel_residual: true },
      }),
    ),
  "a Cohere": () =>
    cohere.build(Params.initialized(8), cohere.parseConfig({ ...LLAMA, model_type: "cohere", logit_scale: 0.3 })),
  "a Granite": () =>
    granite.build(
      Params.initialized(9),
      granite.parseConfig({
        ...LLAMA,
        ...{ model_type: "granite", embedding_multiplier: 3, residual_multiplier: 0.4 },
        ...{ attention_multiplier: 0.2, logits_scaling: 2 },
      }),
    ),
  "an OLMo 2": () =>
    olmo2.build(Params.initialized(10), olmo2.parseConfig({ ...LLAMA, model_type: "olmo2" })) as CausalLanguageModel,
  "an OPT": () =>
    opt.build(
      Params.initialized(11),
      opt.parseConfig({
        ...{ ...SMALL, model_type: "opt", hidden_size: 24, ffn_dim: 20, num_attention_heads: 4 },
        ...{ word_embed_proj_dim: 24, pad_token_id: 1 },
      }),
    ) as CausalLanguageModel,
  "a Phi": () =>
    phi.build(
      Params.initialized(7),
      phi.parseConfig({ ...LLAMA, model_type: "phi", partial_rotary_factor: 0.34, hidden_act: "gelu_new" }),
    ),
};

/** Gives every parameter other numbers: what begins with zeros and ones tests nothing. */
function shake(model: CausalLanguageModel): void {
  let seed = 1;
  for (const variable of model.params.named("matrix", "embedding", "norm", "bias", "scale").values()) {
    tf.tidy(() => {
      const noise = tf.randomNormal(variable.shape, 0, 0.4, "float32", seed++);
      variable.assign(tf.add(variable, noise));
    });
  }
}

describe.skipIf(!hasRuntime).each(Object.keys(MODELS))("%s", (name) => {
  test.each([false, true])(
    "gives the same logits, with padding and cache, and the same text (data beside it: %s)",
    (externalData) =>
      expectNoLeaks(async () => {
        const ort = onnxruntime<Ort>();
        using model = (MODELS[name] as () => CausalLanguageModel)();
        shake(model);
        const files = await exportOnnx(model, { externalData });
        expect(files.map((file) => file.name)).toEqual(
          externalData ? ["model.onnx", "model.onnx_data"] : ["model.onnx"],
        );
        for (const file of files) writeFileSync(join(folder, file.name), Buffer.concat(file.parts));
        const session = await ort.InferenceSession.create(join(folder, "model.onnx"));
        const int64 = (rows: readonly (readonly number[])[]) =>
          new ort.Tensor("int64", BigInt64Array.from(rows.flat(), BigInt), [rows.length, rows[0]?.length ?? 0]);
        const pasts = session.inputNames.filter((input) => input.startsWith("past_key_values."));
        expect(pasts).toHaveLength(4);
        const { selfAttn, dModel } = model.spec.blocks[0] as (typeof model.spec.blocks)[number];
        const { numHeads, numKeyValueHeads = numHeads, headDim = dModel / numHeads } = selfAttn;
        const none = new Float32Array(0);
        const empty = (batch: number) =>
          Object.fromEntries(
            pasts.map((past) => [past, new ort.Tensor("float32", none, [batch, numKeyValueHeads, 0, headDim])]),
          );
        const next = (outputs: Record<string, OrtTensor>) =>
          Object.fromEntries(
            pasts.map((past) => [past, outputs[past.replace("past_key_values", "present")] as OrtTensor]),
          );

        const ids = [
          [5, 6, 7, 8, 9, 10, 3],
          [1, 1, 11, 12, 13, 14, 4],
        ];
        const mask = ids.map((row, i) => row.map((_, j) => (i === 1 && j < 2 ? 0 : 1)));
        const { learnedPositions } = model.spec;
        const countsPadding = typeof learnedPositions !== "object" || (learnedPositions.countsPadding ?? true);
        const positions = ids.map((row, i) => row.map((_, j) => Math.max(0, i === 1 && !countsPadding ? j - 2 : j)));
        const expected = tf.tidy(() => {
          const attentionMask = tf.cast(tf.tensor2d(mask, undefined, "int32"), "bool");
          return model.forward({ ids: tf.tensor2d(ids, undefined, "int32"), attentionMask }).logits;
        });
        const want = (await expected.array()) as number[][][];
        expected.dispose();
        const expectRows = (got: OrtTensor | undefined, from: number) => {
          const [, length = 0, vocabulary = 0] = got?.dims ?? [];
          for (const [b, rows] of want.entries()) {
            for (let i = 0; i < length; i++) {
              if (mask[b]?.[from + i] === 0) continue;
              for (let v = 0; v < vocabulary; v++) {
                const value = got?.data[(b * length + i) * vocabulary + v];
                expect(value, `row ${b}, token ${from + i}, logit ${v}`).toBeCloseTo(rows[from + i]?.[v] as number, 4);
              }
            }
          }
          expect(length).toBeGreaterThan(0);
        };
        const run = (from: number, to: number, past: Record<string, OrtTensor>) => {
          const cut = (rows: readonly (readonly number[])[]) => int64(rows.map((row) => row.slice(from, to)));
          const attention_mask = int64(mask.map((row) => row.slice(0, to)));
          return session.run({ input_ids: cut(ids), attention_mask, position_ids: cut(positions), ...past });
        };
        expectRows((await run(0, 7, empty(2)))["logits"], 0);
        const begun = await run(0, 4, empty(2));
        expectRows(begun["logits"], 0);
        expectRows((await run(4, 7, next(begun)))["logits"], 4);

        const prompt = ids[0] as number[];
        const [[own] = []] = await generate(model, [prompt], { maxNewTokens: 12, eosTokenId: 99 });
        const text = [...prompt];
        let past = empty(1);
        for (let from = 0; text.length < prompt.length + 12;) {
          const fed = text.slice(from);
          const outputs = await session.run({
            input_ids: int64([fed]),
            attention_mask: int64([text.map(() => 1)]),
            position_ids: int64([fed.map((_, i) => from + i)]),
            ...past,
          });
          const logits = outputs["logits"] as OrtTensor;
          const last = logits.data.slice(-37);
          from = text.length;
          text.push(last.indexOf(Math.max(...last)));
          past = next(outputs);
        }
        expect(text).toEqual(own?.ids);
        await session.release();
      }),
  );
});

describe("what a graph cannot say is refused by name", () => {
  test.each<[string, () => CausalLanguageModel, string]>([
    [
      "rotary positions that depend on the length",
      () =>
        llama.build(
          Params.initialized(),
          llama.parseConfig({ ...LLAMA, model_type: "llama", ...rope({ rope_type: "dynamic", factor: 2 }) }),
        ),
      "expected rotary positions that do not depend on the text's length, got dynamic",
    ],
    [
      "a position bias",
      () =>
        falcon.build(
          Params.initialized(),
          falcon.parseConfig({
            ...LLAMA,
            model_type: "falcon",
            alibi: true,
            num_kv_heads: 4,
            new_decoder_architecture: false,
          }),
        ) as CausalLanguageModel,
      "expected a model without a position bias, got alibiOfKept",
    ],
  ])("%s", async (_, build, message) => {
    using model = build();
    await expect(exportOnnx(model)).rejects.toThrow(message);
  });

  test("what is no model", async () => {
    await expect(exportOnnx({} as CausalLanguageModel)).rejects.toThrow(
      "expected a decoder-only language model or an encoder",
    );
  });
});
