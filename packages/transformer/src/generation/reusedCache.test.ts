import { Params } from "@qkv/nn";
import { describeBackends, expectNoLeaks } from "@qkv/testing";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import { wanderer } from "../../test/wanderer.ts";
import type { CausalLanguageModel } from "../models/causal/model.ts";
import type { CausalModel } from "../models/causalModel.ts";
import type { Gpt2Config } from "../families/gpt2/config.ts";
import { gpt2 } from "../families/gpt2/index.ts";
import type { LlamaConfig } from "../families/llama/config.ts";
import { llama } from "../families/llama/index.ts";
import { generate, generateStream } from "./generate.ts";
import type { GenerationOptions } from "./options.ts";

const LLAMA = {
  ...{ vocab_size: 17, hidden_size: 8, num_attention_heads: 4, num_key_value_heads: 2, intermediate_size: 9 },
  ...{ num_hidden_layers: 2, max_position_embeddings: 64, eos_token_id: 0, initializer_range: 0.4 },
};
const WINDOWED = { model_type: "qwen2", ...LLAMA, use_sliding_window: true, max_window_layers: 1 };
const CONFIGS: Readonly<Record<string, Gpt2Config | LlamaConfig>> = {
  "gpt2, learned positions": gpt2.parseConfig({
    ...{ model_type: "gpt2", vocab_size: 17, n_embd: 8, n_head: 2, n_layer: 2, n_positions: 64, eos_token_id: 0 },
    initializer_range: 0.4,
  }),
  "llama, rotary positions": llama.parseConfig({ model_type: "llama", ...LLAMA }),
  "qwen2, a window that never moves": llama.parseConfig({ ...WINDOWED, sliding_window: 60 }),
};
const MOVING = llama.parseConfig({ ...WINDOWED, sliding_window: 4 });

const OPTIONS: GenerationOptions = { maxNewTokens: 6, eosTokenId: [] };
const SEARCHES: readonly GenerationOptions[] = [
  OPTIONS,
  { ...OPTIONS, sampling: { temperature: 0.9, seed: 4 } },
  { ...OPTIONS, numBeams: 3, numReturnSequences: 2 },
  { ...OPTIONS, sampling: { temperature: 2, seed: 8 }, numReturnSequences: 3 },
];
const TURNS = [[3, 1, 4, 1, 5], [9, 2], [6, 5, 3]] as const; // prettier-ignore

/** A model that counts the positions which it reads, each row's. */
class CountedModel implements CausalModel {
  readonly model: CausalLanguageModel;
  readonly generation;
  readonly read: number[] = [];

  constructor(config: Gpt2Config | LlamaConfig) {
    const params = Params.initialized(3);
    this.model = config.modelType === "gpt2" ? gpt2.build(params, config) : llama.build(params, config);
    this.generation = this.model.generation;
  }

  createCache: CausalModel["createCache"] = (size) => this.model.createCache(size);

  decode: CausalModel["decode"] = (ids, options) => {
    this.read.push(ids.shape[1]);
    return this.model.decode(ids, options);
  };

  [Symbol.dispose](): void {
    this.model.dispose();
  }
}

const best = async (model: CausalModel, prompts: number[][], options: GenerationOptions) =>
  (await generate(model, prompts, options)).map(([first]) => first?.ids as number[]);

const KINDS = Object.entries(CONFIGS).flatMap(([name, config]) =>
  [undefined, 64].map((capacity) => [`${name}, capacity ${capacity}`, config, capacity] as const),
);

describeBackends("a cache from call to call", () => {
  describe.each(KINDS)("%s", (_, config, capacity) => {
    test.each(SEARCHES)("three turns are what they are without it, and only new tokens are read: %o", (search) =>
      expectNoLeaks(async () => {
        using model = new CountedModel(config);
        using cache = model.createCache({ capacity });
        let text: number[] = [];
        for (const turn of TURNS) {
          const prompt = [...text, ...turn];
          const expected = await generate(model, [prompt], search);
          model.read.length = 0;
          const found = await generate(model, [prompt], { ...search, cache });
          expect(found.flat().map(({ ids }) => ids)).toEqual(expected.flat().map(({ ids }) => ids));
          for (const [i, { score }] of found.flat().entries())
            expect(score).toBeCloseTo(expected.flat()[i]?.score ?? 0, 4);
          // The last token of a turn was not read in it, and of beams only those that are left at its end.
          if (text.length > 0 && search.numBeams === undefined) expect(model.read[0]).toBe(1 + turn.length);
          expect(model.read[0]).toBeLessThanOrEqual(text.length === 0 ? turn.length : 6 + turn.length);
          expect(model.read.slice(1)).toEqual(model.read.slice(1).map(() => 1));
          text = found[0]?.[0]?.ids as number[];
        }
        expect(cache.length).toBe(text.length - 1);
      }),
    );
  });

  test("a window that has moved is read again where the text differs, and goes on where it does not", () =>
    expectNoLeaks(async () => {
      using model = new CountedModel(MOVING);
      using cache = model.createCache();
      const [first = []] = await best(model, [[3, 1, 4, 1, 5]], { ...OPTIONS, cache });
      for (const [prompt, read] of [
        [[...first, 7, 8], 3],
        [[3, 1, 4, 9, 9, 2], 6],
      ] as const) {
        const expected = await best(model, [[...prompt]], OPTIONS);
        model.read.length = 0;
        expect(await best(model, [[...prompt]], { ...OPTIONS, cache })).toEqual(expected);
        expect(model.read[0]).toBe(read);
      }
    }));

  test("a text that was edited is read from there on; the same again, its last token; an empty cache, all", () =>
    expectNoLeaks(async () => {
      using model = new CountedModel(CONFIGS["llama, rotary positions"] as Gpt2Config | LlamaConfig);
      using cache = model.createCache();
      for (const [prompt, read] of [
        [[3, 1, 4, 1, 5], 5],
        [[3, 1, 4, 2, 5], 2],
        [[3, 1, 4, 2, 5], 1],
        [[9, 1], 2],
        [[4], 1],
      ] as const) {
        const expected = await best(model, [[...prompt]], OPTIONS);
        model.read.length = 0;
        expect(await best(model, [[...prompt]], { ...OPTIONS, cache })).toEqual(expected);
        expect(model.read[0]).toBe(read);
      }
      cache.truncate(0);
      model.read.length = 0;
      await best(model, [[4, 3]], { ...OPTIONS, cache });
      expect(model.read[0]).toBe(2);
    }));

  test("with windows that have moved, a fixed one keeps what they have passed", () =>
    expectNoLeaks(async () => {
      using model = new CountedModel(MOVING);
      using cache = model.createCache({ capacity: 12 });
      for (const [prompt, read] of [
        [[3, 1, 4, 1, 5], 5],
        [[3, 1, 4, 9, 9, 2], 3],
      ] as const) {
        const expected = await best(model, [[...prompt]], OPTIONS);
        model.read.length = 0;
        expect(await best(model, [[...prompt]], { ...OPTIONS, cache })).toEqual(expected);
        expect(model.read[0]).toBe(read);
      }
      const long = generate(model, [[3, 1, 4, 9, 9, 2]], { ...OPTIONS, maxNewTokens: 8, cache });
      await expect(long).rejects.toThrow("expected at most 12 positions, the capacity of the cache, got 13");
      expect(cache.length).toBe(12);
    }));

  test("prompts of one length go on together, in any order", () =>
    expectNoLeaks(async () => {
      using model = new CountedModel(CONFIGS["gpt2, learned positions"] as Gpt2Config | LlamaConfig);
      using cache = model.createCache();
      const begun = await best(model, [[3, 1], [4, 1], [5, 9]], { ...OPTIONS, cache }); // prettier-ignore
      const prompts = [begun[2], begun[0]].map((ids, i) => [...(ids ?? []), i, 7]);
      const expected = await best(model, prompts, OPTIONS);
      model.read.length = 0;
      expect(await best(model, prompts, { ...OPTIONS, cache })).toEqual(expected);
      expect(model.read[0]).toBe(3);
    }));

  test("a stream has it too, and one that was aborted leaves what it has read", () =>
    expectNoLeaks(async () => {
      using model = new CountedModel(CONFIGS["llama, rotary positions"] as Gpt2Config | LlamaConfig);
      using cache = model.createCache();
      const controller = new AbortController();
      const text = [3, 1, 4];
      const stream = async (options: GenerationOptions) => {
        for await (const token of generateStream(model, [...text], { ...OPTIONS, ...options, cache })) {
          text.push(token);
          if (text.length === 6) controller.abort(new Error("enough"));
        }
      };
      await expect(stream({ signal: controller.signal })).rejects.toThrow("enough");
      expect([cache.length, cache.ids]).toEqual([5, [text.slice(0, 5)]]);
      text.push(8);
      const expected = await best(model, [text], OPTIONS);
      model.read.length = 0;
      await stream({});
      expect([text]).toEqual(expected);
      expect(model.read[0]).toBe(2);
    }));

  test("a step that fails, or gives what is not finite, is not kept", () =>
    expectNoLeaks(async () => {
      using model = new CountedModel(CONFIGS["llama, rotary positions"] as Gpt2Config | LlamaConfig);
      using cache = model.createCache();
      const prompt = [3, 1, 4];
      const expected = await best(model, [prompt], OPTIONS);
      const { decode } = model;
      const failures: readonly CausalModel["decode"][] = [
        (ids, options) => {
          decode(ids, options);
          throw new Error("at the third step");
        },
        (ids, options) => ({ logits: tf.mul(decode(ids, options).logits, NaN) }),
      ];
      for (const fail of failures) {
        cache.truncate(0);
        let steps = 0;
        model.decode = (...given) => (++steps === 3 ? fail(...given) : decode(...given));
        await expect(generate(model, [prompt], { ...OPTIONS, cache })).rejects.toThrow(/at the third step|finite/);
        expect([cache.length, cache.ids]).toEqual([4, [expected[0]?.slice(0, 4)]]);
        model.decode = decode;
        expect(await best(model, [prompt], { ...OPTIONS, cache })).toEqual(expected);
      }
    }));

  test("of another model, or read without ids, is read again", () =>
    expectNoLeaks(async () => {
      using model = new CountedModel(CONFIGS["llama, rotary positions"] as Gpt2Config | LlamaConfig);
      using cache = model.createCache();
      const [text = []] = await best(model, [[3, 1, 4]], { ...OPTIONS, cache });
      const other = { ...model, decode: model.decode };
      model.read.length = 0;
      await best(other, [text], { ...OPTIONS, cache });
      expect(model.read[0]).toBe(text.length);
      cache.truncate(0);
      tf.tidy(() => void model.decode(tf.tensor2d([text], undefined, "int32"), { cache }));
      model.read.length = 0;
      await best(other, [text], { ...OPTIONS, cache });
      expect(model.read[0]).toBe(text.length);
    }));

  test("an encoder-decoder's is emptied for each source", () =>
    expectNoLeaks(async () => {
      const model = wanderer();
      using cache = model.createCache();
      for (const source of [[5, 3], [5, 3, 7], [2]]) {
        const expected = await generate(model, [source, [4]], { numBeams: 2 });
        expect(await generate(model, [source, [4]], { numBeams: 2, cache })).toEqual(expected);
      }
    }));
});

describeBackends("a cache that cannot be used", () => {
  test.each<[string, number[][], object]>([
    ["prompts of one length with a cache, got [2, 1]", [[3, 1], [4]], {}],
    ["prompts without padding with a cache, got an attentionMask with 0", [[3, 1]], { attentionMask: [[0, 1]] }],
    ["expected cache to be a KeyValueCache, got an array", [[3]], { cache: [] }],
  ])("%s", (message, prompts, options) =>
    expectNoLeaks(async () => {
      using model = new CountedModel(MOVING);
      using cache = model.createCache();
      await expect(generate(model, prompts, { ...OPTIONS, cache, ...options })).rejects.toThrow(message);
    }),
  );

  test("by two at once", () =>
    expectNoLeaks(async () => {
      using model = new CountedModel(MOVING);
      using cache = model.createCache();
      const first = generate(model, [[3, 1]], { ...OPTIONS, cache });
      await expect(generate(model, [[3, 1]], { ...OPTIONS, cache })).rejects.toThrow("that no other generation uses");
      await first;
      await generate(model, [[3, 1]], { ...OPTIONS, cache });
    }));

  test("by two at once, or with a source that cannot be encoded, leaves no encoded source behind", () =>
    expectNoLeaks(async () => {
      const model = wanderer();
      using cache = model.createCache();
      const first = generate(model, [[3, 7]], { cache });
      await expect(generate(model, [[3, 7]], { cache })).rejects.toThrow("that no other generation uses");
      const expected = await first;
      const encode = () => {
        throw new Error("cannot encode");
      };
      await expect(generate({ ...model, encode }, [[3, 7]], { cache })).rejects.toThrow("cannot encode");
      expect(await generate(model, [[3, 7]], { cache })).toEqual(expected);
    }));
});
