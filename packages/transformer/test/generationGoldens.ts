import { readFileSync } from "node:fs";
import { expectNoLeaks } from "@qkv/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { generate, type GenerationOptions, type GenerativeModel, parseGenerationOptions } from "../src/index.ts";
import { causalGolden } from "./causalGolden.ts";
import { marianGolden } from "./marianGolden.ts";

/** One call of Python's `generate`: the golden model, its options, rows of ids, what came. */
export interface GenerationCase {
  readonly checkpoint: "marian-relu" | Parameters<typeof causalGolden>[0];
  readonly options: Readonly<Record<string, unknown>>;
  readonly ids: readonly (readonly number[])[];
  readonly mask?: readonly (readonly number[])[];
  /** What each output begins with. */
  readonly begun?: readonly (readonly number[])[];
  readonly expected: readonly (readonly number[])[];
}

/** Tests that `generate` makes what Python made for each case of a file. */
export function testGenerations(file: string, more: GenerationOptions = {}): void {
  const json = readFileSync(new URL(`golden/${file}`, import.meta.url), "utf8");
  const { cases } = JSON.parse(json) as { cases: GenerationCase[] };

  describe.each([...new Set(cases.map(({ checkpoint }) => checkpoint))])("%s", (name) => {
    let model: GenerativeModel & { dispose(): void };
    let padTokenId = 1;
    beforeAll(() => {
      const opened = name === "marian-relu" ? marianGolden(name).model() : causalGolden(name).model();
      [model, padTokenId] = [opened, opened.config.padTokenId ?? 0];
    });
    afterAll(() => model.dispose());

    const own = cases.filter(({ checkpoint }) => checkpoint === name);
    const titled = own.map((golden) => [JSON.stringify([golden.mask, golden.begun, golden.options]), golden] as const);
    test.each(titled)("%s", async (_, { options, ids, mask, begun, expected }) => {
      const neutral = { eosTokenId: 0, forcedEosTokenId: null, badWordsIds: [], ...more };
      const all = {
        ...{ ...neutral, ...parseGenerationOptions(options) },
        ...{ ...(mask && { attentionMask: mask }), ...(begun && { decoderInputIds: begun }) },
      };
      const rows = (await expectNoLeaks(() => generate(model, ids, all))).flat();
      const width = Math.max(...rows.map((row) => row.ids.length));
      const filled = rows.map((row) => [...row.ids, ...Array<number>(width - row.ids.length).fill(padTokenId)]);
      expect(filled).toEqual(expected);
    });
  });
}
