import { keyMask } from "@qkv/attention";
import { Recorder } from "@qkv/nn";
import { describeBackends, expectClose, expectNoLeaks } from "@qkv/testing";
import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { generate, type GenerationOptions, parseGenerationOptions, type Seq2SeqLanguageModel } from "../src/index.ts";
import { SEQ2SEQ_GOLDENS, seq2seqGolden } from "./seq2seqGolden.ts";

// The goldens were made with every option given; these would otherwise come from the checkpoint.
const NEUTRAL: GenerationOptions = { maxLength: 14, forcedEosTokenId: null };
const ON_WEBGPU = new Set(['{"max_length":5}', '{"num_beams":4}']);

describeBackends("encoder-decoders", (backend) => {
  describe.each(SEQ2SEQ_GOLDENS)("%s", (name) => {
    const golden = seq2seqGolden(name);
    const { arrays } = golden;
    const expected = (stage: string) => arrays.array(`output/${stage}`);
    const states = (side: string, i: number) => arrays.tensor<tf.Rank.R3>(`output/${side}_hidden_states.${i}`);
    let model: Seq2SeqLanguageModel;
    beforeAll(() => void (model = golden.model()));
    afterAll(() => model.dispose());

    test("each layer, from the golden output of the one before", () =>
      inScope(async ({ attentionMask }) => {
        const mask = keyMask(attentionMask);
        const encoded = states("encoder", model.encoder.layers.length);
        for (const side of ["encoder", "decoder"] as const) {
          const { layers, positionBias, norm } = model[side];
          for (const [i, layer] of layers.entries()) {
            const x = states(side, i);
            const bias = positionBias?.forward(x.shape[1], x.shape[1]);
            const memory = layer.crossAttn?.project(encoded);
            const y = layer.forward(x, memory ? { bias, memory, memoryMask: mask } : { bias, mask });
            const isLast = i === layers.length - 1; // its output is only known after the norm
            await expectClose(isLast && norm ? norm.forward(y) : y, expected(`${side}_hidden_states.${i + 1}`));
          }
        }
      }));

    test("every hidden state, every attention, the logits and the loss of one pass", () =>
      inScope(async ({ labels, ...inputs }) => {
        const paths: Record<string, string[]> = {};
        for (const side of ["encoder", "decoder"] as const) {
          const layers = model[side].layers.map((_, i) => `${side}.layers.${i}`);
          const states = model[side].norm ? [...layers.slice(0, -1), `${side}.norm`] : layers;
          paths[`${side}_hidden_states`] = [`${side}.embeddings`, ...states];
          paths[`${side}_attentions`] = layers.map((layer) => `${layer}.selfAttn.probabilities`);
          if (side === "decoder") paths["cross_attentions"] = layers.map((layer) => `${layer}.crossAttn.probabilities`);
        }
        using seen = new Recorder(Object.values(paths).flat());
        const out = model.forward(inputs, { taps: seen });
        for (const [prefix, names] of Object.entries(paths)) {
          expect(names.length).toBe(arrays.under(`output/${prefix}.`).size);
          for (const [i, path] of names.entries()) await expectClose(seen.get(path), expected(`${prefix}.${i}`));
        }
        await expectClose(out.logits, expected("logits"));
        const plain = model.forward(inputs); // as one kernel a layer, where there is one
        await expectClose(plain.logits, expected("logits"));
        await expectClose(model.loss({ ...inputs, labels }), arrays.array("loss"));
      }));

    test("cached steps give the logits of one full pass", () =>
      inScope(async ({ ids, attentionMask, decoderIds }) => {
        const memory = model.encode(ids, attentionMask);
        for (const sizes of [Array<number>(12).fill(1), [5, 1, 6]]) {
          using cache = model.createCache();
          const pieces = tf.split<tf.Tensor2D>(decoderIds, sizes, 1);
          const steps = pieces.map((piece) => model.decode(piece, memory, { cache }).logits);
          await expectClose(tf.concat(steps, 1), expected("logits"));
        }
      }));

    const attentionMask = arrays.ids("input/keep");
    const sources = arrays.ids("input/ids").map((row, i) => row.filter((_, j) => attentionMask[i]?.[j] === 1));
    const chosen = golden.generations.filter(
      ({ options }) => backend !== "webgpu" || ON_WEBGPU.has(JSON.stringify(options)),
    );
    const cases = chosen.map((made) => [JSON.stringify(made.options), made] as const);

    test.each(cases)("generates %s", async (_, { options, ids, scores }) => {
      const all = { ...NEUTRAL, ...parseGenerationOptions(options) };
      const rows = (await expectNoLeaks(() => generate(model, sources, all))).flat();
      const longest = Math.max(...rows.map((row) => row.ids.length));
      const { padTokenId, eosTokenId } = model.config;
      const fill = scores && padTokenId === 0 ? eosTokenId : padTokenId; // as transformers
      expect(rows.map((row) => [...row.ids, ...Array<number>(longest - row.ids.length).fill(fill)])).toEqual(ids);
      if (scores) await expectClose(rows.map(({ score }) => score), scores); // prettier-ignore
    });

    interface Inputs {
      readonly ids: tf.Tensor2D;
      readonly attentionMask: tf.Tensor2D;
      readonly decoderIds: tf.Tensor2D;
      readonly labels: tf.Tensor2D;
    }

    /** An async tidy around `work`, with the golden's inputs. */
    async function inScope(work: (inputs: Inputs) => Promise<void>): Promise<void> {
      await expectNoLeaks(async () => {
        tf.engine().startScope("parity");
        try {
          const input = (what: string) => arrays.tensor<tf.Rank.R2>(`input/${what}`);
          const attentionMask = tf.cast(input("keep"), "bool");
          await work({ ids: input("ids"), attentionMask, decoderIds: input("decoder_ids"), labels: input("labels") });
        } finally {
          tf.engine().endScope();
        }
      });
    }
  });
});
