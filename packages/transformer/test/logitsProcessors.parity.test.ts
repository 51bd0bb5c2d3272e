import { readFileSync } from "node:fs";
import { expectClose } from "@qkv/testing";
import { expect, test } from "vitest";
import { customRule } from "./customRule.ts";
import { wanderer } from "./wanderer.ts";
import { logitsProcessors } from "../src/generation/logitsProcessors.ts";
import { resolveOptions } from "../src/generation/options.ts";
import { parseGenerationOptions } from "../src/generation/parseGenerationOptions.ts";

interface ProcessorsGolden {
  readonly options: Readonly<Record<string, unknown>>;
  /** With a processor of one's own. */
  readonly custom?: boolean;
  readonly ids: readonly number[];
  readonly promptLength: number;
  readonly scores: readonly number[];
  /** null where a token is forbidden. */
  readonly expected: readonly (number | null)[];
}

const { cases } = JSON.parse(readFileSync(new URL("golden/logits_processors.json", import.meta.url), "utf8")) as {
  cases: ProcessorsGolden[];
};

test.each(
  cases.map((golden) => [JSON.stringify(golden.options) + (golden.custom ? " and one's own" : ""), golden] as const),
)("%s", async (_, { options, custom, ids, promptLength, scores, expected }) => {
  const neutral = { maxLength: 40, eosTokenId: 0, forcedEosTokenId: null, badWordsIds: [] };
  const all = { ...neutral, ...parseGenerationOptions(options), ...(custom && { logitsProcessors: [customRule] }) };
  const changed = Float32Array.from(scores);
  for (const process of logitsProcessors(resolveOptions(all, wanderer(), promptLength, [ids])))
    process(changed, ids, 0);
  expect([...changed].map((score) => score === -Infinity)).toEqual(expected.map((score) => score === null));
  await expectClose(
    changed.map((score) => Math.max(score, -1e6)),
    expected.map((score) => score ?? -1e6),
  );
});
