import { expect, test } from "vitest";
import { heatMap } from "./heatMap.ts";

test("draws a cell for each weight, as dark as it is great, and tells its labels and value", () => {
  const svg = heatMap({ rows: ["le", "chien"], columns: ["the", "dog", "</s>"], values: [1, 0, 0, 0.25, 0.5, 0.25] });
  expect(svg.match(/class="cell"/g)).toHaveLength(6);
  expect(Array.from(svg.matchAll(/fill-opacity="([\d.]+)"/g), ([, value]) => Number(value))).toEqual([
    1, 0, 0, 0.25, 0.5, 0.25,
  ]);
  expect(svg).toContain("<title>chien ← dog: 0.500</title>");
});

test("escapes what a token may hold", () => {
  const svg = heatMap({ rows: ['<b>&"'], columns: ["\u0000\ud800\u202e\uffff"], values: [0.5], title: "a < b" });
  expect(svg).toContain("&lt;b&gt;&amp;&quot; ← \\u0000\\ud800\\u202e\ufffd: 0.500");
  expect(svg).toContain("<title>a &lt; b</title>");
});

test("draws nothing for no rows, and no ink for NaN or values out of range", () => {
  expect(heatMap({ rows: [], columns: ["a"], values: [] })).not.toContain('class="cell"');
  const svg = heatMap({ rows: ["r"], columns: ["a", "b", "c"], values: [NaN, -1, 7] });
  expect(Array.from(svg.matchAll(/fill-opacity="([\d.]+)"/g), ([, value]) => Number(value))).toEqual([0, 0, 1]);
});

test("refuses another number of values", () => {
  expect(() => heatMap({ rows: ["a"], columns: ["b"], values: [1, 2] })).toThrow(
    "heatMap: expected 1 * 1 values, got 2",
  );
});
