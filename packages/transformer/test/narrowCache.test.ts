// Keys and values in fewer bits: how far logits move, that kernels and composed operations agree, and what of
// generation touches the cache.
import { initBackend } from "@qkv/backend";
import { Params } from "@qkv/nn";
import { cachedRowWords, readCachedRows, writeCachedRows } from "@qkv/ops";
import { describeBackends, expectNoLeaks } from "@qkv/testing";
import { type CausalLanguageModel, gemma, generate, type GenerationOptions, gpt2, llama, moe } from "@qkv/transformer";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";

const SIZES = {
  ...{ vocab_size: 23, hidden_size: 32, num_attention_heads: 4, num_key_value_heads: 2, intermediate_size: 24 },
  ...{ num_hidden_layers: 2, max_position_embeddings: 32, eos_token_id: 0, initializer_range: 0.2, head_dim: 40 },
};
const GPT2 = { n_embd: 32, n_head: 2, n_layer: 2, n_positions: 32, eos_token_id: 0, initializer_range: 0.2 };
const build =
  (family: { parseConfig: (json: unknown) => never; build: (params: Params, config: never) => unknown }) =>
  (json: object) =>
    family.build(Params.initialized(5), family.parseConfig(json)) as CausalLanguageModel;
const newLlama = () => build(llama as never)({ model_type: "llama", ...SIZES });
const MODELS: Readonly<Record<string, () => CausalLanguageModel>> = {
  llama: newLlama,
  gpt2: () => build(gpt2 as never)({ model_type: "gpt2", vocab_size: 23, ...GPT2 }),
  "gemma2 with windows": () => build(gemma as never)({ model_type: "gemma2", ...SIZES, sliding_window: 3 }),
  "mixtral, composed": () =>
    build(moe as never)({ model_type: "mixtral", ...SIZES, num_local_experts: 2, num_experts_per_tok: 1 }),
};
const DTYPES = ["float16", "q8"] as const;
const FAR = { float16: 2e-3, q8: 5e-2 }; // of logits whose largest is about 2
const IDS = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5];

/** The logits of the last token, read after a prompt in one step, three tokens in another and the rest one by one. */
async function lastLogits(model: CausalLanguageModel, dtype: "float32" | "float16" | "q8") {
  using cache = model.createCache({ dtype });
  let last = new Float32Array();
  for (const ids of [IDS.slice(0, 4), IDS.slice(4, 7), ...IDS.slice(7).map((id) => [id])]) {
    const input = tf.tensor2d([ids], undefined, "int32");
    const { logits } = model.decode(input, { cache });
    last = Float32Array.from((await logits.data()) as Float32Array);
    tf.dispose([input, logits]);
  }
  return { last, bytes: cache.bytes };
}

const farthest = (a: Float32Array, b: Float32Array) => Math.max(...a.map((x, i) => Math.abs(x - (b[i] as number))));

describeBackends(
  "keys and values in fewer bits",
  (backend) => {
    describe.each(Object.entries(MODELS))("%s", (_, create) => {
      test.each(DTYPES)("in %s has logits close to those in float32, in fewer bytes", (dtype) =>
        expectNoLeaks(async () => {
          using model = create();
          const [plain, narrow] = [await lastLogits(model, "float32"), await lastLogits(model, dtype)];
          const distance = farthest(plain.last, narrow.last);
          expect(distance).toBeGreaterThan(0);
          expect(distance).toBeLessThan(FAR[dtype]);
          expect(narrow.bytes).toBeLessThan(plain.bytes * 1.5); // rooms differ
        }),
      );
    });

    describe.each(DTYPES)("rows of %s", (dtype) => {
      const round = async (values: readonly number[]) => {
        const buffer = tf.zeros<tf.Rank.R4>([1, 1, 3, cachedRowWords(dtype, values.length)], "int32");
        const rows = tf.tensor4d([...values], [1, 1, 1, values.length]);
        writeCachedRows(buffer, rows, 1, dtype);
        const read = readCachedRows(buffer, 3, values.length, dtype);
        const all = Array.from((await read.data()) as Float32Array);
        tf.dispose([buffer, rows, read]);
        expect(all.slice(0, values.length)).toEqual(values.map(() => 0)); // the row before is as it was
        return all.slice(values.length, 2 * values.length);
      };

      test("are what they are meant to be", () =>
        expectNoLeaks(async () => {
          if (dtype === "float16") {
            const [odd, even] = [1 + 3 * 2 ** -11, 1 + 2 ** -11];
            const given = [1, -2, odd, even, 65504, 65520, -1e9, NaN, 2 ** -24, 2 ** -25, 3 * 2 ** -25, -0];
            const expected = [1, -2, 1 + 2 ** -9, 1, 65504, Infinity, -Infinity, NaN, 2 ** -24, 0, 2 ** -23, -0];
            expect(await round(given)).toEqual(expected);
          } else {
            const given = Array.from({ length: 36 }, (_, i) => (i < 32 ? i - 16 : 1000 * (i - 33)));
            const read = await round(given);
            given.forEach((x, i) => expect(Math.abs((read[i] as number) - x)).toBeLessThan((i < 32 ? 16 : 2000) / 250));
            expect(read[0]).toBeCloseTo(-16, 5);
            expect((await round([1, NaN, 2, 3])).every(Number.isNaN)).toBe(true);
          }
        }));

      test("that do not fit, and heads of another width, are refused", () => {
        const buffer = tf.zeros<tf.Rank.R4>([1, 1, 2, cachedRowWords(dtype, 8)], "int32");
        const [rows, odd] = [tf.zeros<tf.Rank.R4>([1, 1, 2, 8]), tf.zeros<tf.Rank.R4>([1, 1, 1, 6])];
        expect(() => writeCachedRows(buffer, rows, 1, dtype)).toThrow(
          `expected rows of ${dtype} that fit into [1,1,2,`,
        );
        expect(() => writeCachedRows(buffer, odd, 0, dtype)).toThrow(
          "expected heads of a width that is a multiple of 4, got 6",
        );
        expect(() => readCachedRows(buffer, 3, 8, dtype)).toThrow(`expected 3 rows of 8 in ${dtype}`);
        tf.dispose([buffer, rows, odd]);
      });
    });

    describe.each(DTYPES)("generation in %s", (cacheDtype) => {
      const OPTIONS: GenerationOptions = { maxNewTokens: 8, eosTokenId: [], cacheDtype };

      test("by the text itself proposes what comes anyway, with beams, and beyond the last position", () =>
        expectNoLeaks(async () => {
          using model = newLlama();
          const prompt = [[3, 1, 4, 1, 5, 3, 1, 4]];
          const plain = await generate(model, prompt, OPTIONS);
          const proposed = await generate(model, prompt, { ...OPTIONS, promptLookupNumTokens: 3 });
          expect(proposed[0]?.[0]?.ids).toEqual(plain[0]?.[0]?.ids);
          expect((await generate(model, prompt, { ...OPTIONS, numBeams: 3 }))[0]?.[0]?.ids).toHaveLength(16);
          const long = await generate(model, prompt, { ...OPTIONS, maxNewTokens: 40, contextShift: true });
          expect(long[0]?.[0]?.ids).toHaveLength(48);
        }));

      test("goes on with a cache of its dtype, and refuses one of another", () =>
        expectNoLeaks(async () => {
          using model = newLlama();
          using cache = model.createCache({ dtype: cacheDtype, capacity: 30 });
          const [[first]] = (await generate(model, [[3, 1, 4]], { ...OPTIONS, cache })) as unknown as [
            [{ ids: number[] }],
          ];
          const next = [...first.ids, 7];
          const again = await generate(model, [next], { ...OPTIONS, cache });
          const { length, bytes, capacity, dtype } = cache;
          expect([length, capacity, dtype]).toEqual([next.length + 7, 30, cacheDtype]);
          expect(bytes).toBe(2 * 2 * 2 * 30 * 4 * cachedRowWords(cacheDtype, 40)); // keys and values, layers, heads
          expect(again[0]?.[0]?.ids.slice(0, next.length)).toEqual(next);
          using plain = model.createCache();
          await expect(generate(model, [[3]], { ...OPTIONS, cache: plain })).rejects.toThrow(
            `generate: expected cacheDtype to be that of the cache, float32, got ${cacheDtype}`,
          );
        }));
    });

    test("other dtypes, and other backends, are refused by name", async () => {
      using model = newLlama();
      expect(() => model.createCache({ dtype: "int4" as never })).toThrow(
        'createCache: expected dtype to be float32 or float16 or q8, got "int4"',
      );
      await expect(generate(model, [[3]], { cacheDtype: "f16" as never })).rejects.toThrow(
        "expected cacheDtype to be float32",
      );
      await initBackend("cpu");
      using other = newLlama();
      expect(() => other.createCache({ dtype: "q8" })).toThrow('on this backend, cpu, got "q8"');
      await initBackend(backend);
    });
  },
  ["wasm", "webgpu"],
);
