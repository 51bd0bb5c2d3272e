import { Params, Pass, Recorder } from "@qkv/nn";
import { checkGradients, describeBackends, expectClose, expectNoLeaks } from "@qkv/testing";
import * as tf from "@tensorflow/tfjs-core";
import { beforeEach, expect, test } from "vitest";
import { AdditiveScore } from "../scores/additiveScore.ts";
import { appendKeyValue, type KeyValue } from "./keyValue.ts";
import { LearnedPositions } from "../positions/learnedPositions.ts";
import { alibiBias } from "../positions/alibi.ts";
import { keyMask, lengthMask } from "../masks/masks.ts";
import { ATTENTION_ACTIVATIONS, MultiHeadAttention } from "./multiHeadAttention.ts";
import type { MultiHeadAttentionConfig } from "./config.ts";
import { relativePositionBucket, RelativePositionBias, WindowPositionBias } from "../positions/relativePositionBias.ts";
import { rotaryFrequencies } from "../positions/rotaryFrequencies.ts";
import { RotaryPositions } from "../positions/rotaryPositions.ts";
import { scaledDotProductAttention } from "../scaledDotProduct/scaledDotProductAttention.ts";
import { cosineScore, scaledDotScore } from "../scores/scores.ts";

const random = (shape: [number, number, number], seed: number) =>
  tf.randomNormal<tf.Rank.R3>(shape, 0, 1, "float32", seed);
let seed = 100;
beforeEach(() => void (seed = 100)); // the same numbers on each backend
const randomized = () => Params.from((_name, shape) => tf.randomNormal(shape, 0, 0.5, "float32", ++seed));

/** Every shape that heads come in. */
const KINDS: Readonly<Record<string, (params: Params) => Partial<MultiHeadAttentionConfig>>> = {
  "as many key-value heads": () => ({}),
  "grouped queries": () => ({ numKeyValueHeads: 2 }),
  "multi-query, no biases": () => ({ numKeyValueHeads: 1, bias: false }),
  "wider heads, a bias on the way out": () => ({ headDim: 3, bias: { q: false, k: false, v: false, out: true } }),
  "LayerNorm on queries and keys": () => ({ qkNorm: { kind: "layerNorm", eps: 1e-5 }, headDim: 4 }),
  "RMSNorm and rotary positions": () => ({
    headDim: 4,
    qkNorm: { kind: "rmsNorm", eps: 1e-5 },
    rotary: new RotaryPositions({ dim: 2, layout: "interleaved" }),
  }),
  "a soft cap": () => ({ softcap: 0.5, scale: 0.4 }),
  sinks: () => ({ sinks: true, numKeyValueHeads: 2 }),
  "additive scores": (params) => ({
    score: new AdditiveScore(params.at("score"), { queryDim: 2, keyDim: 2, hiddenDim: 3 }),
  }),
  "cosine scores": () => ({ score: cosineScore(2), numKeyValueHeads: 2 }),
};

describeBackends("MultiHeadAttention", () => {
  test.each(Object.keys(KINDS))("%s: gradients, weights, padding, batches, cached steps", async (kind) => {
    const params = randomized();
    const config = { dModel: 8, numHeads: 4, ...KINDS[kind]?.(params) };
    const attention = new MultiHeadAttention(params, config);
    const x = random([2, 3, 8], 1);
    await checkGradients((a) => attention.forward(a, a, { causal: true }), [x], { variables: params.named() });

    const plain = attention.forward(x, x, { causal: true });
    const taps = new Recorder(["*"]);
    const inspected = attention.forward(x, x, { causal: true }, new Pass({ taps }));
    await expectClose(inspected, plain);
    expect(taps.paths).toEqual(ATTENTION_ACTIVATIONS);
    expect(taps.get("maskedScores").shape).toEqual([2, 4, 3, 3]);
    taps.dispose();

    // A batch equals its items, padding changes nothing, and steps with a cache equal one pass.
    const parts = tf.tidy(() => {
      const items = (tf.split(x, 2, 0) as tf.Tensor3D[]).map((item) => attention.forward(item, item, { causal: true }));
      const padded = tf.concat([x, random([2, 2, 8], 2)], 1);
      const mask = keyMask(lengthMask([3, 3], 5));
      // The last query lines up with the last key: queries are padded as well.
      const output = attention.forward(padded, padded, { mask, causal: true });
      let past: KeyValue | undefined;
      const steps = (tf.split(x, [2, 1], 1) as tf.Tensor3D[]).map((part) => {
        const offset = past?.keys.shape[2] ?? 0;
        past = appendKeyValue(past, attention.project(part, { offset }));
        return attention.attend(part, past, { causal: true });
      });
      return [tf.concat(items, 0), tf.slice(output, [0, 0, 0], [2, 3, 8]), tf.concat(steps, 1)];
    });
    for (const part of parts) await expectClose(part, plain);
    tf.dispose([x, plain, inspected, parts] as unknown as tf.TensorContainer);
    params.dispose();
  });

  test("a head whose output is patched away adds nothing, and gradients flow through the patch", async () => {
    const params = randomized();
    const attention = new MultiHeadAttention(params, { dModel: 4, numHeads: 2, bias: false });
    const x = random([2, 3, 4], 1);
    const run = (headMask: tf.Tensor, record: string[] = []) => {
      using taps = new Recorder(record, { heads: (heads) => tf.mul(heads, tf.reshape(headMask, [1, 2, 1, 1])) });
      return attention.forward(x, x, {}, new Pass({ taps }));
    };
    const [headMask, nothing] = [tf.tensor1d([0, 1]), tf.tensor1d([0, 0])];
    const [none, fused, watched] = [run(nothing), run(headMask), run(headMask, ["probabilities"])];
    await expectClose(none, { shape: [2, 3, 4], data: Array<number>(24).fill(0) });
    await expectClose(fused, watched);
    await checkGradients(run, [headMask]);
    tf.dispose([x, nothing, headMask, none, fused, watched]);
    params.dispose();
  });

  test("rotary positions: only distances count, and a turn has a gradient", async () => {
    for (const layout of ["halves", "interleaved"] as const) {
      const rotary = new RotaryPositions({ dim: 4, layout });
      const [q, k] = [1, 2].map((s) => tf.randomNormal([1, 1, 2, 6], 0, 1, "float32", s)) as [tf.Tensor4D, tf.Tensor4D];
      const products = tf.tidy(() =>
        [0, 7].map((offset) => tf.matMul(rotary.rotate(q, offset), rotary.rotate(k, offset), false, true)),
      );
      await expectClose(products[1] as tf.Tensor, products[0] as tf.Tensor);
      await checkGradients((x) => rotary.rotate(x, 3), [q]);
      tf.dispose([q, k, products] as tf.TensorContainer);
    }
  });

  test("ALiBi from the last position serves every causal query", async () => {
    const [q, k, v] = [1, 2, 3].map((s) => tf.randomNormal([1, 3, 5, 4], 0, 1, "float32", s)) as [
      tf.Tensor4D,
      tf.Tensor4D,
      tf.Tensor4D,
    ];
    const outputs = tf.tidy(() =>
      [alibiBias(3, 5, 5), alibiBias(3, 5)].map((bias) => scaledDotProductAttention(q, k, v, { bias, causal: true })),
    );
    await expectClose(outputs[1] as tf.Tensor, outputs[0] as tf.Tensor);
    tf.dispose([q, k, v, outputs] as tf.TensorContainer);
  });

  test("a query that sees nothing gets the mean of all values, if that is wanted", async () => {
    const params = randomized();
    const of = (emptyRows: "uniform" | "zeros", score?: typeof scaledDotScore) =>
      new MultiHeadAttention(params, { dModel: 4, numHeads: 2, emptyRows, score });
    const x = random([1, 3, 4], 1);
    const mask = tf.tensor4d([0, 0, 0, 1, 1, 1, 1, 1, 1], [1, 1, 3, 3], "bool");
    const uniform = of("uniform");
    const mean = tf.tidy(() => uniform.outProj.forward(tf.mean(uniform.vProj.forward(x), 1)));
    const rows = (y: tf.Tensor3D) => tf.reshape(tf.slice(y, [0, 0, 0], [1, 1, 4]), [1, 4]);
    for (const score of [undefined, scaledDotScore]) {
      const first = tf.tidy(() => rows(of("uniform", score).forward(x, x, { mask })));
      await expectClose(first, mean);
      const none = tf.tidy(() => rows(of("zeros", score).forward(x, x, { mask })));
      const bias = tf.tidy(() => tf.expandDims(uniform.outProj.bias as tf.Tensor1D));
      await expectClose(none, bias);
      tf.dispose([first, none, bias]);
    }
    tf.dispose([x, mask, mean] as tf.TensorContainer);
    params.dispose();
  });

  test("learned positions and biases have gradients", async () => {
    const params = randomized();
    const positions = new LearnedPositions(params.at("positions"), 4, 3);
    const buckets = new RelativePositionBias(params.at("buckets"), 2, {
      ...{ numBuckets: 4, maxDistance: 6, bidirectional: true },
    });
    const table = new WindowPositionBias(params.at("table"), 2, 2);
    const used = (prefix: string) => new Map([...params.named()].filter(([name]) => name.startsWith(prefix)));
    await checkGradients(() => positions.forward(2, 1), [], { variables: used("positions") });
    await checkGradients(() => buckets.forward(2, 3), [], { variables: used("buckets") });
    await checkGradients(() => table.forward(), [], { variables: used("table") });
    params.dispose();
  });

  test("refuses what does not fit, and leaks nothing", () =>
    expectNoLeaks(() =>
      tf.tidy(() => {
        const params = Params.initialized();
        const make = (config: Partial<MultiHeadAttentionConfig>) => () =>
          new MultiHeadAttention(params, { dModel: 8, numHeads: 4, ...config });
        expect(make({ numKeyValueHeads: 3 })).toThrow("multiple of numKeyValueHeads, got 4 and 3");
        expect(make({ headDim: 1.5 })).toThrow("headDim to be a positive integer, got 1.5");
        expect(make({ numHeads: 0 })).toThrow(RangeError);
        const attention = make({})();
        const x = tf.zeros<tf.Rank.R3>([2, 3, 8]);
        expect(() => attention.forward(x, tf.zeros([2, 3, 7]))).toThrow("linear: expected x [..., I]");
        expect(() => attention.forward(x, tf.zeros([1, 3, 8]))).toThrow("of one batch");
        expect(() => attention.forward(x, tf.zeros([2, 0, 8]))).toThrow("expected at least one key");
        expect(() => attention.forward(x, x, { mask: tf.ones([2, 3], "bool") })).toThrow("got bool [2,3]");
        const q = tf.zeros<tf.Rank.R4>([1, 4, 2, 3]);
        expect(() => scaledDotProductAttention(q, q, q, { softcap: -1 })).toThrow("softcap above 0, got -1");
        expect(() => scaledDotProductAttention(q, q, q, { scale: NaN })).toThrow("finite scale, got NaN");
        expect(() => scaledDotProductAttention(q, q, q, { dropout: 1 })).toThrow("dropout in [0, 1), got 1");
        expect(() => scaledDotProductAttention(q, q, q, { sinks: tf.zeros([3]) })).toThrow("sinks [4]");
        expect(() => rotaryFrequencies({ dim: 3 }, 1)).toThrow("even dim, got 3");
        expect(() => rotaryFrequencies({ dim: 4, scaling: { type: "linear", factor: 0 } }, 1)).toThrow(
          "factor above 0",
        );
        const ntk = { type: "ntk", factor: 2 } as unknown as { type: "linear"; factor: number };
        expect(() => rotaryFrequencies({ dim: 4, scaling: ntk }, 1)).toThrow(TypeError);
        expect(() => new RotaryPositions({ dim: 4 }).rotate(q)).toThrow("at least 4 features, got x [1,4,2,3]");
        expect(() => new LearnedPositions(params.at("p"), 4, 3).forward(3, 2)).toThrow("at most 4 positions, got 3");
        const short = { numBuckets: 32, maxDistance: 16, bidirectional: false };
        expect(() => new RelativePositionBias(params.at("r"), 2, short)).toThrow(
          "maxDistance to be an integer from 17",
        );
        expect(() => alibiBias(0, 3)).toThrow("numHeads to be an integer from 1, got 0");
        expect(relativePositionBucket(-1e6, { bidirectional: false })).toBe(31);
        const rows = (tableRows: number) => () =>
          new RelativePositionBias(params.at(tableRows), 2, {
            numBuckets: 4,
            maxDistance: 6,
            bidirectional: true,
            tableRows,
          });
        expect(rows(6)().weight.shape).toEqual([6, 2]);
        expect(rows(3)).toThrow("tableRows");
        params.dispose();
      }),
    ));
});
