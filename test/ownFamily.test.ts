// A family that this project does not have, in a folder outside the packages: it is opened, trained, saved and fused as all.
import { initBackend } from "@qkv/backend";
import { Params, Recorder } from "@qkv/nn";
import { loadPretrained, memoryFiles, pretrainedFiles } from "@qkv/pretrained";
import { parseSafetensors, safeTensor, writeSafetensors } from "@qkv/safetensors";
import { checkGradients, describeBackends, expectClose, expectNoLeaks } from "@qkv/testing";
import { AdamW, train } from "@qkv/training";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";
import { heron } from "../examples/guides/heron/index.ts";

const JSON_CONFIG = {
  ...{ model_type: "heron", vocab_size: 11, hidden_size: 8, num_hidden_layers: 2, num_attention_heads: 2 },
  ...{ intermediate_size: 12, initializer_range: 0.4 },
};
const newModel = (more: object = {}) =>
  heron.build(Params.initialized(3), heron.parseConfig({ ...JSON_CONFIG, ...more }));
const IDS = [[1, 2, 3, 4, 5]];
const families = [heron];

describeBackends("a family of one's own", (backend) => {
  test("is opened as it was saved, and its logits, steps and trained weights are the same", () =>
    expectNoLeaks(async () => {
      const model = newModel();
      const ids = tf.tensor2d(IDS, undefined, "int32");
      const params = model.params.named();
      const optimizer = new AdamW(params, { learningRate: 0.1 });
      const loss = () => model.loss({ ids, labels: ids });
      const before = await valueOf(loss());
      await train({ params, batches: () => [IDS], loss }, { optimizer, maxSteps: 1 });
      expect(await valueOf(loss())).toBeLessThan(before);

      const files = await pretrainedFiles({ model, families });
      const opened = await loadPretrained(memoryFiles("heron", files), { families });
      expect([opened.modelType, opened.architecture, opened.task]).toEqual(["heron", "HeronForCausalLM", "causalLM"]);
      expect(opened.config).toEqual(model.config);
      const [mine, its] = [model.forward({ ids }).logits, opened.model.forward({ ids }).logits];
      await expectClose(its, mine);
      const cache = opened.model.createCache();
      for (const [at, id] of IDS.flat().entries()) {
        const token = tf.tensor2d([[id]], undefined, "int32");
        const step = opened.model.decode(token, { cache }).logits;
        const row = tf.slice(mine, [0, at, 0], [1, 1, 11]);
        await expectClose(step, row);
        tf.dispose([token, step, row]);
      }
      cache.dispose();
      tf.dispose([mine, its, ids]);
      for (const each of [optimizer, model, opened.model]) each.dispose();
    }));

  test("runs as one kernel a layer where the backend has one, with the same logits", async () => {
    using model = newModel();
    const ids = tf.tensor2d(IDS, undefined, "int32");
    using seen = new Recorder(["**"]);
    const parts = model.forward({ ids }, { taps: seen }).logits;
    let whole = parts;
    const { kernels } = await tf.profile(() => (whole = model.forward({ ids }).logits));
    await expectClose(whole, parts);
    const fused = kernels.filter(({ name }) => name === "QkvTransformerLayer").length;
    expect(fused).toBe(backend.startsWith("wasm") ? 2 : 0);
    expect(seen.paths).toEqual(model.activations);
    tf.dispose([ids, parts, whole]);
  });

  test("has gradients", async () => {
    using model = newModel();
    const ids = tf.tensor2d(IDS, undefined, "int32");
    const some = new Map([...model.params.named()].filter((_, i) => i % (backend === "webgpu" ? 9 : 3) === 0));
    await checkGradients(() => model.loss({ ids, labels: ids }), [], { variables: some, step: 2 ** -6 });
    ids.dispose();
  });
});

describe("its files", () => {
  beforeAll(() => initBackend("cpu"));
  const tensorsOf = (files: ReadonlyMap<string, Uint8Array>) =>
    parseSafetensors(files.get("model.safetensors") ?? new Uint8Array()).tensors;

  test("hold queries, keys and values as one matrix, and what is transposed so", async () => {
    using model = newModel();
    const tensors = tensorsOf(await pretrainedFiles({ model, families }));
    expect(tensors.get("heron.blocks.1.attn.qkv.weight")?.shape).toEqual([24, 8]);
    expect(tensors.get("heron.blocks.1.down.weight")?.shape).toEqual([12, 8]);
    expect([...tensors.keys()].filter((name) => /query|lm_head/.test(name))).toEqual([]);
  });

  test("may lack the prefix, hold a copy of the embedding and what the family ignores, and nothing else", async () => {
    using model = newModel();
    const files = await pretrainedFiles({ model, families });
    const tensors = tensorsOf(files);
    const bare = new Map([...tensors].map(([name, tensor]) => [name.replace(/^heron\./, ""), tensor]));
    const table = tensors.get("heron.embed.weight");
    if (table !== undefined) bare.set("lm_head.weight", table);
    bare.set("blocks.0.attn.slopes", safeTensor(Float32Array.of(1, 2), [2]));
    const open = () =>
      loadPretrained(memoryFiles("bare", new Map([...files, ["model.safetensors", writeSafetensors(bare)]])), {
        families,
      });
    const opened = await open();
    expect(opened.config).toEqual(model.config);
    opened.model.dispose();
    bare.set("blocks.0.attn.scale", safeTensor(Float32Array.of(1), [1]));
    await expect(open()).rejects.toThrow("unused tensors: blocks.0.attn.scale");
  });

  test("are refused where nobody knows the family, and a config that they cannot hold is refused", async () => {
    using model = newModel();
    const files = memoryFiles("heron", await pretrainedFiles({ model, families }));
    await expect(loadPretrained(files)).rejects.toThrow(
      "heron/config.json: expected a model_type of marian, t5, mt5, bart",
    );
    await expect(pretrainedFiles({ model })).rejects.toThrow(
      "savePretrained: expected a model of the types marian, t5, mt5, bart",
    );
    using odd = heron.build(Params.initialized(1), { ...model.config, extra: 1 } as never);
    await expect(pretrainedFiles({ model: odd, families })).rejects.toThrow(
      "expected a config that files of type heron can hold, got extra 1, which would be read as none",
    );
    await expect(loadPretrained(files, { families: [{}] as never })).rejects.toThrow(
      "expected families[0] to be a family",
    );
  });
});

async function valueOf(scalar: tf.Scalar): Promise<number> {
  const [value = NaN] = await scalar.data();
  scalar.dispose();
  return value;
}
