import { Params, Recorder } from "@qkv/nn";
import { describeBackends, expectClose, expectNoLeaks } from "@qkv/testing";
import * as tf from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";
import { ablate } from "./ablate.ts";
import { generate } from "../generation/generate.ts";
import { type HeadFactors, headPatches } from "./headPatches.ts";
import { marian, type MarianModel } from "../families/marian/index.ts";

const CONFIG = {
  ...marian.parseConfig({ model_type: "marian", vocab_size: 13, pad_token_id: 12, decoder_start_token_id: 12 }),
  ...{ dModel: 6, maxPositions: 17, scaleEmbedding: true, activation: "silu" as const, maxLength: 9 },
  ...{ encoderLayers: 2, encoderHeads: 3, encoderFfnDim: 5, decoderLayers: 2, decoderHeads: 2, decoderFfnDim: 7 },
};

/** A random model; `change` may make something else of a parameter. */
function randomModel(change: (name: string, value: tf.Tensor) => tf.Tensor = (_, value) => value): MarianModel {
  let seed = 3;
  return marian.build(
    Params.from((name, shape) => tf.tidy(() => change(name, tf.randomNormal(shape, 0, 0.7, "float32", seed++)))),
    CONFIG,
  );
}

/** The output projection without the columns that one head fills: the head is gone, whatever it sees. */
const withoutColumns = (layer: string, head: number, headDim: number) => (name: string, value: tf.Tensor) => {
  if (name !== `${layer}.outProj.weight`) return value;
  const [rows = 0, columns = 0] = value.shape;
  const kept = tf.tensor1d(Array.from({ length: columns }, (_, i) => Number(Math.floor(i / headDim) !== head)));
  return tf.mul(value, tf.broadcastTo(kept, [rows, columns]));
};

const SOURCES = [
  [5, 3, 8, 0],
  [4, 0],
];

const CASES: readonly [string, string, number, number, HeadFactors][] = [
  ["encoder", "encoder.layers.1.selfAttn", 2, 2, { "encoder.layers.1.selfAttn": [1, 1, 0] }],
  ["decoder", "decoder.layers.0.selfAttn", 1, 3, { "decoder.layers.0.selfAttn": [1, 0] }],
  ["cross", "decoder.layers.1.crossAttn", 0, 3, { "decoder.layers.1.crossAttn": [0, 1] }],
];

describeBackends("ablate", () => {
  test.each(CASES)("a switched-off %s head is one without its output", async (_, layer, head, headDim, heads) => {
    const [model, reference] = [randomModel(), randomModel(withoutColumns(layer, head, headDim))];
    const ids = tf.tensor2d([[5, 3, 8, 0]], undefined, "int32");
    const decoderIds = tf.tensor2d([[12, 7, 2]], undefined, "int32");
    const [off, gone, whole] = [
      model.forward({ ids, decoderIds }, { taps: new Recorder([], headPatches(heads)) }),
      reference.forward({ ids, decoderIds }),
      model.forward({ ids, decoderIds }),
    ];
    await expectClose(off.logits, gone.logits);
    const far = tf.tidy(() => tf.max(tf.abs(tf.sub(off.logits, whole.logits))));
    expect((await far.data())[0]).toBeGreaterThan(1e-3);

    for (const numBeams of [1, 3]) {
      const made = await generate(ablate(model, { heads }), SOURCES, { numBeams });
      const expected = await generate(reference, SOURCES, { numBeams });
      expect(made.map(([best]) => best?.ids)).toEqual(expected.map(([best]) => best?.ids));
      await expectClose(
        made.map(([best]) => best?.score ?? NaN),
        expected.map(([best]) => best?.score ?? NaN),
      );
    }
    tf.dispose([ids, decoderIds, off, gone, whole, far] as unknown as tf.TensorContainer);
    model.dispose();
    reference.dispose();
  });

  test("what a hidden token is changes nothing, and a hidden end is a shorter source", async () => {
    const model = randomModel();
    const scoresOf = async (sources: number[][], hiddenSource: number[]) =>
      (await generate(ablate(model, { hiddenSource }), sources)).map(([best]) => best?.score ?? NaN);
    const [first] = await scoresOf([[5, 3, 8, 0]], [1]);
    await expectClose(await scoresOf([[5, 9, 8, 0]], [1]), [first ?? NaN]);
    const [seen, other] = [await scoresOf([[5, 3, 8, 0]], []), await scoresOf([[5, 9, 8, 0]], [])];
    expect(Math.abs((seen[0] ?? NaN) - (other[0] ?? NaN))).toBeGreaterThan(1e-4);
    await expectClose(
      await scoresOf(SOURCES, [3]),
      await scoresOf(
        [
          [5, 3, 8],
          [4, 0],
        ],
        [],
      ),
    );
    model.dispose();
  });

  test("masked scores are the scores without what is hidden, and nothing stays", () =>
    expectNoLeaks(async () => {
      const model = randomModel();
      const ids = tf.tensor2d([[5, 3, 8, 0]], undefined, "int32");
      const decoderIds = tf.tensor2d([[12, 7, 2]], undefined, "int32");
      using seen = new Recorder(["decoder.layers.*.selfAttn.*"]);
      const { logits } = model.forward({ ids, decoderIds }, { taps: seen });
      for (const layer of [0, 1]) {
        const valuesOf = (name: string) => seen.get(`decoder.layers.${layer}.selfAttn.${name}`).data();
        const [raw, hidden] = [await valuesOf("scores"), await valuesOf("maskedScores")];
        expect(hidden[0]).toBe(raw[0]);
        expect(hidden[1]).toBeLessThan(-1e4); // the second token, from the first
      }
      const options = { hiddenSource: [0], heads: { "decoder.layers.0.crossAttn": [0, 0] } };
      await generate(ablate(model, options), SOURCES, { numBeams: 2 });
      tf.dispose([ids, decoderIds, logits]);
      model.dispose();
    }));

  test("what the model does not have is refused", async () => {
    const model = randomModel();
    expect(() => ablate(model, { heads: { "decoder.layers.7.selfAttn": [0, 1] } })).toThrow(
      "got decoder.layers.7.selfAttn.heads",
    );
    const three = ablate(model, { heads: { "decoder.layers.1.selfAttn": [0, 1, 1] } });
    await expect(generate(three, SOURCES)).rejects.toThrow("expected a factor for each of 2 heads, got 3");
    model.dispose();
  });

  test("a search tells of each source's best sequence, step by step", async () => {
    const model = randomModel();
    for (const numBeams of [1, 3]) {
      const told = new Map<number, number[]>();
      const found = await generate(model, SOURCES, {
        numBeams,
        onStep: (steps) =>
          steps.forEach(({ source, ids }) => told.set(source, [...(told.get(source) ?? []), ids.length])),
      });
      for (const [source, [best]] of found.entries()) {
        const lengths = told.get(source) ?? [];
        expect(lengths).toEqual(lengths.map((_, i) => i + 2));
        expect(lengths.length).toBeGreaterThanOrEqual((best?.ids.length ?? 0) - 2);
      }
    }
    model.dispose();
  });
});
