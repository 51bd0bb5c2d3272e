import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DeviceLostError, initBackend } from "@qkv/backend";
import { Params } from "@qkv/nn";
import { ggufFiles, loadPretrained, memoryFiles } from "@qkv/pretrained";
import { countGpuWork, describeBackends, expectNoLeaks } from "@qkv/testing";
import {
  type CausalLanguageModel,
  generate,
  generateStream,
  type GenerationOptions,
  type GenerativeModel,
  llama,
  marian,
} from "@qkv/transformer";
import * as tf from "@tensorflow/tfjs-core";
import { afterEach, expect, test } from "vitest";
import { ROOT } from "../workspace.ts";

// Generation by recorded steps, beside generation module by module.

const device = () => (tf.backend() as unknown as { readonly device: GPUDevice }).device;

let seed = 3;
const randomized = () => Params.from((_name, shape) => tf.randomNormal(shape, 0, 0.3, "float32", ++seed));

const tinyLlama = (headDim = 6) =>
  llama.build(
    randomized(),
    llama.parseConfig({
      ...{ model_type: "llama", vocab_size: 50, hidden_size: 24, intermediate_size: 40, num_hidden_layers: 2 },
      ...{ num_attention_heads: 4, num_key_value_heads: 2, max_position_embeddings: 400, eos_token_id: 2 },
      head_dim: headDim,
    }),
  ) as CausalLanguageModel;

const tinyMarian = () =>
  marian.build(
    randomized(),
    marian.parseConfig({
      ...{ model_type: "marian", vocab_size: 50, pad_token_id: 49, decoder_start_token_id: 49, d_model: 24 },
      ...{ encoder_layers: 1, decoder_layers: 2, encoder_attention_heads: 4, decoder_attention_heads: 4 },
      ...{ encoder_ffn_dim: 40, decoder_ffn_dim: 40, max_position_embeddings: 80, eos_token_id: 0 },
      ...{ bad_words_ids: [[49]] },
    }),
  );

const SOURCES = [[5, 17, 30, 2], [9, 8, 0], [3, 4, 41, 22]]; // prettier-ignore

/** A processor that changes nothing, and that no kernel can run. */
const onCpu = { logitsProcessors: [() => undefined] };

/** Generates both ways. @param isLong whether texts are so long that the prompt, which goes module by module, does not count */
async function expectSameTexts(
  model: GenerativeModel,
  sources: readonly (readonly number[])[],
  options: GenerationOptions,
  isLong = true,
) {
  const counted = async (extra: GenerationOptions) => {
    const counter = countGpuWork(device());
    const texts = await generate(model, sources, { ...options, ...extra }).finally(() => counter.stop());
    return { texts, submissions: counter.take().submissions };
  };
  const [recorded, composed] = [await counted({}), await counted(onCpu)];
  for (const [i, sequences] of composed.texts.entries()) {
    expect(recorded.texts[i]?.map(({ ids }) => ids)).toEqual(sequences.map(({ ids }) => ids));
    for (const [j, { score }] of sequences.entries()) expect(recorded.texts[i]?.[j]?.score).toBeCloseTo(score, 4);
  }
  if (isLong) expect(recorded.submissions).toBeLessThan(composed.submissions / 2);
}

type Stream = ReturnType<typeof generateStream>;

/** Takes tokens until there are no more. */
async function untilItThrows(next: ReturnType<Stream["next"]>, stream: Stream): Promise<void> {
  let { done } = await next;
  while (done !== true) ({ done } = await stream.next());
}

describeBackends(
  "generation by recorded steps",
  () => {
    afterEach(async () => void (await initBackend("webgpu")));

    test("gives the ids and scores of a model's own modules, to 64 tokens", () =>
      expectNoLeaks(async () => {
        using model = tinyLlama();
        await expectSameTexts(model, [[5, 17, 30, 2]], { maxNewTokens: 64, eosTokenId: [] });
      }));

    test("draws what is drawn on the CPU by the same seed, narrowed or not", () =>
      expectNoLeaks(async () => {
        using model = tinyLlama();
        const prompt = [SOURCES[0] as number[]];
        for (const sampling of [{ seed: 4 }, { temperature: 0.7, topK: 12, topP: 0.8, seed: 5 }]) {
          await expectSameTexts(model, prompt, { maxNewTokens: 24, numReturnSequences: 2, sampling });
        }
      }));

    test("goes on with several texts until each has ended, and forbids and forces what it is told to", () =>
      expectNoLeaks(async () => {
        using model = tinyMarian();
        const options = { maxNewTokens: 16, minNewTokens: 3, forcedEosTokenId: 7, suppressTokens: [11, 12] };
        await expectSameTexts(model, SOURCES, { ...options, eosTokenId: [0, 20, 21, 22, 23] });
      }));

    test("searches with beams, which share the keys of what they have in common", () =>
      expectNoLeaks(async () => {
        using model = tinyMarian();
        const options = { numBeams: 3, numReturnSequences: 2, forcedEosTokenId: 0 };
        await expectSameTexts(model, SOURCES, { ...options, maxNewTokens: 14 });
      }));

    test("makes room for a text that outgrows it, and gives the caller's cache what it has read", () =>
      expectNoLeaks(async () => {
        using model = tinyLlama();
        const texts = [];
        for (const extra of [{}, onCpu]) {
          using cache = model.createCache();
          const options = { ...extra, cache, eosTokenId: [] };
          const [[first] = []] = await generate(model, [Array.from({ length: 120 }, (_, i) => i % 50)], {
            ...options,
            maxNewTokens: 140,
          });
          const [[second] = []] = await generate(model, [[...(first?.ids ?? []), 6]], { ...options, maxNewTokens: 4 });
          texts.push([second?.ids, cache.length, cache.ids]);
        }
        expect(texts[0]).toEqual(texts[1]);
      }));

    test.each(["float16", "q8"] as const)("reads and writes keys and values in %s as modules do", (cacheDtype) =>
      expectNoLeaks(async () => {
        using model = tinyLlama(40);
        const options = { maxNewTokens: 40, eosTokenId: [], cacheDtype };
        await expectSameTexts(model, [[5, 17, 30, 2]], options);
        await expectSameTexts(model, [[5, 17, 30, 2]], { ...options, numBeams: 2, maxNewTokens: 12 });
        const texts = [];
        for (const extra of [{}, onCpu]) {
          using cache = model.createCache({ dtype: cacheDtype });
          const own = { ...extra, cache, eosTokenId: [] };
          const [[first] = []] = await generate(model, [[3, 1, 4, 1, 5]], { ...own, maxNewTokens: 12 });
          const [[second] = []] = await generate(model, [[...(first?.ids ?? []), 6]], { ...own, maxNewTokens: 4 });
          texts.push([second?.ids, cache.length, cache.ids]);
        }
        expect(texts[0]).toEqual(texts[1]);
      }),
    );

    test("reads packed weights as they are, and holds no floats of them", () =>
      expectNoLeaks(async () => {
        const bytes = new Uint8Array(readFileSync(join(ROOT, "packages/pretrained/test/golden/gguf/qwen2.gguf")));
        const { model } = await loadPretrained(ggufFiles(memoryFiles("it", new Map([["m.gguf", bytes]])), "m.gguf"));
        using packed = model as CausalLanguageModel;
        const sizes = new Set<number>();
        const { createBuffer } = device();
        device().createBuffer = function (this: GPUDevice, descriptor) {
          sizes.add(descriptor.size);
          return createBuffer.call(this, descriptor);
        };
        try {
          await expectSameTexts(packed, [[3, 1, 4, 1, 5]], { maxNewTokens: 20, eosTokenId: [] });
        } finally {
          device().createBuffer = createBuffer;
        }
        const weights = [...packed.params.weights().values()].filter(({ format }) => format !== "f32");
        expect(weights.length).toBeGreaterThan(5);
        const asFloats = weights.map(({ shape }) => 4 * tf.util.sizeFromShape([...shape]));
        expect(asFloats.filter((size) => sizes.has(size))).toEqual([]);
      }));

    test("leaves nothing behind where a text is left early or is aborted", () =>
      expectNoLeaks(async () => {
        using model = tinyLlama();
        for await (const _token of generateStream(model, [5, 17], { maxNewTokens: 30, eosTokenId: [] })) break;
        let count = 0;
        for await (const _token of generateStream(model, [5, 17], { maxNewTokens: 30, eosTokenId: [] }))
          if (++count === 5) break;
        const aborting = new AbortController();
        const options = {
          maxNewTokens: 30,
          eosTokenId: [],
          signal: aborting.signal,
          onStep: () => void (++count > 12 && aborting.abort(new Error("enough"))),
        };
        await expect(generate(model, [[5, 17]], options)).rejects.toThrow("enough");
        await expectSameTexts(model, [[5, 17]], { maxNewTokens: 3, eosTokenId: [] }, false); // the device is as it was
      }));

    test("says that weights were changed meanwhile, or disposed of", () =>
      expectNoLeaks(async () => {
        const model = tinyLlama();
        const stream = generateStream(model, [5, 17], { maxNewTokens: 30, eosTokenId: [] });
        for (let token = 0; token < 4; token++) await stream.next();
        model.dispose();
        await expect(untilItThrows(stream.next(), stream)).rejects.toThrow("got some that were changed or disposed of");
      }));

    test("a device that is lost in the middle of a token is told of as everywhere", async () => {
      tf.removeBackend("webgpu");
      const told: DeviceLostError[] = [];
      await initBackend("webgpu", { onDeviceLost: (error) => void told.push(error) });
      const model = tinyLlama();
      const stream = generateStream(model, [5, 17], { maxNewTokens: 30, eosTokenId: [] });
      for (let token = 0; token < 4; token++) await stream.next();
      const next = stream.next();
      device().destroy();
      await expect(untilItThrows(next, stream)).rejects.toThrow(DeviceLostError);
      expect(told).toEqual([expect.objectContaining({ reason: "destroyed" })]);
      model.dispose();
    });
  },
  ["webgpu"],
);
