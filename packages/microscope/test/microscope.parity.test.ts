// Every function beside TransformerLens on a tiny GPT-2, and beside hooks in Hugging Face's Llama.
import { Recorder } from "@qkv/nn";
import { describeBackends, expectClose, type Golden, type GoldenArray } from "@qkv/testing";
import type { CausalLanguageModel } from "@qkv/transformer";
import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  ablationPatches,
  ablationSweep,
  activationPatching,
  activationNames,
  attentionPatterns,
  gradientTimesInput,
  headResults,
  headScores,
  integratedGradients,
  lensLogits,
  logitAttribution,
  logitLens,
  meanActivations,
  type Numbers,
  pathPatching,
  type PatchKind,
  projectEmbeddings,
  recordActivations,
  steer,
  steeringPatches,
  steeringVector,
} from "../src/index.ts";
import { goldenModel, microscopeGolden } from "./goldenModel.ts";

const ANSWER = { token: 7, against: 12 };
const answerOf = async (logits: tf.Tensor3D) => {
  const [, length, width] = logits.shape;
  const values = (await logits.data()).slice((length - 1) * width);
  logits.dispose();
  return [(values[7] ?? NaN) - (values[12] ?? NaN)];
};

/** [B, L, H, D] of TransformerLens as our [B, H, L, D]. */
function headsFirst({ shape, data }: GoldenArray): number[] {
  return tf.tidy(() => Array.from(tf.transpose(tf.tensor(data, [...shape]), [0, 2, 1, 3]).dataSync()));
}

describeBackends("the microscope beside TransformerLens", () => {
  const arrays = microscopeGolden("gpt2");
  const [base, source] = ["base", "source"].map((name) => ({ ids: arrays.ids(name)[0] ?? [] })) as [
    { ids: number[] },
    { ids: number[] },
  ];
  const pair = { base, source, answer: ANSWER };
  const expected = (name: string) => arrays.array(name).data;
  let model: CausalLanguageModel;
  beforeAll(() => void (model = goldenModel(arrays)));
  afterAll(() => model.dispose());

  test("every activation by its name there", async () => {
    const names = [...arrays.under("cache/").keys()].filter((name) => !name.endsWith("hook_result"));
    const seen = await recordActivations(model, base, names);
    await expectClose(seen.output.values, expected("logits"));
    for (const name of names) {
      const { values } = seen.get(name);
      const array = arrays.array(`cache/${name}`);
      if (name.endsWith("hook_attn_scores")) await expectVisible(values, array.data);
      else await expectClose(values, /hook_[qkvz]$/.test(name) ? headsFirst(array) : array.data);
    }
    const known = activationNames(model).flatMap(({ aliases }) => aliases);
    expect(known).toEqual(expect.arrayContaining(names));
    expect(names.length).toBe(2 * 15 + 3);
    for (const layer of [0, 1]) {
      const { shape, values } = await headResults(model, base, { layer });
      expect(shape).toEqual([1, 8, 3, 12]);
      await expectClose(values, expected(`cache/blocks.${layer}.attn.hook_result`));
    }
  });

  test("the logit lens", () => expectLens(model, base, arrays));

  test("attribution to heads, neurons, feed-forwards and embeddings, which sum to the answer", async () => {
    const found = await logitAttribution(model, base, ANSWER);
    await expectClose(
      found.layers.flatMap(({ heads }) => [...heads]),
      expected("attribution/heads"),
    );
    await expectClose(
      found.layers.flatMap(({ neurons = [] }) => [...neurons]),
      expected("attribution/neurons"),
    );
    await expectClose(
      found.layers.map(({ feedForward }) => feedForward),
      expected("attribution/mlp"),
    );
    await expectClose([found.tokenEmbedding ?? NaN], expected("attribution/embed"));
    await expectClose([found.positionEmbedding ?? NaN], expected("attribution/pos_embed"));
    await expectClose([found.total], expected("difference"));
  });

  test("kinds of heads", async () => {
    const { scores } = await headScores(model, base);
    const length = base.ids.length;
    // There the mean is over all queries, here over those that have such a key.
    const share = { previousToken: 7, duplicateToken: 4, induction: 4 };
    const kinds = { previousToken: "previous_token", duplicateToken: "duplicate_token", induction: "induction" };
    for (const [kind, name] of Object.entries(kinds) as [keyof typeof share, string][]) {
      await expectClose(
        scores[kind].map((x) => (x * share[kind]) / length),
        expected(`heads/${name}_head`),
      );
    }
    const { shape, weights } = await attentionPatterns(model, base);
    expect(shape).toEqual([2, 3, 8, 8]);
    await expectClose(weights.subarray(0, 192), expected("cache/blocks.0.attn.hook_pattern"));
  });

  test.each(["residual", "attention", "feedForward", "heads"] as const)("patching of %s", async (kind: PatchKind) => {
    const grid = await activationPatching(model, pair, { kind, batchSize: 5 });
    await expectClose(grid.values, expected(`patch/${kind}`));
    await expectClose([grid.base, grid.source], [...expected("difference"), ...expected("source/difference")]);
  });

  test("path patching to the logits, and to the keys of a head", async () => {
    await expectClose((await pathPatching(model, pair)).values, expected("path/logits"));
    const receivers = [{ layer: 1, head: 2, input: "keys" as const }];
    await expectClose((await pathPatching(model, pair, { receivers, batchSize: 2 })).values, expected("path/keys"));
    const direct = await pathPatching(model, pair, { freezesFeedForward: true });
    expect(Math.abs((direct.values[0] ?? 0) - (expected("path/logits")[0] ?? 0))).toBeGreaterThan(1e-3);
  });

  test("ablation by zero and by mean", async () => {
    const names = ["blocks.*.attn.hook_z", "blocks.*.hook_attn_out", "blocks.*.hook_mlp_out", "blocks.*.mlp.hook_post"];
    const means = await meanActivations(model, [base, source], names);
    for (const [by, given] of Object.entries({ zero: {}, mean: { means } })) {
      await expectClose((await ablationSweep(model, base, ANSWER, given)).values, expected(`ablation/heads/${by}`));
      const neurons = await ablationSweep(model, base, ANSWER, { ...given, kind: "neurons", layer: 1 });
      await expectClose(neurons.values, expected(`ablation/neurons/${by}`));
      const layers = await ablationSweep(model, base, ANSWER, { ...given, kind: "layers" });
      await expectClose(layers.values.subarray(0, 1), expected(`ablation/layer/${by}`));
      const taps = new Recorder([], ablationPatches(model, { ...given, layers: [0] }));
      await expectClose(await answerOf(run(model, base.ids, taps)), expected(`ablation/layer/${by}`));
    }
  });

  test("steering, in a pass and step by step", async () => {
    const vector = await steeringVector(model, { from: base, to: source }, { layer: 1 });
    await expectClose(vector, expected("steering/vector"));
    const steering = { layer: 1, vector, scale: 2 };
    const logits = run(model, base.ids, new Recorder([], steeringPatches(model, steering)));
    await expectClose(logits, arrays.array("steering/logits"));
    logits.dispose();
    const steered = steer(model, steering);
    const cache = steered.createCache();
    const steps = tf.tidy(() =>
      base.ids
        .map((id) => steered.decode(tf.tensor2d([[id]], [1, 1], "int32"), { cache }).logits)
        .map((x) => tf.keep(x)),
    );
    const rows = await Promise.all(steps.map((x) => x.data()));
    await expectClose(
      rows.flatMap((row) => [...row]),
      expected("steering/logits"),
    );
    tf.dispose(steps);
    cache.dispose();
  });

  test("gradient times input, and integrated gradients, whose sum is the rise of the answer", async () => {
    await expectClose((await gradientTimesInput(model, base, ANSWER)).values, expected("gradientTimesInput"));
    const found = await integratedGradients(model, base, ANSWER, { steps: 20 });
    await expectClose(found.values, expected("integratedGradients"));
    await expectClose([found.answer], expected("difference"));
    const finer = await integratedGradients(model, base, ANSWER, { steps: 60 });
    expect(Math.abs(finer.gap)).toBeLessThan(Math.abs(found.gap) / 4);
    expect(Math.abs(finer.gap)).toBeLessThan(5e-2 * Math.abs(finer.answer - finer.baseline));
  });

  test("embeddings on their principal axes", async () => {
    const found = await projectEmbeddings(
      model,
      Array.from({ length: 31 }, (_, id) => id),
      { dimensions: 3 },
    );
    await expectClose(found.projected, expected("pca/projected"));
    await expectClose(found.shares, expected("pca/shares"));
  });
});

describeBackends("the microscope beside hooks in Llama", () => {
  const arrays = microscopeGolden("llama");
  const [base, source] = ["base", "source"].map((name) => ({ ids: arrays.ids(name)[0] ?? [] })) as [
    { ids: number[] },
    { ids: number[] },
  ];
  const expected = (name: string) => arrays.array(name).data;
  let model: CausalLanguageModel;
  beforeAll(() => void (model = goldenModel(arrays)));
  afterAll(() => model.dispose());

  test("projections before positions, and both halves of the feed-forward", async () => {
    const seen = await recordActivations(model, base, ["blocks.*.attn.*", "blocks.*.mlp.*"]);
    for (const layer of [0, 1]) {
      const projected = { q: "projectedQueries", k: "projectedKeys", v: "values" };
      for (const [letter, name] of Object.entries(projected)) {
        const array = arrays.array(`cache/${layer}.${letter}_proj`); // [1, L, H D]
        const [, length = 0, width = 0] = array.shape;
        const heads = { shape: [1, length, width / 4, 4], data: array.data };
        await expectClose(seen.get(`layers.${layer}.selfAttn.${name}`).values, headsFirst(heads));
      }
      await expectClose(seen.get(`blocks.${layer}.mlp.hook_pre`).values, expected(`cache/${layer}.gate_proj`));
      await expectClose(seen.get(`blocks.${layer}.mlp.hook_pre_linear`).values, expected(`cache/${layer}.up_proj`));
    }
    const [q, rotated] = ["hook_q", "hook_rot_q"].map((name) => seen.get(`blocks.0.attn.${name}`).values[8]);
    expect(q).not.toBe(rotated);
    await expectClose((await attentionPatterns(model, base)).weights, expected("cache/pattern"));
  });

  test("lens, attribution, patching and integrated gradients", async () => {
    await expectLens(model, base, arrays);
    const found = await logitAttribution(model, base, ANSWER);
    await expectClose(
      found.layers.flatMap(({ heads }) => [...heads]),
      expected("attribution/heads"),
    );
    await expectClose([found.total], expected("difference"));
    const pair = { base, source, answer: ANSWER };
    await expectClose((await activationPatching(model, pair)).values, expected("patch/residual"));
    await expectClose((await activationPatching(model, pair, { kind: "heads" })).values, expected("patch/heads"));
    await expectClose(
      (await integratedGradients(model, base, ANSWER, { steps: 20 })).values,
      expected("integratedGradients"),
    );
  });
});

describe("goldens", () => {
  test("say who made them", () => {
    expect(microscopeGolden("gpt2").metadata["transformer_lens"]).toMatch(/^2\./);
  });
});

function run(model: CausalLanguageModel, ids: readonly number[], taps: Recorder): tf.Tensor3D {
  const tensor = tf.tensor2d([[...ids]], undefined, "int32");
  const { logits } = model.forward({ ids: tensor }, { taps });
  tensor.dispose();
  return logits;
}

async function expectLens(
  model: CausalLanguageModel,
  base: { readonly ids: readonly number[] },
  arrays: Golden,
): Promise<void> {
  const { shape, data } = arrays.array("lens"); // [rows, 1, L, V]
  const [rows = 0, , length = 0, width = 0] = shape;
  const row = (i: number) => data.subarray(i * length * width, (i + 1) * length * width);
  const all: Numbers[] = [];
  for (let i = 0; i < rows; i++) all.push(await lensLogits(model, base, i));
  expect(rows).toBe(model.layers.length + 1);
  for (const [i, { values }] of all.entries()) await expectClose(values, row(i));
  const lens = await logitLens(model, base, { top: 2 });
  const scores = row(1).subarray(3 * width, 4 * width);
  const best = [...scores.keys()].sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0)).slice(0, 2);
  const at = (1 * length + 3) * 2;
  expect([...lens.tokens.subarray(at, at + 2)]).toEqual(best);
  const total = scores.reduce((sum, x) => sum + Math.exp(x), 0);
  await expectClose(
    lens.probabilities.subarray(at, at + 2),
    best.map((id) => Math.exp(scores[id] ?? 0) / total),
  );
}

/** Scores of hidden keys are far below all others, each library's own number. */
async function expectVisible(values: Float32Array, expected: Float32Array): Promise<void> {
  const isVisible = (x: number) => x > -1e8;
  await expectClose(
    values.filter((_, i) => isVisible(expected[i] ?? 0)),
    expected.filter(isVisible),
  );
  expect(values.every((x, i) => isVisible(expected[i] ?? 0) || x < -1e4)).toBe(true);
}
