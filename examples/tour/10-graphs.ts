// Attention over a graph: each node looks at its neighbours alone. A club of 34 is split from the word of two members; then
// the same on 10,000 nodes and 100,000 edges, where a matrix of everybody with everybody would be a hundred million numbers.
import { GraphAttention, GraphMultiHeadAttention, sparseGraph, type SparseGraph } from "@qkv/attention";
import { crossEntropy } from "@qkv/ops";
import { LayerNorm, Linear, Params, RandomStream } from "@qkv/nn";
import { heatMap } from "@qkv/visualize";
import * as tf from "@tensorflow/tfjs-core";
import { FRIENDSHIPS, WITH_THE_OFFICER } from "./karateClub.ts";
import { fit, preset, savePicture, take } from "./tour.ts";

const size = preset({
  full: { clubSteps: 100, nodes: 10_000, edges: 100_000, steps: 40 },
  tiny: { clubSteps: 3, nodes: 100, edges: 400, steps: 2 },
});

const [HEADS, HEAD_DIM] = [4, 8];

/** Two layers of graph attention. */
class Gat {
  readonly first: GraphAttention;
  readonly second: GraphAttention;

  constructor(params: Params, inputDim: number, classes: number) {
    this.first = new GraphAttention(params.at("first"), { inputDim, headDim: HEAD_DIM, numHeads: HEADS });
    this.second = new GraphAttention(params.at("second"), {
      inputDim: HEADS * HEAD_DIM,
      headDim: classes,
      numHeads: HEADS,
      combine: "mean",
    });
  }

  forward(x: tf.Tensor2D, graph: SparseGraph): tf.Tensor2D {
    return this.second.forward(tf.relu(this.first.forward(x, graph)), graph);
  }
}

/** A layer of a Transformer over a graph, where the features of an edge say how much it counts. */
class GraphTransformer {
  readonly embed: Linear;
  readonly attnNorm: LayerNorm;
  readonly attn: GraphMultiHeadAttention;
  readonly ffnNorm: LayerNorm;
  readonly fc1: Linear;
  readonly fc2: Linear;
  readonly head: Linear;

  constructor(params: Params, inputDim: number, classes: number) {
    this.embed = new Linear(params.at("embed"), inputDim, 32);
    this.attnNorm = new LayerNorm(params.at("attnNorm"), 32, { eps: 1e-5 });
    this.attn = new GraphMultiHeadAttention(params.at("attn"), { dModel: 32, numHeads: 4, edgeDim: 1 });
    this.ffnNorm = new LayerNorm(params.at("ffnNorm"), 32, { eps: 1e-5 });
    this.fc1 = new Linear(params.at("fc1"), 32, 64);
    this.fc2 = new Linear(params.at("fc2"), 64, 32);
    this.head = new Linear(params.at("head"), 32, classes);
  }

  forward(x: tf.Tensor2D, graph: SparseGraph, edges: tf.Tensor2D): tf.Tensor2D {
    const h = this.embed.forward(x);
    const y = tf.add<tf.Tensor2D>(h, this.attn.forward(this.attnNorm.forward(h), graph, edges));
    const z = tf.add<tf.Tensor2D>(y, this.fc2.forward(this.fc1.forward(this.ffnNorm.forward(y), "gelu")));
    return this.head.forward(z);
  }
}

/** The share of nodes whose class is the likeliest. */
async function accuracy(logits: tf.Tensor2D, labels: Int32Array): Promise<number> {
  const best = await take(tf.argMax(logits, 1));
  logits.dispose();
  return best.filter((label, node) => label === labels[node]).length / labels.length;
}

/** Labels of the known nodes; -100 elsewhere, which costs nothing. */
const known = (labels: Int32Array, isKnown: (node: number) => boolean) =>
  tf.tensor1d(
    labels.map((label, node) => (isKnown(node) ? label : -100)),
    "int32",
  );

// The club. All that is known of a member is who it is.
const club = sparseGraph(34, FRIENDSHIPS, { undirected: true, selfLoops: true });
const sides = Int32Array.from({ length: 34 }, (_, member) => Number(WITH_THE_OFFICER.has(member)));
{
  const params = Params.initialized(3);
  const gat = new Gat(params, 34, 2);
  const members = tf.eye(34);
  const leaders = known(sides, (member) => member === 0 || member === 33);
  const costs = () => tf.div<tf.Scalar>(tf.sum(crossEntropy(gat.forward(members, club), leaders)), 2);
  await fit(params, costs, { steps: size.clubSteps, learningRate: 0.01 });
  const right = await accuracy(
    tf.tidy(() => gat.forward(members, club)),
    sides,
  );
  console.log(`club: ${Math.round(34 * right)} of 34 members on their side, from the word of two`);

  const order = Array.from(sides.keys()).sort((a, b) => (sides[a] ?? 0) - (sides[b] ?? 0));
  const chances = await take(tf.tidy(() => tf.softmax(gat.forward(members, club))));
  const columns = ["instructor", "officer"];
  const values = order.flatMap((member) => [...chances.subarray(2 * member, 2 * member + 2)]);
  savePicture("10-club", heatMap({ rows: order.map(String), columns, values, title: "sides" }));
  tf.dispose([members, leaders]);
  params.dispose();
}

// Four communities. An edge mostly stays inside; what it says of itself is a hint whether it does.
const random = new RandomStream(7);
const labels = Int32Array.from({ length: size.nodes }, () => Math.floor(random.uniform() * 4));
const communities = [0, 1, 2, 3].map((label) => [...labels.keys()].filter((node) => labels[node] === label));
const anyOf = (nodes: readonly number[]) => nodes[Math.floor(random.uniform() * nodes.length)] ?? 0;
const everybody = [...labels.keys()];
const edges = Array.from({ length: size.edges }, () => {
  const source = anyOf(everybody);
  const target = anyOf(random.uniform() < 0.6 ? (communities[labels[source] ?? 0] ?? []) : everybody);
  return [source, target] as const;
});
const hints = edges.map(([a, b]) => Number(labels[a] === labels[b]) + random.uniform() - 0.5);
const graph = sparseGraph(size.nodes, edges);
const features = tf.tidy(() => {
  const noise = tf.randomNormal([size.nodes, 8], 0, 1, "float32", 5);
  const truth = tf.oneHot(tf.tensor1d(labels, "int32"), 8);
  return tf.add(noise, truth) as tf.Tensor2D;
});
const edgeFeatures = tf.tensor2d(
  Array.from(graph.order, (edge) => hints[edge] ?? 0),
  [graph.numEdges, 1],
);
const some = known(labels, (node) => node % 10 === 0);
const models = {
  "by its features alone": (params: Params) => {
    const linear = new Linear(params, 8, 4);
    return () => linear.forward(features);
  },
  GAT: (params: Params) => {
    const gat = new Gat(params, 8, 4);
    return () => gat.forward(features, graph);
  },
  "graph Transformer": (params: Params) => {
    const transformer = new GraphTransformer(params, 8, 4);
    return () => transformer.forward(features, graph, edgeFeatures);
  },
};
for (const [name, make] of Object.entries(models)) {
  const params = Params.initialized(2);
  const forward = make(params);
  const costs = () => tf.div<tf.Scalar>(tf.sum(crossEntropy(forward(), some)), size.nodes / 10);
  await fit(params, costs, { steps: size.steps, learningRate: 0.02 });
  const { kernels } = await tf.profile(() => tf.tidy(() => forward()).dispose());
  const largest = Math.max(...kernels.flatMap(({ outputShapes }) => outputShapes.map((s) => tf.util.sizeFromShape(s))));
  const right = await accuracy(
    tf.tidy(() => forward()),
    labels,
  );
  console.log(
    `${name}: ${(100 * right).toFixed(1)} % of ${size.nodes} nodes; the largest array has ${largest} numbers`,
  );
  params.dispose();
}
tf.dispose([features, edgeFeatures, some]);
