import { addLora, denseOf, Params, Recorder, removeLora, type WeightKind } from "@qkv/nn";
import { type CodeFormat, packCodes, packHalves, type PackedTensor } from "@qkv/ops";
import { describeBackends } from "@qkv/testing";
import { type CausalLanguageModel, generate, gpt2, llama } from "@qkv/transformer";
import * as tf from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";

// Models whose matrices and tables are packed compute what they would with the same numbers as floats.

const sizes = {
  ...{ vocab_size: 50, hidden_size: 64, intermediate_size: 96, num_hidden_layers: 2, max_position_embeddings: 64 },
  ...{ num_attention_heads: 4, num_key_value_heads: 2, head_dim: 16, bos_token_id: 1, eos_token_id: 2 },
};
const CONFIGS = {
  llama: llama.parseConfig({ ...sizes, model_type: "llama", tie_word_embeddings: true }),
  qwen2: llama.parseConfig({ ...sizes, model_type: "qwen2", tie_word_embeddings: false }),
  gpt2: gpt2.parseConfig({
    ...{ model_type: "gpt2", vocab_size: 50, n_embd: 64, n_head: 4, n_layer: 2, n_positions: 64 },
  }),
};
type Name = keyof typeof CONFIGS;

const FORMATS: Readonly<Record<string, CodeFormat | "f16" | "bf16">> = {
  "8 bits": { bits: 8, groupSize: 32, zero: 0, hasOffsets: false },
  "4 bits with offsets": { bits: 4, groupSize: 32, zero: 0, hasOffsets: true },
  "4 bits in 16s": { bits: 4, groupSize: 16, zero: 8, hasOffsets: false },
  f16: "f16",
  bf16: "bf16",
};

let seed = 3;

async function packedTensor(format: CodeFormat | "f16" | "bf16", shape: [number, number]): Promise<PackedTensor> {
  const size = shape[0] * shape[1];
  const random = tf.tidy(() => tf.randomUniform([size], 0, 1, "float32", ++seed).dataSync());
  if (typeof format === "string") {
    const [least, range] = format === "f16" ? [0x2800, 0x0800] : [0x3d00, 0x0180];
    const halves = Uint16Array.from(random, (x, i) => ((i & 1) << 15) | (least + Math.floor(x * range)));
    return packHalves(format, halves, shape);
  }
  const { bits, groupSize, zero, hasOffsets } = format;
  const codes = Int8Array.from(random, (x) => Math.floor(x * 2 ** bits) - (bits === 8 ? 128 : 0));
  const groups = size / groupSize;
  const scales = Float32Array.from({ length: groups }, (_, i) => ((1 + (i % 5)) * 0.2) / 2 ** bits);
  const offsets = hasOffsets ? Float32Array.from({ length: groups }, (_, i) => (i % 7) / 20 - 0.3) : undefined;
  return packCodes(format, [{ bits, groupSize, zero, codes, scales, offsets }], shape);
}

function build(name: Name, source: (path: string, shape: number[], kind: WeightKind) => tf.Tensor | PackedTensor) {
  const params = Params.from((path, shape, _init, kind) => source(path, shape, kind));
  const config = CONFIGS[name];
  return (
    config.modelType === "gpt2" ? gpt2.build(params, config) : llama.build(params, config)
  ) as CausalLanguageModel;
}

async function packedModel(name: Name, format: CodeFormat | "f16" | "bf16"): Promise<CausalLanguageModel> {
  using shapes = build(name, (_path, shape) => tf.zeros(shape));
  const packed = new Map<string, PackedTensor>();
  for (const [path, { kind, shape }] of shapes.params.weights()) {
    if (kind !== "matrix" && kind !== "embedding") continue;
    packed.set(path, await packedTensor(format, shape as [number, number]));
  }
  return build(
    name,
    (path, shape, kind) => packed.get(path) ?? tf.randomNormal(shape, kind === "norm" ? 1 : 0, 0.1, "float32", ++seed),
  );
}

/** The same numbers as floats. */
function denseModel(name: Name, packed: CausalLanguageModel): CausalLanguageModel {
  const weights = packed.params.weights();
  return build(name, (path) => denseOf(weights.get(path) as never));
}

const idsOf = (batch: number, length: number) =>
  tf.tensor2d(
    Array.from({ length: batch * length }, (_, i) => 3 + ((i * 7) % 40)),
    [batch, length],
    "int32",
  );

async function profiled(run: () => { logits: tf.Tensor }) {
  let logits: tf.Tensor | undefined;
  const { kernels } = await tf.profile(() => void ({ logits } = run()));
  const data = (await logits?.data()) as Float32Array;
  logits?.dispose();
  return { data, layers: kernels.filter(({ name }) => name === "QkvTransformerLayer").length };
}

function errorOf(actual: Float32Array, expected: Float32Array): number {
  const largest = expected.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  return actual.reduce((most, x, i) => Math.max(most, Math.abs(x - (expected[i] as number))), 0) / largest;
}

const CASES = (Object.keys(CONFIGS) as Name[]).flatMap((name) =>
  Object.entries(FORMATS).map(([label, format]) => [name, label, format] as const),
);

describeBackends("packed models", (backend) => {
  test.each(CASES)("%s of %s: a prompt, and tokens after it", async (name, _, format) => {
    using model = await packedModel(name, format);
    using dense = denseModel(name, model);
    using cache = model.createCache();
    using watchedCache = model.createCache();
    using denseCache = dense.createCache();
    for (const length of [10, 1, 2]) {
      const ids = idsOf(2, length);
      const { data, layers } = await profiled(() => model.decode(ids, { cache }));
      expect(layers).toBe(backend === "wasm" ? 2 : 0);
      using taps = new Recorder(["layers.*.selfAttn.heads"]);
      const watched = await profiled(() => model.decode(ids, { cache: watchedCache, taps }));
      expect(watched.layers).toBe(0);
      const { data: expected } = await profiled(() => dense.decode(ids, { cache: denseCache }));
      // On wasm few rows are rounded to 8 bits beside weights of 4, and to 16 beside weights of 8.
      const most = backend !== "wasm" || typeof format === "string" ? 1e-5 : format.bits === 8 ? 1e-3 : 5e-2;
      expect(errorOf(data, expected)).toBeLessThan(most);
      expect(errorOf(watched.data, data)).toBeLessThan(most);
      ids.dispose();
    }
  });

  test("a search goes on with packed weights", async () => {
    using model = await packedModel("llama", "f16");
    using dense = denseModel("llama", model);
    const ids = [[3, 5, 8]];
    const options = { maxNewTokens: 6 };
    const [actual, expected] = [await generate(model, ids, options), await generate(dense, ids, options)];
    expect(actual[0]?.[0]?.ids).toEqual(expected[0]?.[0]?.ids);
    expect(actual[0]?.[0]?.score).toBeCloseTo(expected[0]?.[0]?.score as number, 5);
  });

  test("an adapter trains, the packed weights do not, and a kernel never passes it by", async () => {
    using model = await packedModel("llama", FORMATS["4 bits with offsets"] as CodeFormat);
    using dense = denseModel("llama", model);
    const adapters = Params.initialized(1);
    expect(() => model.params.named()).toThrow("expected float32 weights, got embedding.weight, which is packed");
    addLora(model.params, adapters, { rank: 2, targets: ["qProj", "downProj"] });
    const ids = idsOf(1, 12);
    const loss = () => tf.mean(tf.square(model.forward({ ids }).logits)) as tf.Scalar;
    const { value, grads } = tf.variableGrads(loss, [...adapters.named().values()]);
    const optimizer = tf.train.sgd(1);
    optimizer.applyGradients(grads);
    const after = tf.tidy(loss);
    expect((await after.data())[0]).toBeLessThan((await value.data())[0] as number);
    const [adapted, plain] = tf.tidy(() => [model.forward({ ids }).logits, dense.forward({ ids }).logits] as const);
    expect(errorOf((await adapted.data()) as Float32Array, (await plain.data()) as Float32Array)).toBeGreaterThan(3e-4);
    removeLora(model.params);
    const without = model.forward({ ids }).logits;
    expect(errorOf((await without.data()) as Float32Array, (await plain.data()) as Float32Array)).toBeLessThan(1e-5);
    tf.dispose([ids, value, grads, after, adapted, plain, without] as unknown as tf.TensorContainer);
    optimizer.dispose();
    adapters.dispose();
  });
});
