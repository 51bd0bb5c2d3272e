// A small GPT reads letters by chance that come twice, and learns to say them the second time. The microscope finds the head
// that looks back, shows from which layer on the answer is there, and what becomes of it without that head.
import { headScores, logitLens, nextTokenProbabilities, strongestHeads } from "@qkv/microscope";
import { Params, RandomStream } from "@qkv/nn";
import { gpt2 } from "@qkv/transformer";
import { heatMap, tokenTable } from "@qkv/visualize";
import * as tf from "@tensorflow/tfjs-core";
import { fit, preset, savePicture } from "./tour.ts";

const { half, width, steps, batch } = preset({
  full: { half: 8, width: 32, steps: 400, batch: 32 },
  tiny: { half: 4, width: 8, steps: 3, batch: 4 },
});
const LETTERS = [..."abcdefghijkl"];
const length = 2 * half;
const sizes = { vocab_size: LETTERS.length, n_embd: width, n_layer: 2, n_head: 2, n_positions: length };
const params = Params.initialized(1);
const model = gpt2.build(params, { ...gpt2.parseConfig({ model_type: "gpt2", ...sizes }), eosTokenIds: [] });

/** Letters by chance, twice. */
function twice(random: RandomStream): number[] {
  const once = Array.from({ length: half }, () => Math.floor(random.uniform() * LETTERS.length));
  return [...once, ...once];
}

const losses = await fit(
  params,
  (random) => {
    const rows = tf.tensor2d(
      Array.from({ length: batch }, () => twice(random)),
      [batch, length],
      "int32",
    );
    const [ids, labels] = [tf.slice(rows, [0, 0], [-1, length - 1]), tf.slice(rows, [0, 1])];
    return model.loss({ ids, labels });
  },
  { steps, learningRate: 3e-3 },
);
console.log(`loss ${losses[0]?.toFixed(2)} to ${losses.at(-1)?.toFixed(2)}: the first half cannot be known`);

const text = twice(new RandomStream(99));
const [ids, answer = 0] = [text.slice(0, -1), text.at(-1)];
const scored = await headScores(model, { ids });
const [best = { layer: 0, head: 0, score: 0 }] = strongestHeads(scored, "induction", 1);
console.log(`head ${best.layer}.${best.head} lays ${best.score.toFixed(2)} of its weight on what came next last time`);
const numbers = (count: number) => Array.from({ length: count }, (_, i) => `${i}`);
const [layers, heads] = [numbers(scored.layers), numbers(scored.heads)];
savePicture("12-heads", heatMap({ rows: layers, columns: heads, values: scored.scores.induction, title: "induction" }));

const { rows, tokens, probabilities } = await logitLens(model, { ids }, { top: 1 });
savePicture(
  "12-lens",
  tokenTable({
    rows: Array.from({ length: rows }, (_, i) => (i < rows - 1 ? `before layer ${i}` : "output")),
    columns: ids.map((id) => LETTERS[id] ?? ""),
    tokens: Array.from(tokens, (id) => LETTERS[id] ?? ""),
    values: probabilities,
  }),
);

const whole = await nextTokenProbabilities(model, { ids });
const without = await nextTokenProbabilities(model, { ids }, { without: { heads: [best] } });
const shares = [whole, without].map((of) => `${(100 * (of[answer] ?? 0)).toFixed(0)} %`);
console.log(`the right letter has ${shares.join(", without that head ")}`);
model.dispose();
