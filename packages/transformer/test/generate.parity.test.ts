import { describeBackends, expectClose, expectNoLeaks } from "@qkv/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  generate,
  type GenerationOptions,
  generateStream,
  type MarianModel,
  parseGenerationOptions,
} from "../src/index.ts";
import { type GenerationGolden, MARIAN_GOLDENS, marianGolden } from "./marianGolden.ts";

// The goldens were made with every option given; these two would otherwise come from the checkpoint.
const NEUTRAL: GenerationOptions = { maxLength: 12, forcedEosTokenId: null, badWordsIds: [] };
const optionsOf = ({ options }: GenerationGolden) => ({ ...NEUTRAL, ...parseGenerationOptions(options) });
const ON_WEBGPU = new Set(['{"max_length":5}', '{"num_beams":4,"length_penalty":0.6,"max_length":6}']);

describeBackends("generate", (backend) => {
  describe.each(MARIAN_GOLDENS)("%s", (name) => {
    const { generations, sources, model: load } = marianGolden(name);
    let model: MarianModel;
    beforeAll(() => void (model = load()));
    afterAll(() => model.dispose());

    // Most options are rules that never meet a tensor; a GPU shows whether greedy and beam search work at all.
    const chosen = generations.filter(({ options }) => backend !== "webgpu" || ON_WEBGPU.has(JSON.stringify(options)));
    const cases = chosen.map((golden) => [JSON.stringify(golden.options), golden] as const);

    test.each(cases)("%s", async (_options, golden) => {
      const { padTokenId } = model.generation;
      const rows = (await expectNoLeaks(() => generate(model, sources, optionsOf(golden)))).flat();
      const longest = Math.max(...rows.map(({ ids }) => ids.length));
      const padded = rows.map(({ ids }) => [...ids, ...Array<number>(longest - ids.length).fill(padTokenId)]);
      expect(padded).toEqual(golden.ids);
      if (golden.scores)
        await expectClose(
          rows.map(({ score }) => score),
          golden.scores,
        );
    });

    test.each(cases.filter(([, { scores }]) => scores === null))("streamed %s", async (_options, golden) => {
      const { eosTokenId: one, padTokenId } = model.generation;
      const ends = [optionsOf(golden).eosTokenId ?? one, padTokenId].flat();
      for (const [i, source] of sources.entries()) {
        const expected = golden.ids[i]?.slice(1).filter((id) => !ends.includes(id));
        expect(await expectNoLeaks(() => collect(generateStream(model, source, optionsOf(golden))))).toEqual(expected);
      }
    });
  });
});

async function collect(tokens: AsyncIterable<number>): Promise<number[]> {
  const collected: number[] = [];
  for await (const token of tokens) collected.push(token);
  return collected;
}
