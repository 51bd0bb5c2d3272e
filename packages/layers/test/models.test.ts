// The layers in models of tf.layers: trained, saved, opened again, and with the masks of every input.
import {
  MultiHeadAttention,
  RMSNormalization,
  SinePositionEncoding,
  TokenAndPositionEmbedding,
  TransformerDecoder,
  TransformerEncoder,
} from "@qkv/layers";
import { describeBackends, expectClose } from "@qkv/testing";
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

const [VOCABULARY, LENGTH, WIDTH] = [12, 6, 16];

/** Where is token 1? Rows of 3 to 6 tokens, padded by 0. */
function findTheToken(rows: number): { ids: tf.Tensor2D; places: tf.Tensor2D } {
  const random = (size: number, i: number) =>
    Math.floor((((Math.sin(i * 12.9898) * 43758.5453) % 1) + 1) * size) % size;
  const places = Array.from({ length: rows }, (_, row) => random(3, row));
  const ids = places.map((place, row) =>
    Array.from({ length: LENGTH }, (_, i) => {
      if (i >= 3 + (row % 4)) return 0;
      return i === place ? 1 : 2 + random(VOCABULARY - 2, row * LENGTH + i + 0.5);
    }),
  );
  return {
    ids: tf.tensor2d(ids, [rows, LENGTH], "int32"),
    places: tf.cast(tf.oneHot(places, 3), "float32") as tf.Tensor2D,
  };
}

function finder(): tfl.Sequential {
  const initializer = (seed: number) => tfl.initializers.glorotUniform({ seed });
  const embeddings = { vocabularySize: VOCABULARY, sequenceLength: LENGTH, embeddingDim: WIDTH, maskZero: true };
  return tfl.sequential({
    layers: [
      new TokenAndPositionEmbedding({
        ...{ ...embeddings, inputShape: [LENGTH], dtype: "int32" },
        embeddingsInitializer: tfl.initializers.randomNormal({ stddev: 0.5, seed: 1 }),
      }),
      new TransformerEncoder({ intermediateDim: 32, numHeads: 2, kernelInitializer: initializer(3) }),
      new RMSNormalization(),
      tfl.layers.globalAveragePooling1d({}),
      tfl.layers.dense({ units: 3, activation: "softmax", kernelInitializer: initializer(4) }),
    ],
  });
}

/** Saved, and opened again from what was saved. */
async function reopened(model: tfl.LayersModel): Promise<tfl.LayersModel> {
  let saved: tf.io.ModelArtifacts = {};
  await model.save(
    tf.io.withSaveHandler(async (artifacts) => {
      saved = JSON.parse(JSON.stringify({ ...artifacts, weightData: undefined })) as tf.io.ModelArtifacts;
      saved.weightData = artifacts.weightData as ArrayBuffer;
      return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: "JSON" } };
    }),
  );
  return tfl.loadLayersModel(tf.io.fromMemory(saved));
}

describeBackends("a model of tf.layers", () => {
  beforeEach(() => tf.engine().startScope());
  afterEach(() => tf.engine().endScope());

  test("learns to find a token, is saved, and opens to the same numbers", async () => {
    const model = finder();
    model.compile({ optimizer: tf.train.adam(0.01), loss: "categoricalCrossentropy", metrics: ["accuracy"] });
    const { ids, places } = findTheToken(64);
    await model.fit(ids, places, { epochs: 25, batchSize: 16, shuffle: false, verbose: 0 });
    const [, accuracy] = model.evaluate(ids, places) as tf.Scalar[];
    expect((await accuracy?.data())?.[0]).toBe(1);
    const expected = model.predict(ids) as tf.Tensor;
    const opened = await reopened(model);
    expect([...(await (opened.predict(ids) as tf.Tensor).data())]).toEqual([...(await expected.data())]);
    expect(opened.toJSON(null, false)).toEqual(model.toJSON(null, false));
    model.optimizer.dispose();
    model.dispose();
    opened.dispose();
  });
});

describe("the graph of a model", () => {
  beforeEach(() => tf.engine().startScope());
  afterEach(() => tf.engine().endScope());
  const input = (shape: (number | null)[]) => tfl.input({ shape });
  const symbol = (x: unknown) => x as tfl.SymbolicTensor;
  const tensor = (x: unknown) => x as tf.Tensor;
  const keep = (...lengths: number[]) =>
    tf.tensor2d(lengths.map((length) => Array.from({ length: 5 }, (_, i) => Number(i < length))));

  test("holds the arguments of a call, and a saved one too", async () => {
    const [x, mask] = [input([5, 8]), input([5, 5])];
    const layer = new MultiHeadAttention({ numHeads: 2, keyDim: 4 });
    const call = { useCausalMask: true, returnAttentionScores: true, attentionMask: mask };
    const outputs = layer.apply([x, x], call) as tfl.SymbolicTensor[];
    expect(outputs.map(({ shape }) => shape)).toEqual([
      [null, 5, 8],
      [null, 2, 5, 5],
    ]);
    const model = tfl.model({ inputs: [x, mask], outputs });
    const [a, m] = [tf.randomNormal([2, 5, 8]), tf.cast(tf.greater(tf.randomUniform([2, 5, 5]), 0.3), "float32")];
    const [output, scores] = model.predict([a, m]) as tf.Tensor[];
    const alone = layer.apply([a, a], { ...call, attentionMask: m }) as tf.Tensor[];
    await expectClose(tensor(output), tensor(alone[0]));
    await expectClose(tensor(scores), tensor(alone[1]));
    const later = tf.sub(tf.linalg.bandPart(tensor(scores), 0, -1), tf.linalg.bandPart(tensor(scores), 0, 0));
    expect((await tf.max(tf.abs(later)).data())[0]).toBe(0);
    const opened = await reopened(model);
    await expectClose((opened.predict([a, m]) as tf.Tensor[])[0] as tf.Tensor, tensor(output), { atol: 0, rtol: 0 });
    model.dispose();
    opened.dispose();
  });

  test("hands a decoder the masks of both its sequences, however they come", async () => {
    const embed = () =>
      new TokenAndPositionEmbedding({ vocabularySize: 9, sequenceLength: 5, embeddingDim: 8, maskZero: true });
    const [source, target] = [input([5]), input([5])];
    const [sourceEmbedding, targetEmbedding] = [embed(), embed()];
    const encoder = new TransformerEncoder({ intermediateDim: 8, numHeads: 2 });
    const decoder = new TransformerDecoder({ intermediateDim: 8, numHeads: 2 });
    // Layers of TensorFlow.js between ours hand the mask on.
    const encoded = tfl.layers
      .dropout({ rate: 0.1 })
      .apply(symbol(encoder.apply(symbol(sourceEmbedding.apply(source)))));
    const decoded = decoder.apply([symbol(targetEmbedding.apply(target)), symbol(encoded)]);
    const model = tfl.model({ inputs: [source, target], outputs: symbol(decoded) });
    const ids = (lengths: number[]) =>
      tf.mul(keep(...lengths), tf.add(tf.floor(tf.randomUniform([lengths.length, 5], 0, 8)), 1));
    const [sourceIds, targetIds] = [ids([3, 5]), ids([5, 2])];
    const before = tensor(encoder.apply(tensor(sourceEmbedding.apply(sourceIds)))); // its mask comes along
    const alone = decoder.apply([tensor(targetEmbedding.apply(targetIds)), before]);
    await expectClose(model.predict([sourceIds, targetIds]) as tf.Tensor, tensor(alone));
    const named = tensor(
      decoder.apply([tf.clone(tensor(targetEmbedding.apply(targetIds))), tf.clone(before)], {
        decoderPaddingMask: keep(5, 2),
        encoderPaddingMask: keep(3, 5),
      }),
    );
    await expectClose(tensor(alone), named);
    const opened = await reopened(model);
    await expectClose(opened.predict([sourceIds, targetIds]) as tf.Tensor, named);
    model.dispose();
    opened.dispose();
  });

  test("does not take the mask of another layer's input for that of its own", async () => {
    const [ids, x] = [input([5]), input([5, 8])];
    const embedding = tfl.layers.embedding({ inputDim: 9, outputDim: 8, maskZero: true });
    const masked = tfl.layers.dropout({ rate: 0 }).apply(symbol(embedding.apply(ids)));
    const layer = new TransformerEncoder({ intermediateDim: 8, numHeads: 2 });
    const sum = tfl.layers.average().apply([symbol(layer.apply(x)), symbol(masked)]);
    const model = tfl.model({ inputs: [ids, x], outputs: symbol(sum) });
    const [a, rows] = [tf.randomNormal([2, 5, 8]), tf.mul(keep(2, 3), 4)];
    const expected = tf.div(tf.add(tensor(layer.apply(a)), tensor(embedding.apply(rows))), 2);
    await expectClose(model.predict([rows, a]) as tf.Tensor, expected);
    model.dispose();
  });

  test("adds places to embeddings whose mask goes on", async () => {
    const ids = input([5]);
    const embedding = tfl.layers.embedding({ inputDim: 9, outputDim: 8, maskZero: true });
    const embedded = symbol(embedding.apply(ids));
    const added = symbol(tfl.layers.add().apply([embedded, symbol(new SinePositionEncoding().apply(embedded))]));
    const layer = new MultiHeadAttention({ numHeads: 2, keyDim: 4 });
    const model = tfl.model({ inputs: ids, outputs: symbol(layer.apply([added, added])) });
    const rows = tf.mul(keep(2, 5), 3);
    const vectors = tensor(embedding.apply(rows));
    const x = tf.add(vectors, tensor(new SinePositionEncoding().apply(vectors)));
    const mask = keep(2, 5);
    const kept = tf.mul(tf.expandDims(mask, 2), tf.expandDims(mask, 1));
    await expectClose(model.predict(rows) as tf.Tensor, tensor(layer.apply([x, x], { attentionMask: kept })));
    model.dispose();
  });

  test("trains with dropout, and without it computes the same each time", async () => {
    const layer = new MultiHeadAttention({ numHeads: 2, keyDim: 4, dropout: 0.5, seed: 3 });
    const x = tf.randomNormal([1, 5, 8]);
    const run = (call: object) => tensor(layer.apply([x, x], call as Record<string, unknown>));
    await expectClose(run({}), run({ training: false }), { atol: 0, rtol: 0 });
    const [first, second] = [run({ training: true }), run({ training: true })];
    expect(await first?.data()).not.toEqual(await second?.data());
    const again = new MultiHeadAttention({
      numHeads: 2,
      keyDim: 4,
      dropout: 0.5,
      seed: 3,
      weights: layer.getWeights(),
    });
    await expectClose(tensor(again.apply([x, x], { training: true })), first as tf.Tensor, { atol: 0, rtol: 0 });
    layer.dispose();
    again.dispose();
  });
});
