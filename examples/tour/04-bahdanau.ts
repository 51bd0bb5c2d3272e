// The plain sequence-to-sequence model squeezes a sentence into one vector. Bahdanau's lets the decoder look back at every
// word, and the longer the sentence, the more that helps. Both are trained here, one beside the other, and differ in one
// function: where the decoder's context comes from.
import { AdditiveAttention, lengthMask } from "@qkv/attention";
import { crossEntropy } from "@qkv/ops";
import { type Context, GruDecoder, GruEncoder, Params, type RandomStream } from "@qkv/nn";
import { heatMap, lineChart, terminalHeatMap } from "@qkv/visualize";
import * as tf from "@tensorflow/tfjs-core";
import { type Pair, readPairs, tatoebaFile, Vocabulary } from "./tatoeba.ts";
import { fit, preset, savePicture, take } from "./tour.ts";

const size = preset({
  full: tatoebaFile()
    ? { pairs: 100_000, maxWords: 14, vocabSize: 3000, width: 128, batch: 64, steps: 6000 }
    : { pairs: 4000, maxWords: 14, vocabSize: 20, width: 64, batch: 64, steps: 600 },
  tiny: { pairs: 40, maxWords: 5, vocabSize: 30, width: 8, batch: 8, steps: 3 },
});
const { train, test, name } = readPairs(size.pairs, size.maxWords);
const [english, french] = [
  new Vocabulary(
    train.map(({ source }) => source),
    size.vocabSize,
  ),
  new Vocabulary(
    train.map(({ target }) => target),
    size.vocabSize,
  ),
];

/** A translator with attention or without. */
class Translator {
  readonly params: Params;
  readonly encoder: GruEncoder;
  readonly decoder: GruDecoder;
  readonly attention?: AdditiveAttention;

  constructor(attends: boolean) {
    this.params = Params.initialized(1);
    const { width } = size;
    const config = { embeddingDim: width, hiddenDim: width, dropout: 0.1 };
    const bothWays = { bidirectional: true, hiddenDim: width / 2 }; // each word knows what stands before and after it
    this.encoder = new GruEncoder(this.params.at("encoder"), {
      ...{ ...config, ...bothWays },
      vocabSize: english.words.length,
    });
    this.decoder = new GruDecoder(this.params.at("decoder"), {
      ...config,
      vocabSize: french.words.length,
      contextDim: width,
    });
    if (attends)
      this.attention = new AdditiveAttention(this.params.at("attention"), {
        queryDim: width,
        keyDim: width,
        hiddenDim: width,
        keepWeights: true,
      });
  }

  /** [B, T, V] @param watch hears where each step looked, [B, 1, S], and owns what it hears */
  forward(pairs: readonly Pair[], random?: RandomStream, watch?: (look: tf.Tensor) => void): tf.Tensor3D {
    const [sources, targets] = [
      pairs.map(({ source }) => english.encode(source)),
      pairs.map(({ target }) => french.encode(target)),
    ];
    const lengths = sources.map(({ length }) => length);
    const { output, state } = this.encoder.forward(matrix(sources), lengthMask(lengths, Math.max(...lengths)), random);
    const last = tf.concat([...state], 1) as tf.Tensor2D; // what reading forward and backward ended with
    const context: Context = (query) => {
      if (!this.attention) return last;
      const pooled = this.attention.forward(tf.expandDims(query, 1) as tf.Tensor3D, output, output, lengths);
      watch?.(tf.keep(tf.clone(this.attention.attentionWeights as tf.Tensor)));
      return tf.squeeze(pooled, [1]);
    };
    const before = matrix(targets.map((ids) => [2, ...ids.slice(0, -1)]));
    return this.decoder.forward(before, [last], context, random).logits;
  }
}

/** Rows filled up with padding. */
function matrix(rows: number[][]): tf.Tensor2D {
  const width = Math.max(...rows.map(({ length }) => length));
  return tf.tensor2d(
    rows.map((row) => [...row, ...Array<number>(width - row.length).fill(0)]),
    undefined,
    "int32",
  );
}

/** The cost of each target word, 0 where there is none: [B * T]. */
function costs(logits: tf.Tensor3D, pairs: readonly Pair[]): { each: tf.Tensor1D; words: number } {
  const ids = pairs.map(({ target }) => french.encode(target));
  const width = logits.shape[1];
  const labels = ids.flatMap((row) => [...row, ...Array<number>(width - row.length).fill(-100)]);
  const each = crossEntropy(tf.reshape(logits, [-1, logits.shape[2]]), tf.tensor1d(labels, "int32")) as tf.Tensor1D;
  return { each, words: ids.flat().length };
}

// Sentences of about the same length share a batch, so that little of it is padding.
const sorted = train.toSorted((a, b) => a.target.length - b.target.length);
const batchAt = (step: number) => {
  const start = Math.floor(((step * 0.618034) % 1) * Math.max(1, sorted.length - size.batch));
  return sorted.slice(start, start + size.batch);
};

const lengths = [...new Set(test.map(({ source }) => source.length))].sort((a, b) => a - b);
const curves: { name: string; points: [number, number][] }[] = [];
for (const attends of [false, true]) {
  const model = new Translator(attends);
  const title = attends ? "with attention" : "without";
  const losses = await fit(
    model.params,
    (random, step) => {
      const batch = batchAt(step);
      const { each, words } = costs(model.forward(batch, random), batch);
      return tf.div(tf.sum(each), words);
    },
    { steps: size.steps, learningRate: 2e-3 },
  );
  console.log(`${name}, ${title}: a word cost ${losses[0]?.toFixed(2)} at first, ${losses.at(-1)?.toFixed(2)} at last`);

  const points: [number, number][] = [];
  for (const length of lengths) {
    const asked = test.filter(({ source }) => source.length === length).slice(0, size.batch);
    const [mean = NaN] = await take(
      tf.tidy(() => {
        const { each, words } = costs(model.forward(asked), asked);
        return tf.div(tf.sum(each), words);
      }),
    );
    points.push([length, mean]);
  }
  curves.push({ name: title, points });
  if (attends) await showAlignment(model);
  model.attention?.dispose();
  model.params.dispose();
}
const gaps = lengths.map(
  (length, i) => [length, (curves[0]?.points[i]?.[1] ?? 0) - (curves[1]?.points[i]?.[1] ?? 0)] as const,
);
console.log(
  `what attention saves a word, by length: ${gaps.map(([length, gap]) => `${length}: ${gap.toFixed(2)}`).join(", ")}`,
);
savePicture(
  "04-length",
  lineChart({ series: curves, xName: "words", yName: "cost", title: "cost of a word by the length of the sentence" }),
);

/** Where the decoder looked at each word of a test sentence's translation. */
async function showAlignment(model: Translator): Promise<void> {
  const known = ({ source, target }: Pair) =>
    [english.encode(source), french.encode(target)].every((ids) => !ids.includes(1));
  const pair =
    test
      .filter(known)
      .toSorted((a, b) => b.source.length - a.source.length)
      .find(({ source }) => source.length <= 9) ?? test[0];
  if (pair === undefined) return;
  const looks: tf.Tensor[] = [];
  tf.tidy(() => void model.forward([pair], undefined, (look) => looks.push(look)));
  const values = await take(tf.concat(looks, 1));
  tf.dispose(looks);
  const picture = { rows: [...pair.target, "</s>"], columns: [...pair.source, "</s>"], values };
  console.log(terminalHeatMap(picture));
  savePicture("04-alignment", heatMap({ ...picture, title: "where each word looked" }));
}
