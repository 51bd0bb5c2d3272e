// Reinforcement learning as the continuation of a text (Decision Transformer, arXiv:2106.01345). A walk is written down as
// return still to come, state, action, return, state, action, ...; a causal Transformer learns what comes next. It has seen
// aimless walks alone, but asked for a return as good as the best of them, it walks like the best of them.
import { LearnedPositions } from "@qkv/attention";
import { crossEntropy } from "@qkv/ops";
import { Embedding, Linear, Params, RandomStream } from "@qkv/nn";
import { type BlockSpec, Stack } from "@qkv/transformer";
import { lineChart } from "@qkv/visualize";
import * as tf from "@tensorflow/tfjs-core";
import { fit, preset, savePicture, take } from "./tour.ts";

const { walks, steps, width, batch } = preset({
  full: { walks: 1000, steps: 800, width: 48, batch: 32 },
  tiny: { walks: 60, steps: 3, width: 8, batch: 4 },
});

/** A corridor of seven places: the key lies at the left end, the door that it opens at the right. A step costs 1, the door pays 30. */
const PLACES = 7;
const HORIZON = 24;
interface State {
  readonly place: number;
  readonly hasKey: boolean;
}
const START: State = { place: 3, hasKey: false };
const idOf = ({ place, hasKey }: State) => place + (hasKey ? PLACES : 0);
function move({ place, hasKey }: State, action: number): { state: State; reward: number; done: boolean } {
  const next = Math.min(Math.max(place + (action === 0 ? -1 : 1), 0), PLACES - 1);
  const done = hasKey && next === PLACES - 1;
  return { state: { place: next, hasKey: hasKey || next === 0 }, reward: done ? 29 : -1, done };
}

interface Walk {
  readonly states: number[];
  readonly actions: number[];
  readonly rewards: number[];
}

/** Walks from the start, asking `choose` at each step. */
async function walk(choose: (walk: Walk, state: State) => number | Promise<number>): Promise<Walk> {
  const result: Walk = { states: [], actions: [], rewards: [] };
  let state = START;
  for (let t = 0; t < HORIZON; t++) {
    result.states.push(idOf(state));
    const action = await choose(result, state);
    const step = move(state, action);
    result.actions.push(action);
    result.rewards.push(step.reward);
    state = step.state;
    if (step.done) break;
  }
  return result;
}
const total = (rewards: readonly number[]) => rewards.reduce((a, b) => a + b, 0);

// The behaviour policy mostly goes on as it went, and turns around now and then, whatever it has.
const random = new RandomStream(1);
const seen: Walk[] = [];
for (let i = 0; i < walks; i++) {
  seen.push(
    await walk(({ actions }) =>
      actions.length > 0 && random.uniform() < 0.7 ? (actions.at(-1) ?? 0) : Number(random.uniform() < 0.5),
    ),
  );
}
const returns = seen.map(({ rewards }) => total(rewards));
const best = Math.max(...returns);
const average = total(returns) / walks;

const block: BlockSpec = {
  dModel: width,
  norm: { kind: "layerNorm", eps: 1e-5, placement: "pre" },
  selfAttn: { numHeads: 2, causal: true },
  ffn: { kind: "mlp", dim: 2 * width, activation: "gelu" },
};

class DecisionTransformer {
  readonly params = Params.initialized(1);
  readonly returnProj = new Linear(this.params.at("returnProj"), 1, width);
  readonly states = new Embedding(this.params.at("states"), 2 * PLACES, width);
  readonly actions = new Embedding(this.params.at("actions"), 2, width);
  readonly positions = new LearnedPositions(this.params.at("positions"), HORIZON, width);
  readonly stack = new Stack(this.params, [block, block], { norm: block.norm });
  readonly head = new Linear(this.params.at("head"), width, 2);

  /** The returns still to come [B, T, 1], states and actions [B, T] to the logits of each action [B, T, 2]. */
  forward(togo: tf.Tensor3D, states: tf.Tensor2D, actions: tf.Tensor2D): tf.Tensor3D {
    const [items, length] = states.shape;
    const positions = this.positions.forward(length);
    const kinds = [this.returnProj.forward(togo), this.states.forward(states), this.actions.forward(actions)];
    const tokens = tf.stack(
      kinds.map((kind) => tf.add(kind, positions)),
      2,
    ); // [B, T, 3, E]
    const x = this.stack.forward(tf.reshape<tf.Rank.R3>(tokens, [items, 3 * length, width]));
    // An action is said where its state was read, before it is seen itself.
    const atStates = tf.slice(tf.reshape(x, [items, length, 3, width]), [0, 0, 1, 0], [items, length, 1, width]);
    return this.head.forward(tf.squeeze<tf.Tensor3D>(atStates, [2]));
  }
}

const SCALE = 30; // returns as numbers of about 1
const togoOf = (rewards: readonly number[], wanted = total(rewards)) =>
  rewards.map((_, t) => (wanted - total(rewards.slice(0, t))) / SCALE);
const padded = (row: readonly number[], length: number, filler = 0) => [
  ...row,
  ...Array<number>(length - row.length).fill(filler),
];

const model = new DecisionTransformer();
const losses = await fit(
  model.params,
  (random) => {
    const chosen = Array.from({ length: batch }, () => seen[Math.floor(random.uniform() * walks)] as Walk);
    const length = Math.max(...chosen.map(({ states }) => states.length));
    const ids = (rows: readonly number[][]) =>
      tf.tensor2d(
        rows.map((row) => padded(row, length)),
        [batch, length],
        "int32",
      );
    const togo = tf.tensor3d(
      chosen.flatMap(({ rewards }) => padded(togoOf(rewards), length)),
      [batch, length, 1],
    );
    const logits = model.forward(
      togo,
      ids(chosen.map(({ states }) => states)),
      ids(chosen.map(({ actions }) => actions)),
    );
    const labels = chosen.flatMap(({ actions }) => padded(actions, length, -100));
    const costs = crossEntropy(tf.reshape(logits, [-1, 2]), tf.tensor1d(labels, "int32"));
    return tf.div(tf.sum(costs), total(chosen.map(({ actions }) => actions.length)));
  },
  { steps, learningRate: 2e-3 },
);
console.log(`an action cost ${losses[0]?.toFixed(3)} at first, ${losses.at(-1)?.toFixed(3)} at last`);

/** The return of a walk that is asked for `wanted`. */
async function reached(wanted: number): Promise<number> {
  const { rewards } = await walk(async ({ states, actions, rewards }) => {
    const best = tf.tidy(() => {
      const length = states.length;
      const togo = tf.tensor3d(togoOf([...rewards, 0], wanted), [1, length, 1]);
      const row = (values: readonly number[]) => tf.tensor2d([padded(values, length)], [1, length], "int32");
      const logits = model.forward(togo, row(states), row(actions));
      return tf.argMax(tf.slice(logits, [0, length - 1, 0], [1, 1, 2]), -1);
    });
    return (await take(best))[0] ?? 0;
  });
  return total(rewards);
}
const asked = [-24, -10, 0, 5, 10, 15, best];
const got = [];
for (const wanted of asked) got.push([wanted, await reached(wanted)] as const);
console.log(
  `walks seen: ${average.toFixed(1)} on average, ${best} at best; asked for ${best}, it reaches ${got.at(-1)?.[1]}`,
);
savePicture(
  "11-returns",
  lineChart({
    series: [
      { name: "reached", points: got },
      { name: "asked", points: asked.map((n) => [n, n] as const) },
    ],
    xName: "asked",
    yName: "return",
  }),
);
model.params.dispose();
