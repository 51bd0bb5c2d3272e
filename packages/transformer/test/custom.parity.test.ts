import { readFileSync } from "node:fs";
import { describeBackends, expectNoLeaks } from "@qkv/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { generate, type GenerativeModel, parseGenerationOptions } from "../src/index.ts";
import { causalGolden } from "./causalGolden.ts";
import { customRule } from "./customRule.ts";
import { marianGolden } from "./marianGolden.ts";

interface CustomGolden {
  readonly checkpoint: "marian-relu" | "gpt2" | "llama";
  readonly options: Readonly<Record<string, unknown>>;
  readonly ids: readonly (readonly number[])[];
  readonly expected: readonly (readonly number[])[];
}

const { cases } = JSON.parse(readFileSync(new URL("golden/custom_generations.json", import.meta.url), "utf8")) as {
  cases: CustomGolden[];
};

describeBackends("generate with a logits processor of one's own equals Python's", () => {
  describe.each([...new Set(cases.map(({ checkpoint }) => checkpoint))])("%s", (name) => {
    let model: GenerativeModel & { dispose(): void };
    let padTokenId = 1;
    beforeAll(() => {
      const opened = name === "marian-relu" ? marianGolden(name).model() : causalGolden(name).model();
      [model, padTokenId] = [opened, opened.config.padTokenId ?? 0];
    });
    afterAll(() => model.dispose());

    const own = cases.filter(({ checkpoint }) => checkpoint === name);
    test.each(own.map((golden) => [JSON.stringify(golden.options), golden] as const))(
      "%s",
      async (_, { options, ids, expected }) => {
        const neutral = { eosTokenId: 0, forcedEosTokenId: null, badWordsIds: [], logitsProcessors: [customRule] };
        const all = { ...neutral, ...parseGenerationOptions(options) };
        const rows = (await expectNoLeaks(() => generate(model, ids, all))).flat();
        const width = Math.max(...rows.map((row) => row.ids.length));
        const filled = rows.map((row) => [...row.ids, ...Array<number>(width - row.ids.length).fill(padTokenId)]);
        expect(filled).toEqual(expected);
      },
    );
  });
});
