import { describe, expect, test } from "vitest";
import type { AttentionRecord } from "./attention/attentionRecord.ts";
import { attentionPage } from "./attentionPage.ts";

const head = (weights: number[]) => ({ shape: [1, 1, 2, 2], weights }) as const;
const RECORD: AttentionRecord = {
  ...{ source: ["</script><b>", "dog"], target: ["le", "chien"], read: ["</s>", "le"] },
  ...{ cross: head([0.9, 0.1, 0.2, 0.8]), decoder: head([1, 0, 0.33333, 0.66667]) },
};

describe("attentionPage", () => {
  test("is one document, with its numbers and its script inside, that asks for nothing", () => {
    const html = attentionPage(RECORD, { title: "a < b" });
    expect(html).toMatch(/^<!doctype html>[^]*<title>a &lt; b<\/title>[^]*<\/html>\n$/);
    expect(html.match(/<\/script>/g)?.length).toBe(2);
    expect(html).not.toMatch(/https?:|src=|import\s/);
    const [, json = ""] = /id="maps">([^]*?)<\/script>/.exec(html) ?? [];
    const maps = JSON.parse(json) as { name: string; keys: string[]; weights: number[] }[];
    expect(maps.map(({ name }) => name)).toEqual(["target to source", "target to itself"]);
    expect(maps[0]?.keys).toEqual(["</script><b>", "dog"]);
    expect(maps[1]?.weights).toEqual([1, 0, 0.3333, 0.6667]);
    const [, script = ""] = /<script>([^]*?)<\/script>/.exec(html) ?? [];
    expect(script).toContain("looks most at");
  });

  test("of a model with one kind alone, decoder or encoder", () => {
    const { cross: _cross, ...decoderOnly } = RECORD;
    expect(attentionPage(decoderOnly)).toContain("target to itself");
    const encoderOnly = { source: ["a", "b"], target: [], read: [], encoder: head([1, 0, 0, 1]) };
    expect(attentionPage(encoderOnly)).toContain("source to itself");
  });

  test("refuses a record without attention, and sizes that do not fit", () => {
    expect(() => attentionPage({ source: [], target: [], read: [] })).toThrow("got one without attention");
    expect(() => attentionPage({ ...RECORD, source: ["a"] })).toThrow("attentionPage: expected");
  });
});
