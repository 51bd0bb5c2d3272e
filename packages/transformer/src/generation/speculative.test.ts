import { initBackend } from "@qkv/backend";
import { Params } from "@qkv/nn";
import { expectNoLeaks } from "@qkv/testing";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { wanderer } from "../../test/wanderer.ts";
import { bloom } from "../families/bloom/index.ts";
import { gemma } from "../families/gemma/index.ts";
import { gpt2 } from "../families/gpt2/index.ts";
import { llama } from "../families/llama/index.ts";
import type { CausalModel } from "../models/causalModel.ts";
import { generate, generateStream } from "./generate.ts";
import type { GenerationOptions } from "./options.ts";
import { lookUp } from "./promptLookup.ts";

beforeAll(() => initBackend("cpu"));

const SIZES = { vocab_size: 11, hidden_size: 8, num_hidden_layers: 2, num_attention_heads: 2, intermediate_size: 12 };
const NO_END = { eos_token_id: null, bos_token_id: 2, initializer_range: 0.8, max_position_embeddings: 64 };

const models = {
  llama: (seed: number) =>
    llama.build(Params.initialized(seed), llama.parseConfig({ model_type: "llama", ...SIZES, ...NO_END })),
  mistral: (seed: number) =>
    llama.build(
      Params.initialized(seed),
      llama.parseConfig({ model_type: "mistral", ...SIZES, ...NO_END, num_key_value_heads: 1, sliding_window: 5 }),
    ),
  gemma3: (seed: number) =>
    gemma.build(
      Params.initialized(seed),
      gemma.parseConfig({
        ...{ model_type: "gemma3_text", ...SIZES, ...NO_END, num_key_value_heads: 1, head_dim: 4, sliding_window: 6 },
        layer_types: ["sliding_attention", "full_attention"],
      }),
    ),
  gpt2: (seed: number) =>
    gpt2.build(
      Params.initialized(seed),
      gpt2.parseConfig({
        model_type: "gpt2",
        vocab_size: 11,
        n_embd: 8,
        n_layer: 2,
        n_head: 2,
        n_positions: 64,
        ...NO_END,
      }),
    ),
  bloom: (seed: number) =>
    bloom.build(
      Params.initialized(seed),
      bloom.parseConfig({ model_type: "bloom", vocab_size: 11, hidden_size: 8, n_layer: 2, n_head: 2, ...NO_END }),
    ),
};
type Name = keyof typeof models;

/** The result, and the number of passes of the model. */
async function counted(model: CausalModel, ids: readonly number[], options: GenerationOptions) {
  const decode = vi.spyOn(model, "decode");
  const [[sequence] = []] = await expectNoLeaks(() => generate(model, [ids], options));
  const passes = decode.mock.calls.length;
  decode.mockRestore();
  return { ids: sequence?.ids ?? [], score: sequence?.score ?? NaN, passes };
}

const PROMPT = [3, 7, 5, 3, 7, 5, 3];

describe("speculative decoding", () => {
  test.each(Object.keys(models) as Name[])("%s: gives what it gives without, in fewer passes", async (name) => {
    using model = models[name](4);
    using twin = models[name](4);
    using other = models[name](5);
    for (const sampling of [undefined, { seed: 3, topK: 5 }]) {
      const options: GenerationOptions = {
        ...{ maxNewTokens: 24, noRepeatNgramSize: 5, repetitionPenalty: 1.1 },
        ...(sampling && { sampling }),
      };
      const plain = await counted(model, PROMPT, options);
      expect(plain.passes).toBe(24);
      const same = { assistantModel: twin, numAssistantTokens: 5, assistantConfidenceThreshold: 0 };
      const ways: readonly GenerationOptions[] = [
        same,
        { assistantModel: other, assistantConfidenceThreshold: 0 },
        { promptLookupNumTokens: 4 },
      ];
      for (const way of ways) {
        const { ids, score, passes } = await counted(model, PROMPT, { ...options, ...way });
        expect(ids).toEqual(plain.ids);
        expect(score).toBeCloseTo(plain.score, 4);
        expect(passes).toBeLessThanOrEqual(24);
      }
      // What thinks the same proposes five tokens that all stay.
      expect((await counted(model, PROMPT, { ...options, ...same })).passes).toBe(4);
    }
  });

  test("a text that repeats itself is looked up in fewer passes", async () => {
    using model = models.gpt2(4);
    const options: GenerationOptions = { maxNewTokens: 40 };
    const plain = await counted(model, PROMPT, options);
    const found = await counted(model, PROMPT, { ...options, promptLookupNumTokens: 6 });
    expect(found.ids).toEqual(plain.ids);
    expect(found.passes).toBeLessThan(plain.passes / 2);
  });

  test("ends at an end token, at a length and where positions end, and streams", async () => {
    using model = models.gpt2(4);
    using assistantModel = models.gpt2(4);
    for (const options of [{ maxNewTokens: 1 }, { maxLength: 64 }, { maxNewTokens: 30, eosTokenId: [1, 4, 6] }]) {
      const plain = await counted(model, PROMPT, options);
      const assisted = await counted(model, PROMPT, { ...options, assistantModel, assistantConfidenceThreshold: 0 });
      expect(assisted.ids).toEqual(plain.ids);
    }
    const streamed: number[] = [];
    const [[whole] = []] = await generate(model, [PROMPT], { maxNewTokens: 9 });
    for await (const id of generateStream(model, PROMPT, { maxNewTokens: 9, assistantModel })) streamed.push(id);
    expect([...PROMPT, ...streamed]).toEqual(whole?.ids);
  });

  test("a cache goes on after it, and several prompts go one by one", async () => {
    using model = models.llama(4);
    using assistantModel = models.llama(5);
    const way = { assistantModel, assistantConfidenceThreshold: 0, maxNewTokens: 8 };
    const cache = model.createCache();
    const [[first] = []] = await generate(model, [PROMPT], { ...way, cache });
    const next = [...(first?.ids ?? []), 4, 4];
    const [[second] = []] = await generate(model, [next], { ...way, cache });
    const [[plain] = []] = await generate(model, [next], { maxNewTokens: 8 });
    expect(second?.ids).toEqual(plain?.ids);
    cache.dispose();
    const prompts = [PROMPT, [4], [5, 5]];
    const ids = (sequences: Awaited<ReturnType<typeof generate>>) => sequences.flat().map((each) => each.ids);
    expect(ids(await generate(model, prompts, way))).toEqual(ids(await generate(model, prompts, { maxNewTokens: 8 })));
  });

  test("looks up the longest end of a text that occurred before, the earliest time", () => {
    expect(lookUp([1, 2, 3, 9, 2, 3, 8, 2, 3], 2, 2)).toEqual([9, 2]);
    expect(lookUp([1, 3, 9, 2, 3], 2, 3)).toEqual([9, 2, 3]);
    expect(lookUp([1, 2, 3], 2, 3)).toEqual([]);
    expect(lookUp([1], 2, 3)).toEqual([]);
    expect(lookUp([4, 4], 2, 3)).toEqual([4]);
  });

  test.each<[GenerationOptions, string]>([
    [{ promptLookupNumTokens: 0 }, "promptLookupNumTokens to be a whole number from 1, got 0"],
    [{ promptLookupNumTokens: 3, numBeams: 2 }, "numBeams to be 1 with promptLookupNumTokens, got 2"],
    [{ promptLookupNumTokens: 3, attentionMask: [[0, 1]] }, "prompts without padding with promptLookupNumTokens"],
    [{ promptLookupNumTokens: 3, contextShift: true }, "contextShift to be false with promptLookupNumTokens"],
    [{ promptLookupNumTokens: 3, sampling: {}, numReturnSequences: 2 }, "numReturnSequences to be 1 with"],
    [{ assistantModel: {} as never }, "assistantModel to be a decoder-only model"],
    [{ assistantModel: wanderer() as never }, "assistantModel to be a decoder-only model"],
  ])("refuses what does not go with it, %#", async (options, message) => {
    using model = models.llama(4);
    await expect(generate(model, [[1, 2]], options)).rejects.toThrow(message);
  });
});

describe("an empty prompt", () => {
  test("begins with the model's token for that", async () => {
    using model = models.llama(4);
    const [empty, begun] = await generate(model, [[], [2]], { maxNewTokens: 5 });
    expect(empty).toEqual(begun);
    expect(empty?.[0]?.ids[0]).toBe(2);
    const streamed: number[] = [];
    for await (const id of generateStream(model, [], { maxNewTokens: 5 })) streamed.push(id);
    expect([2, ...streamed]).toEqual(empty?.[0]?.ids);
  });

  test("of a model without such a token is refused", async () => {
    const config = llama.parseConfig({ model_type: "llama", ...SIZES, ...NO_END, bos_token_id: null });
    using model = llama.build(Params.initialized(1), config);
    await expect(generate(model, [[1], []])).rejects.toThrow(
      "generate: expected at least one id in source 1 of a model without a bosTokenId, with which an empty one begins, got none",
    );
  });
});

describe("contextShift", () => {
  const build = () => {
    const sizes = { vocab_size: 11, n_embd: 8, n_layer: 2, n_head: 2, n_positions: 9 };
    return gpt2.build(Params.initialized(4), gpt2.parseConfig({ model_type: "gpt2", ...sizes, ...NO_END }));
  };

  /** Each token from a pass over what is not forgotten. */
  async function expected(model: ReturnType<typeof build>, prompt: readonly number[], count: number) {
    const ids = [...prompt];
    let forgotten = 0;
    for (let i = 0; i < count; i++) {
      if (ids.length - forgotten > 9) forgotten = ids.length - 4;
      const seen = tf.tensor2d([ids.slice(forgotten)], undefined, "int32");
      const best = tf.tidy(() => {
        const { logits } = model.decode(seen);
        return tf.argMax(tf.reshape(logits, [-1]));
      });
      ids.push((await best.data())[0] ?? -1);
      tf.dispose([seen, best]);
    }
    return ids;
  }

  test.each([[[3, 7, 5]], [Array.from({ length: 14 }, (_, i) => (3 * i) % 11)]])(
    "reads the later half again where positions end, %#",
    async (prompt) => {
      using model = build();
      const [[sequence] = []] = await expectNoLeaks(() =>
        generate(model, [prompt], { maxNewTokens: 30, contextShift: true }),
      );
      expect(sequence?.ids).toEqual(await expected(model, prompt, 30));
      await expect(generate(model, [prompt], { maxNewTokens: 30 })).rejects.toThrow("positions");
    },
  );

  test("is refused of an encoder-decoder, and with padding", async () => {
    await expect(generate(wanderer(), [[3]], { contextShift: true })).rejects.toThrow(
      "a decoder-only model with contextShift",
    );
    using model = build();
    const padded = { contextShift: true, attentionMask: [[0, 1]] };
    await expect(generate(model, [[1, 2]], padded)).rejects.toThrow("prompts without padding with contextShift");
  });
});
