import { Params, RandomStream, Recorder } from "@qkv/nn";
import { checkGradients, describeBackends, expectClose, expectNoLeaks } from "@qkv/testing";
import * as tf from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";
import type { MarianConfig } from "./config.ts";
import { marian, type MarianModel } from "./index.ts";
import { MARIAN_WEIGHTS } from "./weights.ts";

const CONFIG: MarianConfig = {
  ...marian.parseConfig({
    model_type: "marian",
    vocab_size: 13,
    pad_token_id: 12,
    decoder_start_token_id: 12,
    d_model: 16,
  }),
  ...{ dModel: 6, maxPositions: 17, scaleEmbedding: true, activation: "gelu" },
  ...{ encoderLayers: 2, encoderHeads: 3, encoderFfnDim: 5, decoderLayers: 1, decoderHeads: 2, decoderFfnDim: 7 },
};

function randomModel(config: MarianConfig = CONFIG): MarianModel {
  let seed = 3;
  return marian.build(
    Params.from((_name, shape) => tf.randomNormal(shape, 0, 0.5, "float32", seed++)),
    config,
  );
}

/** Two pairs, the second with a padded source and target. */
function batch() {
  const ids = (rows: number[][]) => tf.tensor2d(rows, undefined, "int32");
  const inputs = {
    ids: ids([
      [1, 2, 3, 0],
      [4, 5, 0, 12],
    ]),
    attentionMask: tf.tensor2d(
      [
        [1, 1, 1, 1],
        [1, 1, 1, 0],
      ],
      undefined,
      "bool",
    ),
    decoderIds: ids([
      [12, 7, 8],
      [12, 9, 0],
    ]),
    labels: ids([
      [7, 8, 0],
      [9, 0, -100],
    ]),
  };
  return { inputs, dispose: () => tf.dispose(inputs) };
}

/** The tensor at a dotted path of fields. */
function fieldAt(root: unknown, path: string): unknown {
  return path.split(".").reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], root);
}

describeBackends("Marian", (backend) => {
  test.each([
    ["shared and tied", {}],
    [
      "its own tables and head",
      { shareEncoderDecoderEmbeddings: false, tieWordEmbeddings: false, decoderVocabSize: 11 },
    ],
  ])("a parameter's name is the path to its field, and the table names each once: %s", (_, changes) => {
    const model = randomModel({ ...CONFIG, ...changes });
    for (const [path, weight] of model.params.weights()) {
      expect([weight, weight.parts.data], path).toContain(fieldAt(model, path));
      expect(MARIAN_WEIGHTS.rename[path.replace(/(?<=\.)\d+(?=\.)/g, "*")], path).toBeDefined();
    }
    model.dispose();
  });

  test("the table is one-to-one", () => {
    const names = Object.values(MARIAN_WEIGHTS.rename);
    expect(new Set(names).size).toBe(names.length);
  });

  test("gradients of the loss for every parameter", async () => {
    const model = randomModel({ ...CONFIG, encoderLayers: 1, encoderFfnDim: 2, decoderFfnDim: 3 });
    const { inputs, dispose } = batch();
    const trained = [...model.params.named()].filter(([, variable]) => variable.trainable);
    // A GPU in software takes seconds for each; the layers' own tests have them all.
    const variables = new Map(trained.filter((_, i) => backend !== "webgpu" || i % 7 === 0));
    await checkGradients(() => model.loss(inputs, { labelSmoothing: 0.1 }), [], { variables, step: 2 ** -6 });
    dispose();
    model.dispose();
  });

  test("cached decoding equals one pass, and what is padded changes nothing", async () => {
    const model = randomModel();
    const { inputs, dispose } = batch();
    const whole = tf.tidy(() => model.forward(inputs).logits);
    const memory = model.encode(inputs.ids, inputs.attentionMask);
    const [start, end] = tf.split(inputs.decoderIds, [1, 2], 1) as [tf.Tensor2D, tf.Tensor2D];
    using cache = model.createCache();
    const first = model.decode(start, memory, { cache });
    const rest = model.decode(end, memory, { cache });
    expect(cache.length).toBe(3);
    const steps = tf.concat([first.logits, rest.logits], 1);
    await expectClose(steps, whole);

    const alone = tf.tidy(() => {
      const [ids, decoderIds] = [tf.slice(inputs.ids, [1, 0], [1, 3]), tf.slice(inputs.decoderIds, [1, 0], [1, 3])];
      return model.forward({ ids, decoderIds }).logits;
    });
    const second = tf.slice(whole, [1, 0, 0], [1, 3, 13]);
    await expectClose(alone, second);
    tf.dispose([whole, steps, alone, second, start, end] as tf.Tensor[]);
    tf.dispose([memory, first, rest] as unknown as tf.TensorContainer);
    dispose();
    model.dispose();
  });

  test("a random stream turns dropout on, and the same one gives the same loss", async () => {
    const model = randomModel({ ...CONFIG, dropout: 0.5, attentionDropout: 0.3, activationDropout: 0.2 });
    const { inputs, dispose } = batch();
    const lossOf = async (random?: RandomStream) => {
      const loss = model.loss(inputs, { random });
      const value = (await loss.data())[0];
      loss.dispose();
      return value;
    };
    expect(await lossOf()).toBe(await lossOf());
    expect(await lossOf(new RandomStream(1))).toBe(await lossOf(new RandomStream(1)));
    expect(await lossOf(new RandomStream(1))).not.toBe(await lossOf(new RandomStream(2)));
    dispose();
    model.dispose();
  });

  test.each(["dropout", "attentionDropout", "activationDropout"] as const)(
    "%s alone changes the loss",
    async (rate) => {
      const model = randomModel({ ...CONFIG, dropout: 0, attentionDropout: 0, activationDropout: 0, [rate]: 0.4 });
      const { inputs, dispose } = batch();
      const losses = [model.loss(inputs), model.loss(inputs, { random: new RandomStream(1) })];
      const [off, on] = await Promise.all(losses.map((loss) => loss.data()));
      expect(on).not.toEqual(off);
      tf.dispose(losses);
      dispose();
      model.dispose();
    },
  );

  test("activations are those that the model names, of the right shapes, and nothing else stays", () =>
    expectNoLeaks(() => {
      const model = randomModel();
      const { inputs, dispose } = batch();
      using seen = new Recorder(["**"]);
      const { logits } = model.forward(inputs, { taps: seen });
      expect([...seen.paths].sort()).toEqual([...model.activations].sort());
      const shapesOf = (path: string) => seen.get(path).shape;
      expect(shapesOf("logits")).toEqual([2, 3, 13]);
      expect(["embeddings", "layers.0", "layers.1"].map((name) => shapesOf(`encoder.${name}`))).toEqual(
        new Array(3).fill([2, 4, 6]),
      );
      expect(shapesOf("decoder.layers.0")).toEqual([2, 3, 6]);
      expect(shapesOf("encoder.layers.1.selfAttn.probabilities")).toEqual([2, 3, 4, 4]);
      expect(shapesOf("decoder.layers.0.selfAttn.scores")).toEqual([2, 2, 3, 3]);
      expect(shapesOf("decoder.layers.0.crossAttn.maskedScores")).toEqual([2, 2, 3, 4]);
      expect(() => model.forward(inputs, { taps: new Recorder(["decoder.layers.0.selfAttn.weights"]) })).toThrow(
        "got decoder.layers.0.selfAttn.weights",
      );
      logits.dispose();
      dispose();
      model.dispose();
    }));

  test("too long a text is refused by its length", () => {
    const model = randomModel();
    const ids = tf.zeros<tf.Rank.R2>([1, 18], "int32");
    expect(() => model.encode(ids)).toThrow("expected at most 17 positions, got 18");
    ids.dispose();
    model.dispose();
  });
});
