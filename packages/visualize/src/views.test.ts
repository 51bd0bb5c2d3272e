import { describe, expect, test } from "vitest";
import { describeWeights } from "./describeWeights.ts";
import { headView } from "./headView.ts";
import { heatMap } from "./heatMap.ts";
import { heatMapGrid } from "./heatMapGrid.ts";
import { lineChart } from "./lineChart.ts";
import { modelView } from "./modelView.ts";
import { numberTable } from "./numberTable.ts";
import { numberThumbnail } from "./numberThumbnail.ts";
import { pairedBars } from "./pairedBars.ts";
import { signedHeatMap } from "./signedHeatMap.ts";
import { tokenTable } from "./tokenTable.ts";
import { terminalHeatMap } from "./terminalHeatMap.ts";

const count = (svg: string, what: RegExp) => svg.match(what)?.length ?? 0;

/** Elements that are opened are closed, and nothing stands unescaped. */
function expectWellFormed(svg: string): void {
  const open: string[] = [];
  for (const [, close, name = "", selfClosed] of svg.matchAll(/<(\/?)([a-z]+)(?:\s[^<>]*?)?(\/?)>/g)) {
    if (close) expect(open.pop()).toBe(name);
    else if (!selfClosed) open.push(name);
  }
  expect(open).toEqual([]);
  expect(svg.replace(/<[^<>]*>/g, "")).not.toMatch(/[<>]|&(?!amp;|lt;|gt;|quot;)/);
}

describe("describeWeights", () => {
  test("says where each row looks most, and counts what it leaves out", () => {
    const matrix = { rows: ["a", "b", "c"], columns: ["x", "y"], values: [0.2, 0.8, 0, 0, NaN, 0.5] };
    expect(describeWeights(matrix)).toBe("a looks most at y (0.80); b looks at nothing; c looks most at y (0.50).");
    expect(describeWeights(matrix, 1)).toBe("a looks most at y (0.80); and 2 more rows.");
    expect(describeWeights({ rows: [], columns: [], values: [] })).toBe("No weights.");
    expect(() => describeWeights({ rows: ["a"], columns: [], values: [1] })).toThrow("expected 1 * 0 values, got 1");
  });

  test("stands in every heat map", () => {
    const svg = heatMap({ rows: ["<a>"], columns: ["x"], values: [1] });
    expect(svg).toContain("<desc>&lt;a&gt; looks most at x (1.00).</desc>");
    expectWellFormed(svg);
  });
});

describe("signedHeatMap", () => {
  test("draws both signs in their colours, the greatest size in full, and says the extremes", () => {
    const svg = signedHeatMap({ rows: ["0", "1"], columns: ["<a>", "b"], values: [-4, 0, 2, NaN] });
    expect(count(svg, /class="cell minus"/g)).toBe(1);
    expect(svg).toMatch(/class="cell minus"[^>]*fill-opacity="1.000"/);
    expect(svg).toMatch(/fill-opacity="0.500"><title>1, &lt;a&gt;: 2.000/);
    expect(svg).toContain("<desc>greatest: 1, &lt;a&gt; (2.00). least: 0, &lt;a&gt; (-4.00).</desc>");
    expectWellFormed(svg);
    expect(signedHeatMap({ rows: ["0"], columns: ["a"], values: [0] })).toContain("No numbers but 0.");
    expect(() => signedHeatMap({ rows: ["0"], columns: ["a"], values: [] })).toThrow("expected 1 * 1 values, got 0");
  });
});

describe("numberTable", () => {
  test("writes each number in its cell, in the colour of its sign, and what a mask hid as infinite", () => {
    const svg = numberTable({ rows: ["<a>", "b"], columns: ["0", "1"], values: [1.23456, -20, -1e9, 1234.5] });
    for (const number of ["1.235", "−20.00", "−∞", "1235"]) expect(svg).toContain(`>${number}</text>`);
    expect(svg).toMatch(/class="cell minus"[^>]*fill-opacity="0.007"><title>&lt;a&gt;, 1: -20/);
    expect(svg).toMatch(/fill-opacity="0"><title>b, 0: -Infinity/);
    expect(svg).toMatch(/class="cell"[^>]*fill-opacity="0.450"><title>b, 1: 1234.5/);
    expect(svg).toContain("<desc>greatest: b, 1 (1234.50); &lt;a&gt;, 0 (1.23). least: &lt;a&gt;, 1 (-20.00).</desc>");
    expectWellFormed(svg);
    expect(() => numberTable({ rows: ["0"], columns: ["a"], values: [] })).toThrow("expected 1 * 1 values, got 0");
  });
});

describe("numberThumbnail", () => {
  test("draws a matrix of any size in at most 32 marks a side, each the greatest of those that it stands for", () => {
    const values = new Float32Array(100 * 2);
    [values[1], values[199]] = [-4, 2];
    const svg = numberThumbnail({ rows: 100, columns: 2, values });
    expect(count(svg, /<rect class="cell bare/g)).toBe(2);
    expect(svg).toMatch(/class="cell bare minus" x="48" y="0" width="48" height="1.5" fill-opacity="1.000"/);
    expect(svg).toMatch(/class="cell bare" x="48" y="46.5" width="48" height="1.5" fill-opacity="0.500"/);
    expectWellFormed(svg);
    expect(() => numberThumbnail({ rows: 2, columns: 2, values: [1] })).toThrow("expected 2 * 2 values, got 1");
  });
});

describe("pairedBars", () => {
  test("draws two bars for each label, and tells all numbers", () => {
    const svg = pairedBars({ labels: ["<a>", "b"], before: [0.75, 0], after: [0.25, 0.5], names: ["with", "without"] });
    expect(svg).toMatch(/class="cell" x="[\d.]+" y="[\d.]+" width="135" height="14"><title>&lt;a&gt;, with: 0.7500/);
    expect(svg).toMatch(/class="cell minus" x="[\d.]+" y="[\d.]+" width="90" height="14"><title>b, without: 0.5000/);
    expect(svg).toContain("<desc>&lt;a&gt;: with 0.750, without 0.250; b: with 0.000, without 0.500.</desc>");
    expectWellFormed(svg);
    expect(() => pairedBars({ labels: ["a"], before: [1], after: [] })).toThrow("expected 1 numbers in after, got 0");
  });
});

describe("tokenTable", () => {
  test("writes a token in each cell on its tint, and says what the last column has", () => {
    const svg = tokenTable({
      rows: ["0", "1"],
      columns: ["x", "is"],
      tokens: ["a", "<b>", "c", "Rome"],
      values: [0, 1, 0.5, 0.25],
    });
    expect(count(svg, /class="cell"/g)).toBe(4);
    expect(svg).toMatch(/fill-opacity="0.550"><title>0, is: &lt;b&gt; 1.000/);
    expect(svg).toContain("<desc>At is, 0: &lt;b&gt; (1.00); 1: Rome (0.25).</desc>");
    expectWellFormed(svg);
    expect(tokenTable({ rows: [], columns: [], tokens: [], values: [] })).toContain("No tokens.");
    expect(() => tokenTable({ rows: ["0"], columns: ["a"], tokens: [], values: [1] })).toThrow(
      "expected 1 * 1 tokens, got 0",
    );
  });
});

describe("heatMapGrid", () => {
  test("draws a panel for each matrix and a cell for each weight above 0", () => {
    const values = [1, 0, 0.5, NaN, 0, 0, 0, 0.25];
    const svg = heatMapGrid({
      shape: [1, 2, 2, 2],
      values,
      queries: ["a&b", "b"],
      rowName: "layer",
      columnName: "head",
    });
    expect(count(svg, /class="frame"/g)).toBe(2);
    expect(count(svg, /class="cell"/g)).toBe(3);
    expect(svg).toContain("<title>layer 0, head 1: b ← 1: 0.250</title>");
    expect(svg).toContain("<title>layer 0, head 0</title><desc>a&amp;b looks most at 0 (1.00)");
    expectWellFormed(svg);
  });

  test("60 x 60 stays on a page, its cells still apart", () => {
    const values = new Float32Array(2 * 3 * 60 * 60).fill(1 / 60);
    const svg = heatMapGrid({ shape: [2, 3, 60, 60], values, title: "all heads" });
    const [, width = "", height = ""] = /width="(\d+)" height="(\d+)"/.exec(svg) ?? [];
    expect(Number(width)).toBeLessThan(1000);
    expect(Number(height)).toBeLessThan(700);
    expect(svg).toContain('width="4" height="4" fill-opacity="1.000"'); // 1 / 60 is the greatest of all
    expect(svg).toContain("full ink is a weight of 0.02.");
    expect(heatMapGrid({ shape: [1, 1, 1, 1], values: [0.5], full: 1 })).toContain('fill-opacity="0.500"');
    expect(heatMap({ rows: ["a"], columns: ["b"], values: [0.2], full: 0.4 })).toContain('fill-opacity="0.500"');
  });

  test("refuses what does not fit", () => {
    expect(() => heatMapGrid({ shape: [1, 1, 2, 2], values: [1] })).toThrow("expected 4 values for [1,1,2,2], got 1");
    expect(() => heatMapGrid({ shape: [1, 1, 1, 1], values: [1], keys: [] })).toThrow(
      "expected 1 labels of keys, got 0",
    );
    expect(() => heatMapGrid({ shape: [1, 1, 1, 1], values: [1], names: [] })).toThrow(
      "expected 1 names of panels, got 0",
    );
    expect(heatMapGrid({ shape: [1, 1, 1, 1], values: [1], names: ["a & b"] })).toContain(
      "<title>a &amp; b: 0 ← 0: 1.000</title>",
    );
    expect(() => heatMapGrid({ shape: [1, 1, 1.5, 2], values: [] })).toThrow("got [1,1,1.5,2]");
  });
});

describe("headView and modelView", () => {
  test("draw a line for each weight that can be seen, in the head's colour", () => {
    const values = [1, 0, 0.01, 0.5, 0, 1, 1, 0];
    const svg = headView({ shape: [2, 2, 2], values, queries: ["q0", "q1"], keys: ["k0", "k1"], title: "heads" });
    expect(count(svg, /<line /g)).toBe(4);
    expect(new Set(Array.from(svg.matchAll(/stroke="(hsl[^"]+)"/g), ([, color]) => color)).size).toBe(2);
    expect(svg).toContain("<title>head 1: q0 ← k1: 1.000</title>");
    expect(svg).toContain("Head 0: q0 looks most at k0 (1.00)");
    expectWellFormed(svg);
  });

  test("a model is a field for each head of each layer", () => {
    const svg = modelView({ shape: [3, 2, 1, 1], values: [1, 1, 1, 1, 1, 0] });
    expect(count(svg, /class="frame"/g)).toBe(6);
    expect(count(svg, /<line /g)).toBe(5);
    expect(svg).toContain("<desc>0 looks at nothing.</desc>");
    expectWellFormed(svg);
  });
});

test("a theme is the page's, or always the same", () => {
  const themes = (["auto", "light", "dark"] as const).map((theme) =>
    heatMap({ rows: [], columns: [], values: [], theme }),
  );
  expect(themes.map((svg) => svg.includes("prefers-color-scheme"))).toEqual([true, false, false]);
  expect(themes.map((svg) => svg.includes(".page{fill:#18181b}"))).toEqual([true, false, true]);
});

describe("terminalHeatMap", () => {
  test("shades cells, and writes the columns' labels downwards", () => {
    const text = terminalHeatMap({ rows: ["le", "x\n"], columns: ["the", "o"], values: [1, 0.5, 0.2, NaN] });
    expect(text).toBe(["     t", "     h", "     eo", " le │█▒│", "x\\n │░?│", ""].join("\n"));
  });

  test("60 x 60 fits a terminal of 80 columns", () => {
    const labels = Array.from({ length: 60 }, (_, i) => `token${i}`);
    const text = terminalHeatMap({ rows: labels, columns: labels, values: new Float32Array(3600) });
    expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
  });
});

describe("lineChart", () => {
  const points = [[1, 10], [10, 1000]] as const; // prettier-ignore

  test("draws curves and points, and says where they go", () => {
    const svg = lineChart({
      ...{ xName: "length", yName: "numbers", logarithmic: true, title: "growth" },
      series: [{ name: "a < b", points }, { name: "dots", points, dots: true }], // prettier-ignore
    });
    expect(count(svg, /<polyline/g)).toBe(1);
    expect(count(svg, /<circle/g)).toBe(2);
    expect(svg).toContain("a &lt; b: numbers goes from 10 at length 1 to 1000 at length 10.");
    expectWellFormed(svg);
  });

  test("refuses what cannot be drawn", () => {
    expect(() => lineChart({ series: [] })).toThrow("at least one point of finite numbers, got none");
    expect(() => lineChart({ series: [{ name: "a", points: [[0, NaN]] }] })).toThrow("got [0,NaN]");
    expect(() => lineChart({ series: [{ name: "a", points: [[0, 1]] }], logarithmic: true })).toThrow(
      "above 0, got [0,1]",
    );
  });
});
