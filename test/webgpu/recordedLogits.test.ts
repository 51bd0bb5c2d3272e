import { initBackend } from "@qkv/backend";
import { Params, tidy } from "@qkv/nn";
import { type DecoderChoice, recordDecoder } from "@qkv/ops";
import { describeBackends, expectClose, expectNoLeaks } from "@qkv/testing";
import { bart, type CausalLanguageModel, type Memory, type Seq2SeqLanguageModel } from "@qkv/transformer";
import * as tf from "@tensorflow/tfjs-core";
import { afterEach, expect, test } from "vitest";
import { familyOf } from "../../packages/transformer/test/causalGolden.ts";

// What a recorded step computes, for each thing that a block can be: logits beside those of the model's own modules.

const SIZES = {
  ...{ vocab_size: 50, hidden_size: 24, intermediate_size: 40, num_hidden_layers: 2, max_position_embeddings: 512 },
  ...{ num_attention_heads: 4, num_key_value_heads: 2, head_dim: 6, bos_token_id: 1, eos_token_id: 2 },
};
const CHOICE: DecoderChoice = { sampling: undefined, candidates: 0, allowedFrom: new Map() };

type Model = CausalLanguageModel | Seq2SeqLanguageModel;
type Cache = ReturnType<CausalLanguageModel["createCache"]>;
type Json = Readonly<Record<string, unknown>>;

let seed = 5;
const randomized = () => Params.from((_name, shape) => tf.randomNormal(shape, 0, 0.3, "float32", ++seed));

function build(json: Json): CausalLanguageModel {
  const family = familyOf(json);
  return family.build(randomized(), family.parseConfig({ ...SIZES, ...json })) as CausalLanguageModel;
}

/** Reads `ids` [B][L] with the model's own modules. @returns the logits after the last of them */
function read(model: Model, ids: readonly (readonly number[])[], cache: Cache, memory?: Memory) {
  const tensor = tf.tensor2d(ids as number[][], undefined, "int32");
  const { logits } =
    "encode" in model ? model.decode(tensor, memory as Memory, { cache }) : model.decode(tensor, { cache });
  tensor.dispose();
  return logits;
}

/** Compares three recorded steps after a prompt with the model's own. @param length of the prompt */
async function expectSameLogits(
  model: Model,
  { length = 5, capacity = 12, rows = 2, memory = undefined as Memory | undefined } = {},
) {
  using cache = model.createCache();
  const prompt = Array.from({ length: rows }, (_, row) =>
    Array.from({ length }, (_, i) => 3 + ((i * 7 + row * 5) % 40)),
  );
  read(model, prompt, cache, memory).dispose();
  const kept: tf.Tensor[] = [];
  const recorded = tidy(() => {
    const described = model.describeDecoder();
    if (typeof described === "string") return described;
    const { weights, attrs, rotary, fixedPositions } = described;
    const withRoom = (x: tf.Tensor4D, dropped: number) => {
      const all = tf.keep(tf.pad(x, [[0, 0], [0, 0], [dropped, capacity - dropped - x.shape[2]], [0, 0]])); // prettier-ignore
      kept.push(all);
      return all;
    };
    const keyValues = weights.layers.map((_, layer) => {
      const { keys, values, dropped = 0 } = cache.past(layer) as NonNullable<ReturnType<Cache["past"]>>;
      return { keys: withRoom(keys, dropped), values: withRoom(values, dropped) };
    });
    const positions = fixedPositions === undefined ? weights.positions : tf.keep(fixedPositions(capacity));
    if (fixedPositions !== undefined) kept.push(positions as tf.Tensor);
    const angles = rotary.map((each) => each?.angles(0, 1, capacity));
    return recordDecoder({ ...weights, positions }, attrs, {
      ...{ keyValues, angles, memory: memory?.keyValues, memoryMask: memory?.mask, choice: CHOICE },
    });
  });
  try {
    if (typeof recorded === "string") throw new Error(recorded);
    for (const step of [0, 1, 2]) {
      const tokens = prompt.map((_, row) => 4 + step * 11 + row);
      const { tokens: chosen, logProbabilities } = await recorded.step({ position: length + step, tokens });
      const logits = read(
        model,
        tokens.map((token) => [token]),
        cache,
        memory,
      );
      const expected = (await logits.data()) as Float32Array;
      logits.dispose();
      await expectClose(await recorded.logits(), expected, { atol: 1e-4, rtol: 1e-4 });
      const V = expected.length / rows;
      for (let row = 0; row < rows; row++) {
        const own = expected.subarray(row * V, (row + 1) * V);
        expect(chosen[row]).toBe(own.indexOf(Math.max(...own)));
        const sum = Math.log(own.reduce((all, logit) => all + Math.exp(logit), 0));
        expect(logProbabilities[row]).toBeCloseTo(Math.max(...own) - sum, 4);
      }
    }
  } finally {
    if (typeof recorded !== "string") recorded.dispose();
    tf.dispose(kept);
  }
}

describeBackends(
  "a recorded step",
  () => {
    afterEach(async () => void (await initBackend("webgpu")));

    test.each<Json>([
      { model_type: "mistral", sliding_window: 4 },
      { model_type: "gemma2", sliding_window: 4, attn_logit_softcapping: 1, final_logit_softcapping: 2 },
      { model_type: "qwen3" },
      { model_type: "olmo2" },
      { model_type: "granite", residual_multiplier: 0.4, attention_multiplier: 0.3 },
      { model_type: "gpt_neox", num_key_value_heads: 4, rotary_pct: 0.7 },
      { model_type: "gpt2", n_embd: 26, n_head: 2, n_layer: 2, n_positions: 64 },
    ])("%j", (json) =>
      expectNoLeaks(async () => {
        using model = build(json);
        await expectSameLogits(model);
      }),
    );

    test("of a text of several hundred tokens, whose keys are spread over workgroups", () =>
      expectNoLeaks(async () => {
        using model = build({ model_type: "llama" });
        await expectSameLogits(model, { length: 255, capacity: 300, rows: 1 });
      }));

    test("of nine rows, without subgroups", () =>
      expectNoLeaks(async () => {
        await initBackend("webgpu", { subgroups: false });
        using model = build({ model_type: "llama", num_hidden_layers: 1 });
        await expectSameLogits(model, { rows: 9 });
      }));

    test("of an encoder-decoder whose sources are padded", () =>
      expectNoLeaks(async () => {
        const config = bart.parseConfig({
          ...{ model_type: "bart", vocab_size: 50, d_model: 24, encoder_layers: 1, decoder_layers: 2 },
          ...{ encoder_attention_heads: 4, decoder_attention_heads: 4, encoder_ffn_dim: 40, decoder_ffn_dim: 40 },
          ...{ max_position_embeddings: 64 },
        });
        using model = bart.build(randomized(), config) as Seq2SeqLanguageModel;
        const ids = tf.tensor2d([[5, 6, 7, 8], [9, 10, 1, 1]], undefined, "int32"); // prettier-ignore
        const mask = tf.tensor2d([[1, 1, 1, 1], [1, 1, 0, 0]], undefined, "bool"); // prettier-ignore
        const memory = model.encode(ids, mask);
        await expectSameLogits(model, { memory });
        tf.dispose([ids, mask, memory.mask as tf.Tensor, memory.keyValues.map(({ keys, values }) => [keys, values])]);
      }));
  },
  ["webgpu"],
);
