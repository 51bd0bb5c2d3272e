import { checkRecord, checkTensor, embedding, stopGradient } from "@qkv/ops";
import { dropout, type RandomStream } from "@qkv/nn";
import * as tf from "@tensorflow/tfjs-core";
import type { SparseGraph } from "./sparseGraph.ts";

/** Options of {@link edgeAttention}. */
export interface EdgeAttentionOptions {
  /** [M, H], bias added to the scores, in the order of the graph's edges */
  readonly bias?: tf.Tensor | undefined;
  /** Factor of the scores. Default 1 / sqrt(D). */
  readonly scale?: number | undefined;
  /** Probability of dropping an edge's weight while `random` is given. Default 0. */
  readonly dropout?: number | undefined;
  readonly random?: RandomStream | undefined;
}

/**
 * Computes dot-product attention of nodes to their neighbours: time and memory grow with the edges, not with the square
 * of the nodes. A node without edges gets zeros.
 *
 * @param q [N, H, D]
 * @param k [N, H, D]
 * @param v [N, H, V]
 * @returns [N, H, V]
 * @throws RangeError if shapes do not fit
 */
export function edgeAttention(
  q: tf.Tensor,
  k: tf.Tensor,
  v: tf.Tensor,
  graph: SparseGraph,
  { bias, scale, dropout: rate = 0, random }: EdgeAttentionOptions = {},
): tf.Tensor3D {
  checkTensor("edgeAttention", "q", q, "[N, H, D]");
  checkTensor("edgeAttention", "k", k, "[N, H, D]");
  checkTensor("edgeAttention", "v", v, "[N, H, V]");
  checkRecord("edgeAttention", "graph", graph);
  const [nodes, heads, width = 1] = q.shape;
  const sameNodes = [q, k, v].every(
    ({ rank, shape }) => rank === 3 && shape[0] === graph.numNodes && shape[1] === heads,
  );
  if (!sameNodes || q.shape[2] !== k.shape[2]) {
    throw new RangeError(
      `edgeAttention: expected q and k [${graph.numNodes}, H, D] and v [${graph.numNodes}, H, V], ` +
        `got [${q.shape}], [${k.shape}], [${v.shape}]`,
    );
  }
  if (bias !== undefined && !tf.util.arraysEqual(bias.shape, [graph.numEdges, heads])) {
    throw new RangeError(`edgeAttention: expected a bias [${graph.numEdges},${heads}], got [${bias.shape}]`);
  }
  return tf.tidy(() => {
    const [sources, targets] = [tf.tensor1d(graph.sources), tf.tensor1d(graph.targets)];
    const products = tf.mul(tf.sum(tf.mul(rowsOf(q, targets), rowsOf(k, sources)), 2), scale ?? width ** -0.5); // [M, H]
    const scores = bias === undefined ? products : tf.add(products, bias);
    const weights = dropout(edgeSoftmax(scores as tf.Tensor2D, graph), rate, random);
    return sumOverEdges(weights, rowsOf(v, sources), graph, [nodes, heads, v.shape[2]]);
  });
}

/**
 * Computes the softmax of scores over the edges of each node.
 *
 * @param scores [M, H], in the order of the graph's edges
 * @returns [M, H]; the edges of a node sum to 1 in each head
 * @throws RangeError if there are not M rows
 */
export function edgeSoftmax(scores: tf.Tensor, graph: SparseGraph): tf.Tensor2D {
  checkTensor("edgeSoftmax", "scores", scores, "[M, H]");
  if (scores.rank !== 2 || scores.shape[0] !== graph.numEdges) {
    throw new RangeError(`edgeSoftmax: expected scores [${graph.numEdges}, H], got [${scores.shape}]`);
  }
  return tf.tidy(() => {
    const targets = tf.tensor1d(graph.targets);
    // Taking out a node's greatest score changes no weight, and keeps the exponentials finite.
    const exponentials = tf.exp(
      tf.sub(
        scores,
        stopGradient(scores, (x) => greatestOfNode(x, graph)),
      ),
    );
    const sums = tf.unsortedSegmentSum(exponentials, targets, graph.numNodes); // [N, H]
    return tf.div(exponentials, embedding(sums, targets)) as tf.Tensor2D;
  });
}

/**
 * Sums values over the edges of each node, each times its weight.
 *
 * @param weights [M, H]
 * @param values [M, H, V]
 * @returns [N, H, V]
 */
export function sumOverEdges(
  weights: tf.Tensor2D,
  values: tf.Tensor3D,
  graph: SparseGraph,
  [nodes, heads, width]: [number, number, number],
): tf.Tensor3D {
  const weighted = tf.reshape(tf.mul(tf.expandDims(weights, 2), values), [graph.numEdges, heads * width]);
  const sums = tf.unsortedSegmentSum(weighted, tf.tensor1d(graph.targets), graph.numNodes);
  return tf.reshape(sums, [nodes, heads, width]);
}

/** Gathers [N, H, D] at M nodes: [M, H, D] */
export function rowsOf(x: tf.Tensor3D, nodes: tf.Tensor1D): tf.Tensor3D {
  const [count, heads, width] = x.shape;
  return tf.reshape(embedding(tf.reshape(x, [count, heads * width]), nodes), [nodes.size, heads, width]);
}

/**
 * The greatest score of each edge's node. tfjs has no maximum over segments: each edge takes the maximum with the one
 * 1, 2, 4, ... edges ahead within its node, and the first edge then has that of all of them.
 */
function greatestOfNode(scores: tf.Tensor, { targets, starts, maxDegree, numEdges }: SparseGraph): tf.Tensor {
  let greatest = scores;
  for (let step = 1; step < maxDegree; step *= 2) {
    const ahead = Int32Array.from({ length: numEdges }, (_, edge) =>
      targets[edge] === targets[edge + step] ? edge + step : edge,
    );
    greatest = tf.maximum(greatest, tf.gather(greatest, tf.tensor1d(ahead)));
  }
  const firsts = Int32Array.from(targets, (target) => starts[target] ?? 0);
  return tf.gather(greatest, tf.tensor1d(firsts));
}
