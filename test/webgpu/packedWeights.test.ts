import { readFileSync } from "node:fs";
import { join } from "node:path";
import { initBackend } from "@qkv/backend";
import { CheckpointError, Linear, type PackedEntry, Params, streamCheckpoint } from "@qkv/nn";
import { embedding, linear, maxTensorBytes, packCodes, packedWords, type Weight } from "@qkv/ops";
import { ggufFiles, loadPretrained, memoryFiles, pretrainedFiles } from "@qkv/pretrained";
import { describeBackends, expectClose, expectNoLeaks, wave } from "@qkv/testing";
import { type CausalLanguageModel, llama } from "@qkv/transformer";
import * as tf from "@tensorflow/tfjs-core";
import { afterEach, expect, test } from "vitest";
import { ROOT } from "../workspace.ts";

// What only a GPU can show of packed weights; packages/ops/test/packedWeights.test.ts has the kernels' numbers.

const gpuBytes = () => (tf.memory() as unknown as { readonly numBytesAllocatedInGPU: number }).numBytesAllocatedInGPU;

const FOUR_BITS = { bits: 4, groupSize: 32, zero: 8, hasOffsets: false } as const;

async function packed(rows: number, columns: number): Promise<Weight> {
  const codes = Uint8Array.from({ length: rows * columns }, (_, i) => (i * 7) % 16);
  const scales = new Float32Array(codes.length / 32).fill(0.01);
  const { shape, data } = await packCodes(FOUR_BITS, [{ ...FOUR_BITS, codes, scales }], [rows, columns]);
  return { shape: [...shape], kind: "matrix", format: FOUR_BITS, parts: { data }, adapter: undefined };
}

async function open(name: string): Promise<CausalLanguageModel> {
  const bytes = new Uint8Array(readFileSync(join(ROOT, `packages/pretrained/test/golden/gguf/${name}.gguf`)));
  const files = ggufFiles(memoryFiles("it", new Map([["m.gguf", bytes]])), "m.gguf");
  return (await loadPretrained(files)).model as CausalLanguageModel;
}

/** The logits of a prompt and of two tokens after it, one by one, and the kernels that gave them. */
async function logitsOf(model: CausalLanguageModel) {
  using cache = model.createCache();
  const [logits, kernels]: [number[], Set<string>] = [[], new Set()];
  for (const ids of [[3, 1, 4, 1, 5, 9, 2, 6, 5, 3], [5], [8]]) {
    const input = tf.tensor2d([ids], undefined, "int32");
    let output: tf.Tensor = input;
    const profile = await tf.profile(() => void (output = model.decode(input, { cache }).logits));
    for (const { name } of profile.kernels) kernels.add(name);
    for (const value of await output.data()) logits.push(value);
    tf.dispose([input, output]);
  }
  return { logits, kernels };
}

describeBackends(
  "packed weights on a GPU",
  () => {
    afterEach(async () => void (await initBackend("webgpu")));

    test.each([
      ["llama", "Q8_0 and Q4_0", ["8 in 32s", "4 in 32s"]],
      ["qwen2", "Q5_0 beside halves, few enough to become floats", ["8 in 32s"]],
      ["mistral", "Q4_1", ["4 in 32s with offsets"]],
    ])("%s.gguf, of %s, has cpu's logits and stays packed", (name, _, expected) =>
      expectNoLeaks(async () => {
        using model = await open(name);
        const formats = [...model.params.weights().values()].flatMap(({ format }) =>
          typeof format === "string"
            ? []
            : [`${format.bits} in ${format.groupSize}s${format.hasOffsets ? " with offsets" : ""}`],
        );
        expect(new Set(formats)).toEqual(new Set(expected));
        const { logits, kernels } = await logitsOf(model);
        expect(kernels).toContain("QkvPackedLinear");
        await initBackend("cpu");
        using floats = await open(name);
        expect([...floats.params.weights().values()].every(({ format }) => format === "f32")).toBe(true);
        await expectClose(logits, (await logitsOf(floats)).logits, { atol: 5e-5, rtol: 5e-5 });
      }),
    );

    test("halves that make up 32 MB stay halves, and give the logits of floats", () =>
      expectNoLeaks(async () => {
        const config = llama.parseConfig({
          ...{ model_type: "llama", vocab_size: 68_000, hidden_size: 256, intermediate_size: 64, num_hidden_layers: 1 },
          ...{ num_attention_heads: 4, num_key_value_heads: 2, max_position_embeddings: 16, tie_word_embeddings: true },
        });
        using made = llama.build(Params.initialized(1), config) as CausalLanguageModel;
        const source = memoryFiles("made", await pretrainedFiles({ model: made, dtype: "F16" }));
        using held = (await loadPretrained(source, { families: [llama] })).model;
        using floats = (await loadPretrained(source, { families: [llama], dtype: "float32" })).model;
        const formatOf = ({ params }: CausalLanguageModel) => params.weights().get("embedding.weight")?.format;
        expect([formatOf(held), formatOf(floats)]).toEqual(["f16", "f32"]);
        const { logits, kernels } = await logitsOf(held);
        expect([...kernels]).toEqual(expect.arrayContaining(["QkvPackedLinear", "QkvUnpackRows"])); // the head is tied
        await expectClose(Float32Array.from(logits), Float32Array.from((await logitsOf(floats)).logits));
      }));

    test("the device holds the words alone, once they are packed and in every product", () =>
      expectNoLeaks(async () => {
        const [rows, columns] = [4096, 512];
        const before = gpuBytes();
        const weight = await packed(rows, columns);
        const words = 4 * packedWords(FOUR_BITS, [rows, columns]);
        expect(gpuBytes() - before).toBe(words);
        const [x, xs] = [wave([1, columns]), wave([40, columns])];
        const ids = tf.tensor1d([0, 4095, 17], "int32");
        const outputs = tf.tidy(() => [
          linear(x, weight),
          linear(xs, weight),
          tf.grad((x) => tf.sum(linear(x, weight)))(xs),
          embedding(weight, ids),
        ]);
        await Promise.all(outputs.map((y) => y.data()));
        expect(gpuBytes() - before).toBeLessThan(words + 4 * rows * columns * 0.5); // as floats they would be eight times as many
        tf.dispose([x, xs, ids, outputs, weight.parts.data]);
      }));

    test("a table that the device cannot bind is refused before it is read, packed or not, and one that fits packed is read", () =>
      expectNoLeaks(async () => {
        const { maxBufferSize, maxStorageBufferBindingSize } = (
          tf.backend() as unknown as { readonly device: GPUDevice }
        ).device.limits;
        const limit = maxTensorBytes();
        expect(limit).toBe(Math.min(maxBufferSize, maxStorageBufferBindingSize));
        const load = (rows: number, packed?: PackedEntry) => {
          const read = () => Promise.reject(new Error("was read"));
          const state = new Map([["it", { shape: [rows, 32], read, packed }]]);
          const build = (params: Params) => new Linear(params, 32, rows, { bias: false });
          return streamCheckpoint(state, { weight: "it" }, build);
        };
        const entry: PackedEntry = { format: FOUR_BITS, read: () => Promise.reject(new Error("words were read")) };
        const rows = 4 * (Math.floor(limit / 512) + 1); // 128 bytes each as floats, 20 as codes
        await expect(load(rows)).rejects.toThrow(CheckpointError);
        await expect(load(rows)).rejects.toThrow(
          `it: expected at most ${limit} bytes, as webgpu takes in one tensor here, got ${128 * rows} for [${rows},32] in f32`,
        );
        await expect(load(rows, entry)).rejects.toThrow("words were read");
        await expect(load(8 * rows, entry)).rejects.toThrow(`got ${20 * 8 * rows} for [${8 * rows},32] in 4 bits`);
      }));
  },
  ["webgpu"],
);
