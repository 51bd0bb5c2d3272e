// What the page and Node both do, so that their numbers can be compared.
import { Params, RandomStream } from "@qkv/nn";
import { createTranslator, loadPretrained, type ModelFiles } from "@qkv/pretrained";
import { AdamW, lossAndGradients } from "@qkv/training";
import { marian } from "@qkv/transformer";
import * as tf from "@tensorflow/tfjs-core";

/** A translation, and the logarithm of its probability by length. */
export interface Line {
  readonly translation: string;
  readonly score: number;
}

/** The losses of a tiny model's first steps of training, dropout on. */
export async function trainTiny(steps: number): Promise<number[]> {
  const config = {
    ...marian.parseConfig({
      model_type: "marian",
      vocab_size: 13,
      pad_token_id: 12,
      decoder_start_token_id: 12,
      d_model: 16,
    }),
    ...{ maxPositions: 17, dropout: 0.1, activation: "relu" as const },
    ...{ encoderLayers: 1, encoderHeads: 2, encoderFfnDim: 19, decoderLayers: 1, decoderHeads: 4, decoderFfnDim: 11 },
  };
  const model = marian.build(Params.initialized(7), config);
  const optimizer = new AdamW(model.params.named(), { learningRate: 0.01 });
  const random = new RandomStream(3);
  const ids = (rows: number[][]) => tf.tensor2d(rows, undefined, "int32");
  const batch = {
    ids: ids([
      [1, 2, 3, 0],
      [4, 5, 6, 0],
    ]),
    decoderIds: ids([
      [12, 7, 8],
      [12, 9, 10],
    ]),
    labels: ids([
      [7, 8, 0],
      [9, 10, 0],
    ]),
  };
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    const { loss, gradients } = lossAndGradients(model.params.named(), () => model.loss(batch, { random }));
    optimizer.step(gradients);
    losses.push((await loss.data())[0] ?? NaN);
    tf.dispose([loss, ...gradients.values()]);
  }
  tf.dispose(batch);
  optimizer.dispose();
  model.dispose();
  return losses;
}

/** The translations of `lines` by the model in `files`, as its own settings search. */
export async function translate(files: ModelFiles, lines: readonly string[]): Promise<Line[]> {
  const pretrained = await loadPretrained(files);
  try {
    const translations = await createTranslator(pretrained).translateBatch([...lines]);
    return translations.map(({ translation, score }) => ({ translation, score }));
  } finally {
    pretrained.model.dispose();
  }
}

/** The logits of one pass of the model in `files`, on two short rows of ids. */
export async function forward(files: ModelFiles): Promise<number[]> {
  const { model } = await loadPretrained(files, { families: [marian] });
  const logits = tf.tidy(() => {
    const ids = tf.tensor2d([5, 9, 2, 7, 7, 0], [2, 3], "int32");
    const decoderIds = tf.tensor2d([1, 11, 13, 1, 17, 19], [2, 3], "int32");
    return model.forward({ ids, decoderIds }).logits;
  });
  const values = [...(await logits.data())];
  logits.dispose();
  model.dispose();
  return values;
}
