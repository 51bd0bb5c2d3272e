import { alibiBias, slidingWindowCache } from "@qkv/attention";
import { Params, Pass, RandomStream, Recorder } from "@qkv/nn";
import { checkGradients, describeBackends, expectClose } from "@qkv/testing";
import * as tf from "@tensorflow/tfjs-core";
import { beforeEach, describe, expect, test } from "vitest";
import { blockActivations, stackActivations } from "./activations.ts";
import { Block } from "./block.ts";
import type { Norm } from "./norm.ts";
import type { BlockSpec } from "./spec.ts";
import { Stack } from "./stack.ts";

const SPEC: BlockSpec = {
  dModel: 6,
  norm: { kind: "rmsNorm", eps: 1e-5, placement: "pre" },
  selfAttn: { numHeads: 2, numKeyValueHeads: 1, causal: true },
  ffn: { kind: "gated", dim: 5, activation: "silu", bias: false },
};

let seed = 1;
beforeEach(() => void (seed = 1)); // the same numbers on each backend
const randomized = () => Params.from((_, shape) => tf.randomNormal(shape, 0, 0.7, "float32", seed++));
const random = (length: number) => tf.randomNormal<tf.Rank.R3>([2, length, 6], 0, 1, "float32", seed++);

/** A random stream that counts what is drawn from it. */
class CountedStream extends RandomStream {
  draws = 0;

  override next(): number {
    this.draws++;
    return super.next();
  }
}

const PLACEMENTS = ["pre", "post", "both", "branch"] as const;

describeBackends("Block", () => {
  describe.each(PLACEMENTS)("%s-norm", (placement) => {
    const spec: BlockSpec = {
      ...SPEC,
      norm: { ...SPEC.norm, placement },
      crossAttn: { numHeads: 3 },
    };

    test("is the residual sums of its sublayers, with the norms where they belong", async () => {
      const params = randomized();
      const block = new Block(params, spec);
      const [x, context] = [random(4), random(3)];
      const memory = block.crossAttn?.project(context);
      const output = block.forward(x, { memory });
      const expected = tf.tidy(() => {
        const join = (h: tf.Tensor3D, name: "selfAttn" | "crossAttn" | "ffn", f: (h: tf.Tensor3D) => tf.Tensor3D) => {
          const norm = (y: tf.Tensor3D) => block[`${name}Norm`]?.forward(y) as tf.Tensor3D;
          if (placement === "pre") return tf.add(h, f(norm(h))) as tf.Tensor3D;
          if (placement === "post") return norm(tf.add(h, f(h)) as tf.Tensor3D);
          if (placement === "branch") return tf.add(h, norm(f(h))) as tf.Tensor3D;
          return tf.add(h, block[`${name}PostNorm`]?.forward(f(norm(h))) as tf.Tensor3D) as tf.Tensor3D;
        };
        let y = join(x, "selfAttn", (h) => block.selfAttn.forward(h, h, { causal: true }));
        y = join(y, "crossAttn", (h) => block.crossAttn?.attend(h, memory as never) as tf.Tensor3D);
        return join(y, "ffn", (h) => block.ffn.forward(h));
      });
      await expectClose(output, expected);
      const short = tf.slice(x, [0, 0, 0], [1, 2, 6]) as tf.Tensor3D;
      const seen = tf.slice(context, [0, 0, 0], [1, 2, 6]) as tf.Tensor3D;
      await checkGradients((a, b) => block.forward(a, { memory: block.crossAttn?.project(b) }), [short, seen], {
        variables: params.named(),
      });
      tf.dispose([x, context, output, expected, short, seen]);
      tf.dispose(memory as unknown as tf.TensorContainer);
      params.dispose();
    });

    test("has the activations that it names, in their order", () => {
      const params = randomized();
      const stack = new Stack(params, [spec, spec], { norm: spec.norm });
      using seen = new Recorder(["**"]);
      tf.tidy(() => {
        const memory = stack.layers.map((layer, i) =>
          layer.crossAttn?.project(random(3), {}, new Pass({ taps: seen }).at("layers", i, "crossAttn")),
        );
        stack.forward(random(4), { memory: memory as never }, new Pass({ taps: seen }));
      });
      const isMemory = (path: string) => /crossAttn\.(?:projectedKeys|keys|values)$/.test(path);
      const names = stackActivations([spec, spec], spec.norm);
      expect(seen.paths.filter((path) => !isMemory(path))).toEqual(names.filter((path) => !isMemory(path)));
      expect(new Set(seen.paths)).toEqual(new Set(names));
      expect(blockActivations(spec).length * 2 + 3).toBe(names.length);
      params.dispose();
    });
  });

  test.each(blockActivations({ ...SPEC, norm: { ...SPEC.norm, placement: "both" }, crossAttn: { numHeads: 3 } }))(
    "a patch of %s changes the output",
    async (path) => {
      const params = randomized();
      const spec: BlockSpec = { ...SPEC, norm: { ...SPEC.norm, placement: "both" }, crossAttn: { numHeads: 3 } };
      const block = new Block(params, spec);
      const [x, context] = [random(4), random(3)];
      const run = (pass: Pass) =>
        tf.tidy(() => block.forward(x, { memory: block.crossAttn?.project(context, {}, pass.at("crossAttn")) }, pass));
      // Noise rather than a factor, which the next norm would take out again.
      const noise = (value: tf.Tensor) => tf.add(value, tf.randomNormal(value.shape, 0, 0.5, "float32", 3));
      const outputs = [run(Pass.plain), run(new Pass({ taps: new Recorder([], { [path]: noise }) }))];
      const [plain, patched] = await Promise.all(outputs.map((output) => output.data()));
      expect(patched).not.toEqual(plain);
      expect(patched?.every(Number.isFinite)).toBe(true);
      tf.dispose([x, context, outputs] as tf.TensorContainer);
      params.dispose();
    },
  );

  test("a query sees no further than it reaches, whatever the mask says besides", async () => {
    const params = randomized();
    const selfAttn = { numHeads: 2, reach: 1 };
    const block = new Block(params, { ...SPEC, selfAttn });
    const whole = new Block(params, { ...SPEC, selfAttn: { numHeads: 2 } });
    const x = random(5);
    const near = tf.tidy(() => tf.lessEqual(tf.abs(tf.sub(tf.reshape(tf.range(0, 5), [5, 1]), tf.range(0, 5))), 1));
    const padding = tf.tensor4d([1, 1, 1, 1, 0, 1, 1, 1, 1, 1], [2, 1, 1, 5], "bool");
    for (const mask of [undefined, padding]) {
      const output = block.forward(x, { mask });
      const both = tf.tidy(() => {
        const band = tf.reshape(near, [1, 1, 5, 5]);
        return mask === undefined ? band : tf.logicalAnd(band, mask);
      });
      const expected = whole.forward(x, { mask: both });
      await expectClose(output, expected);
      tf.dispose([output, both, expected]);
    }
    const far = new Block(params, { ...SPEC, selfAttn: { numHeads: 2, reach: 4 } });
    const outputs = [far.forward(x), whole.forward(x)] as const;
    await expectClose(outputs[0], outputs[1]);
    const bad = (given: object) => () => new Block(params, { ...SPEC, selfAttn: { ...selfAttn, ...given } });
    expect(bad({ causal: true })).toThrow(
      "expected selfAttn.reach to be an integer from 0, without causal, got causal true",
    );
    expect(bad({ reach: 1.5 })).toThrow("got number 1.5");
    tf.dispose([x, near, padding, ...outputs]);
    params.dispose();
  });

  test("an attention without a norm reads the block's input", async () => {
    const params = randomized();
    const spec: BlockSpec = { ...SPEC, selfAttn: { numHeads: 2, isNormed: false } };
    const block = new Block(params, spec);
    expect(block.selfAttnNorm).toBe(undefined);
    const x = random(3);
    const output = block.forward(x);
    const expected = tf.tidy(() => {
      const y = tf.add(x, block.selfAttn.forward(x, x));
      return tf.add(y, block.ffn.forward((block.ffnNorm as Norm).forward(y)));
    });
    await expectClose(output, expected);
    using seen = new Recorder(["**"]);
    tf.tidy(() => void block.forward(x, {}, new Pass({ taps: seen })));
    expect(seen.paths.filter((path) => path !== "")).toEqual(blockActivations(spec));
    expect(() => new Block(params, { ...spec, norm: { ...SPEC.norm, placement: "post" } })).toThrow(
      "expected norm.placement pre without parallel where selfAttn.isNormed is false, got post",
    );
    tf.dispose([x, output, expected]);
    params.dispose();
  });

  test("blocks of one scope share their parameters, and each has activations of its own", async () => {
    const params = randomized();
    const stack = new Stack(params, [SPEC, SPEC, SPEC], { scopes: ["a", "b", "a"] });
    expect(new Set([...params.named().keys()].map((name) => name.slice(0, 2)))).toEqual(new Set(["a.", "b."]));
    const x = random(4);
    using seen = new Recorder(["layers.*"]);
    const output = stack.forward(x, {}, new Pass({ taps: seen }));
    expect(seen.paths).toEqual(["layers.0", "layers.1", "layers.2"]);
    const expected = tf.tidy(() => {
      const [a, b] = ["a", "b"].map((scope) => new Block(params.at(scope), SPEC)) as [Block, Block];
      return a.forward(b.forward(a.forward(x)));
    });
    await expectClose(output, expected);
    tf.dispose([x, output, expected]);
    params.dispose();
  });

  test.each(["ownNorms", "sharedNorm"] as const)("sublayers side by side read the input: %s", async (parallel) => {
    const params = randomized();
    const spec: BlockSpec = { ...SPEC, parallel, branchScale: 0.7 };
    const block = new Block(params, spec);
    const x = random(4);
    const output = block.forward(x);
    const expected = tf.tidy(() => {
      const normed = block.selfAttnNorm?.forward(x) as tf.Tensor3D;
      const read = block.ffnNorm?.forward(x) ?? normed;
      const attended = tf.mul(block.selfAttn.forward(normed, normed, { causal: true }), 0.7);
      return tf.add(tf.add(x, attended), tf.mul(block.ffn.forward(read), 0.7));
    });
    await expectClose(output, expected);
    expect(block.ffnNorm === undefined).toBe(parallel === "sharedNorm");
    using seen = new Recorder(["**"]);
    tf.tidy(() => void block.forward(x, {}, new Pass({ taps: seen })));
    expect(seen.paths.filter((path) => path !== "")).toEqual(blockActivations(spec));
    const short = tf.slice(x, [0, 0, 0], [1, 2, 6]) as tf.Tensor3D;
    await checkGradients((a) => block.forward(a), [short], { variables: params.named() });
    tf.dispose([x, output, expected, short]);
    params.dispose();
  });

  test.each([true, false])("a stack adds ALiBi to the scores of every block, causal: %s", async (causal) => {
    const params = randomized();
    const spec: BlockSpec = { ...SPEC, selfAttn: { ...SPEC.selfAttn, causal } };
    const stack = new Stack(params, [spec, spec], { positionBias: { kind: "alibi", numHeads: 2, causal } });
    const x = random(4);
    const expected = tf.tidy(() => {
      const bias = alibiBias(2, 4, 4);
      return stack.layers.reduce((y, layer) => layer.forward(y, { bias }), x);
    });
    const output = stack.forward(x);
    await expectClose(output, expected);
    tf.dispose([x, output, expected]);
    const windowed = { ...SPEC, selfAttn: { ...SPEC.selfAttn, window: 2 } };
    expect(() => new Stack(params, [windowed], { positionBias: { kind: "alibi", numHeads: 2, causal } })).toThrow(
      "expected blocks without a sliding window beside a position bias",
    );
    params.dispose();
  });

  test.each([
    ["dropout", { dropout: 0.5 }, 3],
    ["dropout without that of the feed-forward's output", { dropout: 0.5, ffn: { ...SPEC.ffn, outputDropout: 0 } }, 2],
    ["dropout of the feed-forward's output alone", { ffn: { ...SPEC.ffn, outputDropout: 0.5 } }, 1],
    ["dropPath", { dropPath: 0.5 }, 3],
    ["the self-attention's dropout", { selfAttn: { ...SPEC.selfAttn, dropout: 0.5 } }, 1],
    ["the cross-attention's dropout", { crossAttn: { numHeads: 3, dropout: 0.5 } }, 1],
    ["activationDropout of mlp", { activationDropout: 0.5, ffn: { ...SPEC.ffn, kind: "mlp" } }, 1],
    ["activationDropout of gated", { activationDropout: 0.5 }, 1],
    ["activationDropout of packedGated", { activationDropout: 0.5, ffn: { ...SPEC.ffn, kind: "packedGated" } }, 1],
  ] as [string, Partial<BlockSpec>, number][])(
    "%s draws at each of its places while training",
    async (_, change, draws) => {
      const params = randomized();
      const block = new Block(params, { ...SPEC, crossAttn: { numHeads: 3 }, ...change });
      const stream = new CountedStream(1);
      const outputs = tf.tidy(() => {
        const [x, context] = [random(4), random(3)];
        const memory = block.crossAttn?.project(context);
        return [block.forward(x, { memory }), block.forward(x, { memory }, new Pass({ random: stream }))];
      });
      const [plain, dropped] = await Promise.all(outputs.map((output) => output.data()));
      expect(dropped).not.toEqual(plain);
      tf.dispose(outputs);
      expect(stream.draws).toBe(draws);
      params.dispose();
    },
  );

  test("a window in steps is a window at once, and its mask is one of keys", async () => {
    const params = randomized();
    const block = new Block(params, { ...SPEC, selfAttn: { ...SPEC.selfAttn, window: 2 } });
    const x = random(5);
    const whole = block.forward(x);
    using cache = slidingWindowCache([2]);
    const steps = tf.tidy(() => {
      const outputs = (tf.split(x, 5, 1) as tf.Tensor3D[]).map((token) => block.forward(token, { cache }));
      const mask = tf.ones([2, 1, 2, 7], "bool");
      expect(() => block.forward(random(2), { cache, mask })).toThrow("expected a mask [B, 1, 1, K] with a window");
      return tf.concat(outputs, 1);
    });
    expect([cache.length, cache.past(0)?.keys.shape[2]]).toEqual([5, 1]);
    await expectClose(steps, whole);
    tf.dispose([x, whole, steps]);
    params.dispose();
  });

  test.each([
    [{ norm: { ...SPEC.norm, placement: "sandwich" } }, "norm.placement to be pre, post, both, branch, got"],
    [{ norm: { ...SPEC.norm, kind: "batchNorm" } }, "norm.kind to be layerNorm, rmsNorm, got"],
    [{ ffn: { ...SPEC.ffn, kind: "swiglu" } }, "ffn.kind to be mlp, gated, packedGated, experts, got"],
    [{ ffn: { ...SPEC.ffn, hidden: 3 } }, "got hidden"],
    [{ crossAttn: { numHeads: 2, causal: true } }, "got causal"],
    [{ selfAttn: { numHeads: 2, window: 3 } }, "expected selfAttn.causal to be true with a window"],
    [{ normOrder: "pre" }, "got normOrder"],
    [{ parallel: true }, "parallel to be ownNorms, sharedNorm, got"],
    [
      { parallel: "ownNorms", norm: { ...SPEC.norm, placement: "post" } },
      "norm.placement pre and no crossAttn with parallel",
    ],
    [{ norm: { ...SPEC.norm, bias: false } }, "norm.bias with layerNorm alone, got rmsNorm"],
  ])("refuses %j", (change, message) => {
    expect(() => new Block(randomized(), { ...SPEC, ...change } as never)).toThrow(message);
  });

  test("refuses an option of a call that it would pass over", () => {
    const params = randomized();
    const block = new Block(params, SPEC);
    tf.tidy(() => {
      const x = random(2);
      expect(() => block.forward(x, { causal: false } as never)).toThrow("got causal");
      expect(() => block.selfAttn.forward(x, x, { headMask: x } as never)).toThrow("got headMask");
    });
    params.dispose();
  });
});
