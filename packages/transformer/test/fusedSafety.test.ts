import { type KeyValue, MultiHeadAttention, RotaryPositions } from "@qkv/attention";
import { initBackend } from "@qkv/backend";
import { addLora, LayerNorm, LayerScale, Linear, mergeLora, normal, Params, Pass, Recorder, removeLora } from "@qkv/nn";
import { expectClose, expectNoLeaks, wave } from "@qkv/testing";
import { Block, type BlockSpec, FeedForward, type GatedFeedForward, generate } from "@qkv/transformer";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";
import { marianGolden } from "./marianGolden.ts";

// A kernel of a whole layer reads tensors and calls no module: it must not answer for one that is not as it was built.

const SPEC: BlockSpec = {
  dModel: 6,
  norm: { kind: "layerNorm", eps: 1e-5, placement: "post" },
  selfAttn: { numHeads: 2, causal: true },
  crossAttn: { numHeads: 2 },
  ffn: { kind: "mlp", dim: 8, activation: "gelu" },
};

const LLAMA: BlockSpec = {
  dModel: 6,
  norm: { kind: "rmsNorm", eps: 1e-5, placement: "pre" },
  selfAttn: { numHeads: 2, causal: true },
  ffn: { kind: "gated", dim: 8, activation: "silu" },
};

const randomized = () =>
  Params.from((_, shape, _init, kind) => tf.tidy(() => tf.add(wave(shape, shape.length), kind === "norm" ? 2 : 0)));

/** A pass that no kernel of a whole layer can answer. */
const composed = () => new Pass({ taps: new Recorder([], { "ffn.hidden": (hidden) => hidden }) });

/** A block's result, and whether a kernel of a whole layer computed it. */
async function run(block: Block, pass?: Pass): Promise<{ fused: boolean; values: Float32Array }> {
  const [x, keys, values] = [wave([1, 3, 6], 1), wave([1, 2, 4, 3], 2), wave([1, 2, 4, 3], 3)];
  const memory = block.crossAttn && ({ keys, values } as KeyValue);
  let output: tf.Tensor | undefined;
  const { kernels } = await tf.profile(() => (output = block.forward(x, { memory }, pass)));
  const result = Float32Array.from((await output?.data()) ?? []);
  tf.dispose([x, keys, values, output as tf.Tensor]);
  return { fused: kernels.some(({ name }) => name === "QkvTransformerLayer"), values: result };
}

const put = (holder: object, key: string, value: unknown) => Reflect.set(holder, key, value);
const twice = (x: tf.Tensor) => tf.mul(x, 2);

/** Replaces modules, methods and weights, in all the ways there are. `own` are parameters for replacements. */
const CHANGES: Record<string, (block: Block, own: Params) => unknown> = {
  "a replaced projection": (block, own) => put(block.selfAttn, "qProj", new Linear(own, 6, 6)),
  "a function for a projection": ({ selfAttn: { vProj }, selfAttn }) =>
    put(selfAttn, "vProj", { forward: (x: tf.Tensor3D) => tf.tidy(() => twice(vProj.forward(x))) }),
  "a projection's own forward": ({ crossAttn }) =>
    put(crossAttn as object, "outProj", owning((crossAttn as MultiHeadAttention).outProj)),
  "a proxy of a projection": ({ ffn }) => {
    const { fc1 } = ffn as FeedForward;
    const forward = (x: tf.Tensor3D) => tf.tidy(() => twice(fc1.forward(x)));
    put(ffn, "fc1", new Proxy(fc1, { get: (target, key) => (key === "forward" ? forward : Reflect.get(target, key)) }));
  },
  "a projection of a subclass": ({ ffn }, own) => {
    class Doubled extends Linear {
      override forward<T extends tf.Tensor>(x: T): T {
        return tf.tidy(() => twice(super.forward(x)) as T);
      }
    }
    put(ffn, "fc2", new Doubled(own, 8, 6));
  },
  "another weight": ({ selfAttn }, own) => put(selfAttn.outProj, "weight", new Linear(own, 6, 6).weight),
  "another bias": ({ selfAttn }, own) =>
    put(
      selfAttn.vProj,
      "bias",
      own.bias("bias", [6], (shape) => tf.ones(shape)),
    ),
  "no bias": ({ ffn }) => put((ffn as FeedForward).fc1, "bias", undefined),
  "another norm": (block, own) => put(block, "ffnNorm", new LayerNorm(own, 6, { eps: 1 })),
  "another epsilon": (block) => put(block.selfAttnNorm as object, "eps", 3),
  "a layer scale": (block, own) => put(block.ffnBranch, "scale", new LayerScale(own, 6, 3)),
  "a branch's own forward": (block) => put(block, "selfAttnBranch", owning(block.selfAttnBranch)),
  "a norm of queries": (block, own) => put(block.selfAttn, "qNorm", new LayerNorm(own, 3, { eps: 1 })),
  "an attention's own attend": (block) => {
    const { selfAttn } = block;
    const attend = selfAttn.attend.bind(selfAttn);
    put(selfAttn, "attend", (...args: Parameters<typeof attend>) => tf.tidy(() => twice(attend(...args))));
  },
  "another attention": (block, own) => put(block, "selfAttn", new MultiHeadAttention(own, { dModel: 6, numHeads: 2 })),
  "another feed-forward": (block, own) =>
    put(block, "ffn", new FeedForward(own, { dModel: 6, ffn: { kind: "mlp", dim: 3, activation: "relu" } })),
  "another activation": (block) => put(block.ffn, "activation", "relu"),
};

/** The same module with a `forward` of its own. */
function owning<Module extends { forward(x: tf.Tensor): tf.Tensor }>(module: Module): Module {
  const forward = module.forward.bind(module);
  put(module, "forward", (x: tf.Tensor, ...rest: []) => tf.tidy(() => twice(forward(x, ...rest))));
  return module;
}

describe("a block in one kernel", () => {
  beforeAll(() => initBackend("wasm", { threads: 1 }));

  test.each(Object.entries(CHANGES))("does not pass over %s", (_, change) =>
    expectNoLeaks(async () => {
      const [params, own] = [randomized(), Params.initialized(9)];
      const block = new Block(params, SPEC);
      const before = await run(block);
      expect(before.fused).toBe(true);
      change(block, own);
      const after = await run(block);
      expect(after.fused).toBe(false);
      expect(after.values).toEqual((await run(block, composed())).values);
      expect(after.values).not.toEqual(before.values);
      params.dispose();
      own.dispose();
    }),
  );

  test("reads another tensor in a weight", () =>
    expectNoLeaks(async () => {
      const [params, own] = [randomized(), Params.initialized(9)];
      const block = new Block(params, SPEC);
      const before = await run(block);
      const { parts } = block.selfAttn.kProj.weight;
      parts.data.dispose();
      put(parts, "data", new Linear(own, 6, 6).weight.parts.data);
      const [after, apart] = [await run(block), await run(block, composed())];
      expect([after.fused, apart.fused]).toEqual([true, false]);
      await expectClose(
        { shape: [after.values.length], data: after.values },
        { shape: [apart.values.length], data: apart.values },
      );
      expect(after.values).not.toEqual(before.values);
      params.dispose();
      own.dispose();
    }));

  test("runs Llama's kind too, and does not pass over its gate or rotary positions of a subclass", async () => {
    class Still extends RotaryPositions {
      override rotate(x: tf.Tensor): tf.Tensor4D {
        return tf.clone(x) as tf.Tensor4D;
      }
    }
    const blockOf = (rotary: RotaryPositions) => {
      const params = randomized();
      const block = new Block(params, { ...LLAMA, selfAttn: { numHeads: 2, causal: true, rotary } });
      return { block, [Symbol.dispose]: () => params.dispose() };
    };
    using turned = blockOf(new RotaryPositions({ dim: 2 }));
    using still = blockOf(new Still({ dim: 2 }));
    const before = await run(turned.block);
    expect(before.fused).toBe(true);
    const [own, composite] = [await run(still.block), await run(still.block, composed())];
    expect(own.fused).toBe(false);
    expect(own.values).toEqual(composite.values);
    expect(own.values).not.toEqual(before.values);
    owning((turned.block.ffn as GatedFeedForward).gateProj);
    const after = await run(turned.block);
    expect(after.fused).toBe(false);
    expect(after.values).not.toEqual(before.values);
  });

  test("does not pass over a method of a class that was replaced, before the block was built or after", async () => {
    const { forward } = Linear.prototype;
    const [early, late] = [randomized(), randomized()];
    const built = new Block(early, SPEC);
    try {
      Linear.prototype.forward = function <T extends tf.Tensor>(this: Linear, x: T): T {
        return tf.tidy(() => twice(forward.call(this, x)) as T);
      };
      const [a, b] = [await run(built), await run(new Block(late, SPEC))];
      expect([a.fused, b.fused]).toEqual([false, false]);
      expect(a.values).toEqual(b.values);
    } finally {
      Linear.prototype.forward = forward;
    }
    expect((await run(built)).fused).toBe(true);
    early.dispose();
    late.dispose();
  });

  test("does not pass over an adapter of any of its weights, and runs again without", () =>
    expectNoLeaks(async () => {
      const params = randomized();
      const block = new Block(params, SPEC);
      const before = await run(block);
      const names = [...params.named("matrix").keys()].filter((name) => !/crossAttn\.[kv]/.test(name));
      expect(names).toHaveLength(8);
      for (const name of names) {
        const adapters = Params.initialized(4);
        addLora(params, adapters, { rank: 2, targets: [name] });
        for (const b of adapters.named().values()) tf.tidy(() => b.assign(wave(b.shape, 5)));
        const adapted = await run(block);
        expect([name, adapted.fused]).toEqual([name, false]);
        expect(adapted.values).not.toEqual(before.values);
        removeLora(params);
        adapters.dispose();
      }
      expect(await run(block)).toEqual(before);
      const adapters = Params.initialized(4);
      addLora(params, adapters, { rank: 2 });
      for (const b of adapters.named().values()) tf.tidy(() => b.assign(wave(b.shape, 5)));
      const [adapted] = [await run(block)];
      mergeLora(params);
      const merged = await run(block);
      expect(merged.fused).toBe(true);
      await expectClose(merged.values, adapted.values, { atol: 1e-4, rtol: 1e-4 });
      adapters.dispose();
      params.dispose();
    }));
});

describe("Marian with adapters on its queries and values", () => {
  const golden = marianGolden("marian-relu");

  /** Logits and translations of a backend, plain and adapted. */
  async function translate(backend: "cpu" | "wasm") {
    await initBackend(backend);
    const [model, adapters, inputs] = [golden.model(), Params.initialized(3), golden.inputs()];
    const answer = async () => {
      const { logits } = model.forward(inputs);
      const ids = await generate(model, golden.sources, { numBeams: 2, maxNewTokens: 12 });
      const values = await logits.data<"float32">();
      logits.dispose();
      return { logits: values.slice(), ids: ids.map((each) => each.map(({ ids }) => ids)) };
    };
    const plain = await answer();
    const names = addLora(model.params, adapters, { rank: 2, alpha: 4, targets: ["qProj", "vProj"] });
    for (const b of adapters.named().values()) tf.tidy(() => b.assign(normal(0.5)(b.shape, b.size)));
    const adapted = await answer();
    tf.dispose([inputs.ids, inputs.attentionMask, inputs.decoderIds]);
    model.dispose();
    adapters.dispose();
    return { plain, adapted, names };
  }

  test("gives on wasm what it gives on cpu", async () => {
    const [cpu, wasm] = [await translate("cpu"), await translate("wasm")];
    expect(wasm.names.length).toBeGreaterThan(8);
    expect(wasm.adapted.ids).toEqual(cpu.adapted.ids);
    await expectClose(wasm.adapted.logits, cpu.adapted.logits, { atol: 1e-4, rtol: 1e-4 });
    expect(wasm.adapted.ids).not.toEqual(wasm.plain.ids);
  });
});

test("a kernel of a whole layer reads no weight that was disposed, whose memory may be another's by now", async () => {
  await initBackend("wasm");
  const params = randomized();
  const block = new Block(params, LLAMA);
  const x = wave([1, 3, 6], 1);
  expect((await run(block)).fused).toBe(true);
  block.ffnNorm?.weight.dispose();
  expect(() => block.forward(x)).toThrow("expected ffn.norm.weight to be in use, got a tensor that was disposed");
  x.dispose();
  params.dispose();
});
