import { dequantize, quantize as roundToBlocks } from "@qkv/gguf";
import { addLora, denseOf, Params } from "@qkv/nn";
import { describeBackends, expectNoLeaks } from "@qkv/testing";
import { bert, type CausalLanguageModel, llama } from "@qkv/transformer";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import { quantize } from "./quantize.ts";

const SIZES = {
  ...{ model_type: "llama", vocab_size: 50, hidden_size: 64, intermediate_size: 48, num_hidden_layers: 2 },
  ...{ num_attention_heads: 4, num_key_value_heads: 2, max_position_embeddings: 16 },
};
const build = (fields: object = {}) =>
  llama.build(Params.initialized(1), llama.parseConfig({ ...SIZES, ...fields })) as CausalLanguageModel;

const TYPES = { q8_0: "Q8_0", q5_1: "Q5_1", q5_0: "Q5_0", q4_1: "Q4_1", q4_0: "Q4_0" } as const;

async function numbersOf(model: CausalLanguageModel, name: string): Promise<Float32Array> {
  const dense = denseOf(model.params.weights().get(name) as never) as tf.Tensor;
  const numbers = Float32Array.from((await dense.data()) as Float32Array);
  dense.dispose();
  return numbers;
}

/** Root mean square of the differences over that of `before`. */
function relativeError(before: Float32Array, after: Float32Array): number {
  const sum = (values: Float32Array) => values.reduce((total, value) => total + value ** 2, 0);
  return Math.sqrt(sum(before.map((value, i) => value - (after[i] as number))) / sum(before));
}

describeBackends("a quantized model", (backend) => {
  test.each(Object.keys(TYPES) as (keyof typeof TYPES)[])("%s: the numbers of gguf's blocks, in place", (format) =>
    expectNoLeaks(async () => {
      using model = build();
      const { embedding } = model as unknown as { embedding: { weight: object } };
      const before = new Map<string, Float32Array>();
      for (const name of model.params.weights().keys()) before.set(name, await numbersOf(model, name));
      const report = await quantize(model, format);
      expect(model.params.weights().get("embedding.weight")).toBe(embedding.weight); // that of every module that borrowed it
      expect(report.layers).toHaveLength(2 + 2 * 6);
      for (const { name, error, shape } of report.layers) {
        const [values, rounded] = [before.get(name) as Float32Array, await numbersOf(model, name)];
        expect(rounded, name).toEqual(dequantize(TYPES[format], roundToBlocks(TYPES[format], values)));
        expect(error).toBeCloseTo(relativeError(values, rounded), 6);
        expect(shape).toEqual(model.params.weights().get(name)?.shape);
      }
      const bits = Number(format[1]);
      expect(Math.max(...report.layers.map(({ error }) => error))).toBeLessThan(2 ** (1.5 - bits));
      const untouched = [...before.keys()].filter((name) => report.layers.every((layer) => layer.name !== name));
      expect(untouched).toContain("layers.0.ffn.downProj.weight");
      for (const name of untouched) expect(await numbersOf(model, name), name).toEqual(before.get(name));
    }),
  );

  test("computes the logits of its numbers as floats, in the kernels of packed weights where there are any", () =>
    expectNoLeaks(async () => {
      using model = build({ intermediate_size: 64 });
      await quantize(model, "q8_0");
      using floats = llama.build(
        Params.from((name) => denseOf(model.params.weights().get(name) as never) as tf.Tensor),
        model.config as never,
      ) as CausalLanguageModel;
      const ids = tf.tensor2d([[3, 49, 7, 7]], undefined, "int32");
      let logits: tf.Tensor | undefined;
      const { kernels } = await tf.profile(() => void ({ logits } = model.forward({ ids })));
      const expected = floats.forward({ ids }).logits;
      const [layers, products] = ["QkvTransformerLayer", "QkvPackedLinear"].map((kernel) =>
        kernels.filter(({ name }) => name === kernel),
      );
      // The head alone is outside the layers, which wasm computes as a whole.
      expect(layers).toHaveLength(backend === "wasm" ? 2 : 0);
      expect(products).toHaveLength(backend === "cpu" ? 0 : backend === "wasm" ? 1 : 1 + 2 * 7);
      const [actual, right] = [await (logits as tf.Tensor).data(), await expected.data()];
      expect(relativeError(right as Float32Array, actual as Float32Array)).toBeLessThan(
        { cpu: 1e-9, wasm: 2e-3, webgpu: 1e-5 }[backend],
      );
      tf.dispose([ids, logits as tf.Tensor, expected]);
    }));
});

describe("quantize", () => {
  test("rounds rows of whole blocks of 256 to q4_k and q6_k", async () => {
    for (const [format, type] of [
      ["q4_k", "Q4_K"],
      ["q6_k", "Q6_K"],
    ] as const) {
      using model = build({ hidden_size: 256, head_dim: 16 });
      const before = await numbersOf(model, "lmHead.weight");
      const report = await quantize(model, format);
      expect(report.layers.map(({ name }) => name)).toContain("lmHead.weight");
      expect(report.kept.map(({ name, reason }) => [name, reason])).toContainEqual([
        "layers.0.ffn.downProj.weight",
        "rows of 48 numbers, no multiple of 256",
      ]);
      expect(await numbersOf(model, "lmHead.weight")).toEqual(dequantize(type, roundToBlocks(type, before)));
    }
  });

  test("reports what stays, and the bytes of files", async () => {
    using model = build({ tie_word_embeddings: true });
    const done: string[] = [];
    const report = await quantize(model, "q4_0", {
      skip: ["layers.0.selfAttn.qProj", "embedding"],
      onProgress: ({ name, done: count, total }) => done.push(`${count}/${total} ${name}`),
    });
    expect(report.kept.map(({ name, reason, bytes, format }) => [name, reason, bytes, format])).toEqual([
      ["embedding.weight", "skipped", 4 * 50 * 64, "f32"],
      ["layers.0.selfAttn.qProj.weight", "skipped", 4 * 64 * 64, "f32"],
      ["layers.0.ffn.downProj.weight", "rows of 48 numbers, no multiple of 32", 4 * 48 * 64, "f32"],
      ["layers.1.ffn.downProj.weight", "rows of 48 numbers, no multiple of 32", 4 * 48 * 64, "f32"],
    ]);
    expect(report.layers[0]).toMatchObject({
      ...{ name: "layers.0.selfAttn.kProj.weight", shape: [32, 64], format: "q4_0" },
      ...{ bytesBefore: 4 * 32 * 64, bytesAfter: (18 / 32) * 32 * 64 },
    });
    expect(done).toHaveLength(report.layers.length);
    expect(done[0]).toBe("1/11 layers.0.selfAttn.kProj.weight");
    const norms = 4 * 5 * 64;
    const kept = report.kept.reduce((sum, { bytes }) => sum + bytes, norms);
    expect(report.bytesAfter).toBe(report.layers.reduce((sum, { bytesAfter }) => sum + bytesAfter, kept));
    expect(report.bytesBefore).toBe(report.layers.reduce((sum, { bytesBefore }) => sum + bytesBefore, kept));
  });

  test("takes what is packed already for the numbers that it stands for", async () => {
    using model = build();
    await quantize(model, "q8_0");
    const before = await numbersOf(model, "lmHead.weight");
    const { layers } = await quantize(model, "q4_1", { skip: (name) => name !== "lmHead.weight" });
    expect(layers.map(({ name }) => name)).toEqual(["lmHead.weight"]);
    expect(layers[0]?.error).toBeCloseTo(relativeError(before, await numbersOf(model, "lmHead.weight")), 6);
  });

  test("never touches norms, biases and tables of other ranks", async () => {
    const config = bert.parseConfig({
      ...{ model_type: "bert", vocab_size: 9, hidden_size: 32, num_hidden_layers: 1, num_attention_heads: 2 },
      ...{ intermediate_size: 32, max_position_embeddings: 5 },
    });
    const params = Params.initialized(1);
    using model = bert.build(params, config);
    const names = (await quantize(model, "q8_0")).layers.map(({ name }) => params.kinds().get(name));
    expect(new Set(names)).toEqual(new Set(["matrix", "embedding"]));
    for (const [name, weight] of params.weights()) {
      if (weight.kind !== "matrix" && weight.kind !== "embedding") expect(weight.format, name).toBe("f32");
    }
  });

  test.each([
    ["q3_0", {}, 'quantize: expected format to be one of q8_0, q6_k, q5_1, q5_0, q4_1, q4_k, q4_0, got "q3_0"'],
    [
      "q8_0",
      { skip: ["wProj"] },
      "quantize: expected skip to name weights of the model, such as embedding.weight, got wProj",
    ],
    ["q8_0", { skip: "lmHead" }, "quantize: expected skip to be an array, got a string"],
    ["q8_0", { weights: 1 }, "quantize: expected skip, importance, onProgress, signal as options, got weights"],
  ])("refuses %s with %j", async (format, options, message) => {
    using model = build();
    await expect(quantize(model, format as never, options as never)).rejects.toThrow(message);
  });

  test("names the weight that has an adapter, a number that is none, or one that is too large", async () => {
    using model = build();
    const adapters = Params.initialized(2);
    addLora(model.params, adapters, { rank: 1, targets: ["lmHead"] });
    await expect(quantize(model, "q8_0")).rejects.toThrow(
      "expected weights without adapters, got one of lmHead.weight",
    );
    adapters.dispose();
    for (const [value, message] of [
      [NaN, "layers.1.ffn.upProj.weight: quantize: expected finite values, got NaN at"],
      [1e9, "layers.1.ffn.upProj.weight: expected numbers whose scale half precision holds, got larger ones"],
    ] as const) {
      using other = build();
      const { data } = other.params.weights().get("layers.1.ffn.upProj.weight")?.parts ?? {};
      tf.tidy(() => (data as tf.Variable).assign(tf.fill([48, 64], value)));
      await expectNoLeaks(() => expect(quantize(other, "q8_0")).rejects.toThrow(message));
    }
  });

  test("stops between two weights", async () => {
    using model = build();
    const controller = new AbortController();
    const run = quantize(model, "q8_0", { signal: controller.signal, onProgress: () => controller.abort() });
    await expect(run).rejects.toThrow("abort");
    expect([...model.params.weights().values()].filter(({ format }) => format !== "f32").length).toBeLessThan(2);
  });
});
