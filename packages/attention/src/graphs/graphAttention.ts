import { checkTensor, denseOf, type Weight } from "@qkv/ops";
import { checkModule, dropout, type Initializer, Linear, type Params, type RandomStream } from "@qkv/nn";
import * as tf from "@tensorflow/tfjs-core";
import { edgeAttention, edgeSoftmax, rowsOf, sumOverEdges } from "./edgeAttention.ts";
import type { SparseGraph } from "./sparseGraph.ts";

/** The sizes of a {@link GraphAttention}. */
export interface GraphAttentionConfig {
  readonly inputDim: number;
  /** D, the features of a head */
  readonly headDim: number;
  readonly numHeads: number;
  /** Combination of the heads: concatenated, or their mean, as in a last layer. Default `concat`. */
  readonly combine?: "concat" | "mean";
  /** Probability of dropping an edge's weight while training. Default 0. */
  readonly dropout?: number;
  /** The slope of the leaky rectifier below 0. Default 0.2. */
  readonly negativeSlope?: number;
}

/** A graph attention layer (GAT, arXiv:1710.10903): additive scores of a node and its neighbours, leakily rectified. */
export class GraphAttention {
  readonly proj: Linear;
  /** [H, D], weight of a neighbour's term of the score */
  readonly sourceScore: Weight<tf.Rank.R2>;
  /** [H, D], weight of the node's own term */
  readonly targetScore: Weight<tf.Rank.R2>;
  /** [H * D], or [D] for the mean */
  readonly bias: tf.Variable<tf.Rank.R1>;

  readonly #config: GraphAttentionConfig;

  constructor(params: Params, config: GraphAttentionConfig) {
    checkModule("GraphAttention", params, { config });
    const { inputDim, headDim, numHeads, combine = "concat" } = config;
    this.proj = new Linear(params.at("proj"), inputDim, numHeads * headDim, { bias: false });
    this.sourceScore = params.matrix<tf.Rank.R2>("sourceScore", [numHeads, headDim], perHead);
    this.targetScore = params.matrix<tf.Rank.R2>("targetScore", [numHeads, headDim], perHead);
    this.bias = params.bias<tf.Rank.R1>("bias", [combine === "concat" ? numHeads * headDim : headDim]);
    this.#config = config;
  }

  /**
   * @param x [N, I]
   * @param random given while training
   * @returns [N, H * D], or [N, D] for the mean
   * @throws RangeError if x does not have a row for each node
   */
  forward(x: tf.Tensor, graph: SparseGraph, random?: RandomStream): tf.Tensor2D {
    checkTensor("GraphAttention.forward", "x", x, "[N, I]");
    const { headDim, numHeads, combine = "concat", negativeSlope = 0.2, dropout: rate = 0 } = this.#config;
    if (x.rank !== 2 || x.shape[0] !== graph.numNodes) {
      throw new RangeError(`GraphAttention: expected x [${graph.numNodes}, I], got [${x.shape}]`);
    }
    return tf.tidy(() => {
      const nodes = x.shape[0];
      const h = tf.reshape<tf.Rank.R3>(this.proj.forward(x), [nodes, numHeads, headDim]);
      const [sources, targets] = [tf.tensor1d(graph.sources), tf.tensor1d(graph.targets)];
      // A score is a sum of two, so each node's part is computed once and not on every edge.
      const part = (weight: Weight) => tf.sum(tf.mul(h, denseOf(weight)), 2, true) as tf.Tensor3D; // [N, H, 1]
      const score = tf.add(rowsOf(part(this.sourceScore), sources), rowsOf(part(this.targetScore), targets));
      const rectified = tf.squeeze<tf.Tensor2D>(tf.maximum(score, tf.mul(score, negativeSlope)), [2]); // [M, H]
      const weights = dropout(edgeSoftmax(rectified, graph), rate, random);
      const pooled = sumOverEdges(weights, rowsOf(h, sources), graph, [nodes, numHeads, headDim]);
      const combined = combine === "mean" ? tf.mean(pooled, 1) : tf.reshape(pooled, [nodes, numHeads * headDim]);
      return tf.add(combined, this.bias) as tf.Tensor2D;
    });
  }
}

/** The sizes of a {@link GraphMultiHeadAttention}. */
export interface GraphMultiHeadAttentionConfig {
  readonly dModel: number;
  readonly numHeads: number;
  /** F, the features of an edge; left out: edges have none */
  readonly edgeDim?: number;
  /** Probability of dropping an edge's weight while training. Default 0. */
  readonly attentionDropout?: number;
}

/**
 * Multi-head attention along the edges of a graph, each edge's features a bias of its score, one number for each head
 * (Graphormer's edge encoding, arXiv:2106.05234, section 3.1.3, over neighbours alone).
 */
export class GraphMultiHeadAttention {
  readonly qProj: Linear;
  readonly kProj: Linear;
  readonly vProj: Linear;
  readonly outProj: Linear;
  readonly edgeProj?: Linear;

  readonly #config: GraphMultiHeadAttentionConfig;

  /** @throws RangeError if the heads do not divide the width */
  constructor(params: Params, config: GraphMultiHeadAttentionConfig) {
    checkModule("GraphMultiHeadAttention", params, { config });
    const { dModel, numHeads, edgeDim } = config;
    if (dModel % numHeads !== 0) {
      throw new RangeError(
        `GraphMultiHeadAttention: expected dModel to be a multiple of numHeads, got ${dModel} and ${numHeads}`,
      );
    }
    this.qProj = new Linear(params.at("qProj"), dModel, dModel);
    this.kProj = new Linear(params.at("kProj"), dModel, dModel);
    this.vProj = new Linear(params.at("vProj"), dModel, dModel);
    this.outProj = new Linear(params.at("outProj"), dModel, dModel);
    if (edgeDim !== undefined) this.edgeProj = new Linear(params.at("edgeProj"), edgeDim, numHeads);
    this.#config = config;
  }

  /**
   * @param x [N, E]
   * @param edges [M, F], in the order of the graph's edges
   * @param random given while training
   * @returns [N, E]
   * @throws TypeError if edges are given and not configured, or the other way round
   */
  forward(x: tf.Tensor, graph: SparseGraph, edges?: tf.Tensor, random?: RandomStream): tf.Tensor2D {
    checkTensor("GraphMultiHeadAttention.forward", "x", x, "[N, E]");
    if (edges !== undefined) checkTensor("GraphMultiHeadAttention.forward", "edges", edges, "[M, F]");
    const { dModel, numHeads, attentionDropout } = this.#config;
    if ((edges === undefined) !== (this.edgeProj === undefined)) {
      const expected = this.edgeProj === undefined ? "no edge features" : "edge features";
      throw new TypeError(`GraphMultiHeadAttention: expected ${expected}, got ${edges ? `[${edges.shape}]` : "none"}`);
    }
    return tf.tidy(() => {
      const heads = (proj: Linear) =>
        tf.reshape<tf.Rank.R3>(proj.forward(x), [x.shape[0], numHeads, dModel / numHeads]);
      const bias = edges && this.edgeProj?.forward(edges);
      const pooled = edgeAttention(heads(this.qProj), heads(this.kProj), heads(this.vProj), graph, {
        ...{ bias, dropout: attentionDropout, random },
      });
      return this.outProj.forward(tf.reshape(pooled, [x.shape[0], dModel]));
    });
  }
}

// Glorot's, for a vector of each head: one output of headDim inputs.
const perHead: Initializer = (shape, seed) => {
  const limit = Math.sqrt(6 / (1 + (shape[1] ?? 1)));
  return tf.randomUniform(shape, -limit, limit, "float32", seed);
};
