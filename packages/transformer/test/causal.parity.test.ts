import { keyMask } from "@qkv/attention";
import { Recorder } from "@qkv/nn";
import { describeBackends, expectClose, expectNoLeaks } from "@qkv/testing";
import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type CausalLanguageModel,
  generate,
  type GenerationOptions,
  generateStream,
  parseGenerationOptions,
} from "../src/index.ts";
import { CAUSAL_GOLDENS, type CausalGolden, causalGolden } from "./causalGolden.ts";

type Generation = CausalGolden["generations"][number];

// The goldens were made with every option given; these would otherwise come from the checkpoint.
const NEUTRAL: GenerationOptions = { maxLength: 24, forcedEosTokenId: null };
const optionsOf = ({ options }: Generation) => ({ ...NEUTRAL, ...parseGenerationOptions(options) });
// Every option on wasm; what they do to the logits is the same code elsewhere.
const ON_OTHERS = new Set(['{"max_new_tokens":6}', '{"num_beams":4,"max_new_tokens":10}']);
// Norms after each block grow what rounding leaves: PyTorch's own logits of float32 are 1.5e-5 from its of float64 here.
const ROUNDED: ReadonlySet<string> = new Set(["gemma3_text", "olmo2"]);

describeBackends("decoder-only models", (backend) => {
  describe.each(CAUSAL_GOLDENS)("%s", (name) => {
    const golden = causalGolden(name);
    const { arrays } = golden;
    const expected = (stage: string) => arrays.array(`output/${stage}`);
    const list = (prefix: string) => [...arrays.under(`output/${prefix}.`).values()];
    let model: CausalLanguageModel;
    beforeAll(() => void (model = golden.model()));
    afterAll(() => model.dispose());

    test("each layer, from the golden output of the one before", () =>
      inScope(async (ids, attentionMask) => {
        const layers = model.layers.slice(0, -1); // the last one's output is only known after the norm
        for (const [i, layer] of layers.entries()) {
          const x = arrays.tensor<tf.Rank.R3>(`output/hidden_states.${i}`);
          const mask = keyMask(attentionMask);
          const bias = model.positionBias?.forward(ids.shape[1], ids.shape[1], mask);
          await expectClose(layer.forward(x, { mask, bias }), expected(`hidden_states.${i + 1}`));
        }
        expect(ids.shape[0]).toBe(2);
      }));

    test("every hidden state, every attention, the logits and the loss of one pass", () =>
      inScope(async (ids, attentionMask) => {
        const layers = model.layers.map((_, i) => `layers.${i}`);
        const last = model.norm === undefined ? layers.at(-1) : "norm";
        const hiddenStates = ["embeddings", ...layers.slice(0, -1), last as string]; // as transformers has them
        const hasAttentions = list("attentions").length > 0;
        const attentions = hasAttentions ? layers.map((layer) => `${layer}.selfAttn.probabilities`) : [];
        using seen = new Recorder([...hiddenStates, ...attentions]);
        const out = model.forward({ ids, attentionMask }, { taps: seen });
        for (const [prefix, paths] of Object.entries({ hidden_states: hiddenStates, attentions })) {
          expect(paths.length).toBe(list(prefix).length);
          for (const [i, path] of paths.entries()) await expectClose(seen.get(path), expected(`${prefix}.${i}`));
        }
        const tolerance = ROUNDED.has(name) ? { atol: 5e-5 } : {};
        await expectClose(out.logits, expected("logits"), tolerance);
        const plain = model.forward({ ids, attentionMask }); // as one kernel a layer, where there is one
        await expectClose(plain.logits, expected("logits"), tolerance);
        const kept = arrays.ids("input/keep");
        const following = arrays
          .ids("input/ids")
          .map((row, i) => row.map((_, j) => (kept[i]?.[j + 1] === 1 ? (row[j + 1] ?? -100) : -100)));
        const loss = model.loss({ ids, labels: tf.tensor2d(following, undefined, "int32") });
        await expectClose(loss, arrays.array("loss"));
      }));

    test.each([undefined, 21])("cached steps give the logits of one full pass, with capacity %s", (capacity) =>
      inScope(async (all) => {
        // Beyond that many tokens rotary positions are others, and what the cache has is read again.
        const { rereadBeyond = all.shape[1] } = model.generation;
        const ids = tf.slice(all, [0, 0], [2, rereadBeyond]);
        const whole = model.forward({ ids }).logits;
        for (const sizes of [Array<number>(rereadBeyond).fill(1), [7, 1, rereadBeyond - 8]]) {
          using cache = model.createCache({ capacity });
          let end = 0;
          for (const [i, piece] of tf.split<tf.Tensor2D>(ids, sizes, 1).entries()) {
            const step = model.decode(piece, { cache });
            end += sizes[i] ?? 0;
            await expectClose(step.logits, tf.slice(whole, [0, end - 1, 0], [2, 1, whole.shape[2]]));
          }
        }
      }),
    );

    const { generations } = golden;
    const chosen = generations.filter(({ options }) => backend === "wasm" || ON_OTHERS.has(JSON.stringify(options)));
    const cases = chosen.map((made, i) => [`${i} ${JSON.stringify(made.options)}`, made] as const);

    test.each(cases)("generates %s", async (_, made) => {
      const { padTokenId = 0 } = model.config;
      const longest = Math.max(...made.prompts.map(({ length }) => length));
      const before = made.prompts.map(({ length }) => Array<number>(longest - length).fill(padTokenId));
      const prompts = made.prompts.map((prompt, i) => [...(before[i] ?? []), ...prompt]);
      // Where rotary positions depend on the longest text, a text in a batch is not what it is alone.
      const isBatch = model.generation.rereadBeyond !== undefined;
      const attentionMask = prompts.map((row, i) => row.map((_, j) => Number(j >= (before[i]?.length ?? 0))));
      const options = { ...optionsOf(made), ...(isBatch && { attentionMask }) };
      const rows = (await expectNoLeaks(() => generate(model, isBatch ? prompts : made.prompts, options))).flat();
      const copies = rows.length / made.prompts.length;
      const padded = rows.map(({ ids }, i) =>
        isBatch ? [...ids] : [...(before[Math.floor(i / copies)] ?? []), ...ids],
      );
      const width = Math.max(...padded.map(({ length }) => length));
      expect(padded.map((row) => [...row, ...Array<number>(width - row.length).fill(padTokenId)])).toEqual(made.ids);
      if (made.scores) {
        await expectClose(
          rows.map(({ score }) => score),
          made.scores,
        );
      }
    });

    test("streams what it generates", async () => {
      const made = generations.find(({ scores }) => scores === null) as Generation;
      const [prompt = []] = made.prompts;
      const streamed: number[] = [];
      await expectNoLeaks(async () => {
        for await (const token of generateStream(model, prompt, optionsOf(made))) streamed.push(token);
      });
      expect(streamed).toEqual(made.ids[0]?.slice(prompt.length).filter((id) => id !== 0));
    });

    /** An async tidy around `work`, with the golden's inputs. */
    async function inScope(work: (ids: tf.Tensor2D, attentionMask: tf.Tensor2D) => Promise<void>): Promise<void> {
      await expectNoLeaks(async () => {
        tf.engine().startScope("parity");
        try {
          await work(arrays.tensor("input/ids"), tf.cast(arrays.tensor<tf.Rank.R2>("input/keep"), "bool"));
        } finally {
          tf.engine().endScope();
        }
      });
    }
  });
});
