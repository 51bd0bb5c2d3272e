// What is done with the layers on each backend: fit, save, load.
import { TokenAndPositionEmbedding, TransformerDecoder, TransformerEncoder } from "@qkv/layers";
import * as tf from "@tensorflow/tfjs-core";
import { initializers, input, layers, loadLayersModel, model, type SymbolicTensor } from "@tensorflow/tfjs-layers";

/** What came of it. */
export interface LayersOutcome {
  readonly losses: readonly number[];
  readonly predicted: readonly number[];
  /** What the saved model predicts, once it is opened again. */
  readonly reopened: readonly number[];
}

/** A small encoder and decoder on two texts with padding, each variable from a seed. */
export async function trainLayers(): Promise<LayersOutcome> {
  const embed = (seed: number) =>
    new TokenAndPositionEmbedding({
      ...{ vocabularySize: 7, sequenceLength: 5, embeddingDim: 8, maskZero: true },
      embeddingsInitializer: initializers.randomNormal({ seed }),
    });
  const options = (seed: number) => ({
    ...{ intermediateDim: 12, numHeads: 2, activation: "gelu" as const },
    kernelInitializer: initializers.glorotUniform({ seed }),
  });
  const symbol = (x: unknown) => x as SymbolicTensor;
  const [source, target] = [input({ shape: [5] }), input({ shape: [4] })];
  const encoded = symbol(new TransformerEncoder(options(1)).apply(symbol(embed(2).apply(source))));
  const decoder = new TransformerDecoder({ ...options(3), normalizeFirst: true });
  const decoded = decoder.apply([symbol(embed(4).apply(target)), encoded]);
  const dense = layers.dense({
    units: 7,
    activation: "softmax",
    kernelInitializer: initializers.randomNormal({ seed: 5 }),
  });
  const whole = model({ inputs: [source, target], outputs: symbol(dense.apply(symbol(decoded))) });

  const ids = (rows: number, length: number) =>
    tf.tensor2d(
      Array.from({ length: rows }, (_, b) =>
        Array.from({ length }, (_, i) => (i > 1 + (b % 3) ? 0 : 1 + ((b + 2 * i) % 6))),
      ),
    );
  const [sources, targets] = [ids(6, 5), ids(6, 4)];
  const answers = tf.oneHot(tf.cast(targets, "int32"), 7);
  whole.compile({ optimizer: tf.train.adam(0.01), loss: "categoricalCrossentropy" });
  const { history } = await whole.fit([sources, targets], answers, { epochs: 3, shuffle: false, verbose: 0 });
  let saved: tf.io.ModelArtifacts = {};
  await whole.save(
    tf.io.withSaveHandler((artifacts) => {
      saved = artifacts;
      return Promise.resolve({ modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: "JSON" } });
    }),
  );
  const opened = await loadLayersModel(tf.io.fromMemory(saved));
  const numbers = async (of: typeof opened) => [...(await (of.predict([sources, targets]) as tf.Tensor).data())];
  return { losses: history["loss"] as number[], predicted: await numbers(whole), reopened: await numbers(opened) };
}
