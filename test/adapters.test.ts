// A low-rank adapter counts wherever its weight is used, in every model and on every backend.
import { addLora, mergeLora, Params, removeLora } from "@qkv/nn";
import { describeBackends, expectClose, expectNoLeaks, wave } from "@qkv/testing";
import * as tf from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";
import { SMALL_MODELS } from "./smallModels.ts";

describeBackends("adapters", () => {
  test.each(SMALL_MODELS)("of all matrices and tables of %s compute what merging them does", (_, build) =>
    expectNoLeaks(async () => {
      const [params, adapters] = [parameters(), Params.initialized(2)];
      const run = build(params);
      const plain = run();
      for (const target of adaptable(params)) addLora(params, adapters, { rank: 2, alpha: 1, targets: [target] });
      for (const b of adapters.named().values()) tf.tidy(() => b.assign(wave(b.shape, 3)));
      const adapted = run();
      mergeLora(params);
      const merged = run();
      await expectClose(adapted, merged, { atol: 1e-4, rtol: 1e-4 });
      expect(await adapted.data()).not.toEqual(await plain.data());
      tf.dispose([plain, adapted, merged]);
      params.dispose();
      adapters.dispose();
    }),
  );

  test.each(SMALL_MODELS)("of each weight of %s change its result", (name, build) =>
    expectNoLeaks(async () => {
      const params = parameters();
      const run = build(params);
      const plain = run();
      const unused: string[] = [];
      for (const target of adaptable(params)) {
        const adapters = Params.initialized(2);
        addLora(params, adapters, { rank: 2, targets: [target] });
        for (const b of adapters.named().values()) tf.tidy(() => b.assign(wave(b.shape, 3)));
        const adapted = run();
        if (String(await adapted.data()) === String(await plain.data())) unused.push(target);
        removeLora(params);
        adapters.dispose();
        adapted.dispose();
      }
      const again = run();
      expect(await again.data()).toEqual(await plain.data());
      tf.dispose([plain, again]);
      params.dispose();
      expect(unused).toEqual(UNUSED[name] ?? []);
    }),
  );
});

/** Weights that files hold and no pass reads: the first fusion has nothing to add; SigLIP's classes are told by the patches' mean. */
const UNUSED: Readonly<Record<string, readonly string[]>> = {
  "Depth Anything": ["neck.fusion.0.residual1.convolution1.weight", "neck.fusion.0.residual1.convolution2.weight"],
  "a classifier on SigLIP": [
    "attention.qProj",
    "attention.kProj",
    "attention.vProj",
    "attention.outProj",
    "ffn.fc1",
    "ffn.fc2",
  ].map((name) => `backbone.head.${name}.weight`),
};

const parameters = () =>
  Params.from((name, shape, _init, kind) =>
    tf.tidy(() => tf.add(tf.mul(wave(shape, name.length), 0.5), kind === "norm" ? 1 : 0)),
  );

/** The names of the weights that may have adapters. */
function adaptable(params: Params): string[] {
  const weights = [...params.weights()];
  const chosen = weights.filter(
    ([, { kind, shape }]) => kind === "matrix" || (kind === "embedding" && shape.length === 2),
  );
  return chosen.map(([name]) => name);
}
