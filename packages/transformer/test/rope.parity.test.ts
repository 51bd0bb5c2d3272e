import { readFileSync } from "node:fs";
import { rotaryFrequencies } from "@qkv/attention";
import { expectClose } from "@qkv/testing";
import { expect, test } from "vitest";
import { llama } from "../src/index.ts";

interface RopeGolden {
  readonly config: Readonly<Record<string, unknown>>;
  readonly length: number;
  readonly frequencies: readonly number[];
  readonly scale: number;
}

const { cases } = JSON.parse(readFileSync(new URL("golden/rope_frequencies.json", import.meta.url), "utf8")) as {
  cases: RopeGolden[];
};

test.each(cases.map((golden) => [JSON.stringify(golden.config), golden.length, golden] as const))(
  "the rotary positions of %s, %d of them, equal transformers'",
  async (_, length, { config, frequencies, scale }) => {
    const { rotary = { dim: 0 } } = llama.parseConfig(config);
    const ours = rotaryFrequencies(rotary, length);
    await expectClose(Float32Array.from(ours.frequencies), frequencies);
    expect(ours.scale).toBeCloseTo(scale, 6);
  },
);
