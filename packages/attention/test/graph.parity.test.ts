import {
  edgeAttention,
  edgeSoftmax,
  GraphAttention,
  GraphMultiHeadAttention,
  sparseGraph,
  type SparseGraph,
} from "@qkv/attention";
import { initBackend } from "@qkv/backend";
import { Params, RandomStream } from "@qkv/nn";
import { checkGradients, describeBackends, expectClose, expectNoLeaks, golden } from "@qkv/testing";
import * as tf from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";

const torch = golden(new URL("golden/graph.safetensors", import.meta.url));
const graph = sparseGraph(7, torch.ids("edges") as [number, number][]);

/** Edge features in the graph's order. */
const features = () => tf.tidy(() => tf.gather(torch.tensor<tf.Rank.R2>("features"), tf.tensor1d(graph.order)));

describeBackends("graph attention equals its dense definition", () => {
  test.each(["concat", "mean"] as const)("GraphAttention, heads: %s, with gradients", async (combine) => {
    const params = Params.from((name) => torch.tensor(`${combine}.${name}`));
    const layer = new GraphAttention(params, { inputDim: 5, headDim: 2, numHeads: 3, combine });
    const x = torch.tensor<tf.Rank.R2>("x");
    const output = layer.forward(x, graph);
    await expectClose(output, torch.array(`${combine}.output`));
    // a small step, since the leaky rectifier has a kink
    await checkGradients((a) => layer.forward(a, graph), [x], {
      ...{ variables: params.named(), step: 2 ** -9, atol: 1e-2, rtol: 1e-2 },
    });
    tf.dispose([x, output]);
    params.dispose();
  });

  test("GraphMultiHeadAttention with edge features, with gradients", async () => {
    const params = Params.from((name) => torch.tensor(`heads.${name}`));
    const layer = new GraphMultiHeadAttention(params, { dModel: 6, numHeads: 3, edgeDim: 4 });
    const [h, edges] = [torch.tensor<tf.Rank.R2>("h"), features()];
    const output = layer.forward(h, graph, edges);
    await expectClose(output, torch.array("heads.output"));
    await checkGradients((a, b) => layer.forward(a, graph, b), [h, edges], { variables: params.named() });
    tf.dispose([h, edges, output]);
    params.dispose();
  });

  test("far scores stay finite, and the edges of each node sum to 1", async () => {
    const scores = tf.tensor2d(
      Float32Array.from({ length: graph.numEdges }, (_, i) => (i % 2 ? 1e4 : -1e4) + i),
      [...([graph.numEdges, 1] as const)],
    );
    const sums = tf.tidy(() => tf.unsortedSegmentSum(edgeSoftmax(scores, graph), tf.tensor1d(graph.targets), 7));
    await expectClose(sums, [[1], [1], [1], [1], [1], [1], [0]]);
    tf.dispose([scores, sums]);
  });

  test("nodes in another order give the same, in that order", async () => {
    const shuffle = [3, 0, 6, 1, 5, 2, 4]; // where each node goes
    const moved = sparseGraph(
      7,
      (torch.ids("edges") as [number, number][]).map(([s, t]) => [shuffle[s] ?? 0, shuffle[t] ?? 0]),
    );
    const params = Params.from((name) => torch.tensor(`concat.${name}`));
    const layer = new GraphAttention(params, { inputDim: 5, headDim: 2, numHeads: 3 });
    const [back, output] = tf.tidy(() => {
      const x = torch.tensor<tf.Rank.R2>("x");
      const inverse = tf.tensor1d(
        shuffle.map((_, i) => shuffle.indexOf(i)),
        "int32",
      );
      return [
        tf.gather(layer.forward(tf.gather(x, inverse), moved), tf.tensor1d(shuffle, "int32")),
        layer.forward(x, graph),
      ];
    }) as [tf.Tensor, tf.Tensor];
    await expectClose(back, output);
    tf.dispose([back, output]);
    params.dispose();
  });
});

test("10,000 nodes and 100,000 edges: no array has more than edges times features", async () => {
  await initBackend("wasm");
  const random = new RandomStream(1);
  const node = () => Math.floor(random.uniform() * 10_000);
  const large = sparseGraph(
    10_000,
    Array.from({ length: 100_000 }, () => [node(), node()] as const),
  );
  const params = Params.initialized(1);
  const layer = new GraphAttention(params, { inputDim: 8, headDim: 4, numHeads: 2 });
  const x = tf.randomNormal<tf.Rank.R2>([10_000, 8], 0, 1, "float32", 1);
  const gradients = () => tf.variableGrads(() => tf.sum(tf.square(layer.forward(x, large))) as tf.Scalar);
  const { kernels } = await tf.profile(() => tf.dispose(gradients() as unknown as tf.TensorContainer));
  const most = Math.max(...kernels.flatMap(({ outputShapes }) => outputShapes.map((s) => tf.util.sizeFromShape(s))));
  expect(most).toBe(100_000 * 8);
  x.dispose();
  params.dispose();
});

test("sparseGraph sorts, mirrors, loops, and refuses", () =>
  expectNoLeaks(() => {
    const both = sparseGraph(3, [[0, 1], [2, 1]], { undirected: true, selfLoops: true }); // prettier-ignore
    expect([...both.targets]).toEqual([0, 0, 1, 1, 1, 2, 2]);
    expect([...both.sources]).toEqual([0, 1, 0, 1, 2, 1, 2]);
    expect([...both.order]).toEqual([-1, 0, 0, -1, 1, 1, -1]);
    expect([...both.starts]).toEqual([0, 2, 5, 7]);
    expect(both.maxDegree).toBe(3);
    expect(() => sparseGraph(3, [[0, 3]])).toThrow("expected edges between nodes 0 to 2, got [0,3] at 0");
    expect(() => sparseGraph(3, [[0.5, 1]])).toThrow("got [0.5,1]");
    expect(() => sparseGraph(0, [])).toThrow("numNodes to be an integer from 1, got 0");
    tf.tidy(() => {
      const zeros = (...shape: [number, number, number]) => tf.zeros<tf.Rank.R3>(shape);
      const wrong = (g: SparseGraph, bias?: tf.Tensor2D) => () =>
        edgeAttention(zeros(3, 2, 4), zeros(3, 2, 4), zeros(3, 2, 5), g, { bias });
      expect(wrong(graph)).toThrow("expected q and k [7, H, D] and v [7, H, V], got [3,2,4], [3,2,4], [3,2,5]");
      expect(wrong(both, tf.zeros([6, 2]))).toThrow("expected a bias [7,2], got [6,2]");
      const params = Params.initialized();
      const heads = new GraphMultiHeadAttention(params, { dModel: 4, numHeads: 2 });
      expect(() => heads.forward(tf.zeros([3, 4]), both, tf.zeros([7, 1]))).toThrow(
        "expected no edge features, got [7,1]",
      );
      const gat = new GraphAttention(params.at("gat"), { inputDim: 4, headDim: 2, numHeads: 2 });
      expect(() => gat.forward(tf.zeros([4, 4]), both)).toThrow("expected x [3, I], got [4,4]");
      params.dispose();
    });
  }));
