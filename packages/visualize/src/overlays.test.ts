import { describe, expect, test } from "vitest";
import { heatColor } from "./heatColor.ts";
import { overlayPixels } from "./overlayPixels.ts";
import { patchOverlay } from "./patchOverlay.ts";

const PATCHES = { rows: 2, columns: 2, values: [0, 1, 2, 4] };
const grey = (width: number, height: number, value: number) => ({
  ...{ width, height },
  data: new Uint8Array(width * height).fill(value),
});
const pixel = (data: ArrayLike<number>, at: number) => Array.from({ length: 4 }, (_, i) => data[at * 4 + i]);

describe("heatColor", () => {
  test("goes from dark to light without a step back", () => {
    const light = (weight: number) => {
      const [red, green, blue] = heatColor(weight);
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    for (let i = 0; i < 100; i++) expect(light((i + 1) / 100)).toBeGreaterThanOrEqual(light(i / 100));
    expect([heatColor(-1), heatColor(2)]).toEqual([
      [0, 0, 4],
      [252, 255, 164],
    ]);
  });
});

describe("overlayPixels", () => {
  test("hides the picture by weight: not at all, a quarter, half, and in full", () => {
    const { width, height, data } = overlayPixels(grey(4, 4, 100), PATCHES, { strength: 1, edges: "hard" });
    expect([width, height, data.length]).toEqual([4, 4, 64]);
    expect(pixel(data, 0)).toEqual([100, 100, 100, 255]);
    expect(pixel(data, 15)).toEqual([...heatColor(1), 255]);
    const half = heatColor(0.5);
    expect(pixel(data, 8)).toEqual([...Uint8ClampedArray.from(half, (value) => (100 + value) / 2), 255]);
    const quarter = 100 + ((heatColor(0.25)[0] ?? 0) - 100) * 0.25;
    expect(pixel(data, 2)[0]).toBe(Uint8ClampedArray.of(quarter)[0]);
  });

  test("is smooth between the centres of patches", () => {
    const { data } = overlayPixels(grey(64, 1, 0), { rows: 1, columns: 2, values: [0, 1] }, { strength: 1 });
    const greens = Array.from({ length: 64 }, (_, x) => data[x * 4 + 1] ?? 0);
    expect(greens[0]).toBe(0);
    expect(greens[63]).toBe(255);
    for (let x = 1; x < 64; x++) expect((greens[x] ?? 0) - (greens[x - 1] ?? 0)).toBeLessThan(40);
  });

  test("takes RGB, and RGBA on white", () => {
    const nothing = { rows: 1, columns: 1, values: [0] };
    expect(pixel(overlayPixels({ width: 1, height: 1, data: [1, 2, 3] }, nothing).data, 0)).toEqual([1, 2, 3, 255]);
    const clear = overlayPixels({ width: 1, height: 1, data: [1, 2, 3, 0] }, nothing);
    expect(pixel(clear.data, 0)).toEqual([255, 255, 255, 255]);
  });

  test("weights that are no numbers count as nothing", () => {
    const { data } = overlayPixels(grey(2, 1, 9), { rows: 1, columns: 2, values: [NaN, -1] });
    expect([...data]).toEqual([9, 9, 9, 255, 9, 9, 9, 255]);
  });

  test("says what does not fit", () => {
    expect(() => overlayPixels(grey(2, 2, 0), { ...PATCHES, values: [1] })).toThrow("expected 2 x 2 values, got 1");
    expect(() => overlayPixels({ width: 2, height: 2, data: [1, 2] }, PATCHES)).toThrow("2 x 2 pixels, got 2");
  });
});

describe("patchOverlay", () => {
  const picture = "data:image/png;base64,AAAA";
  const svg = patchOverlay({ ...PATCHES, picture, width: 30, height: 20, title: "tram < 90 %" });

  test("lays a cell on each patch, with its share of the weight", () => {
    expect(svg).toContain(`<image href="${picture}" x="8" y="34" width="448" height="298.7"`);
    expect(svg.match(/<rect x=/g)).toHaveLength(4);
    expect(svg).toContain('fill-opacity="0.700"><title>row 2, column 2: 57.1 %</title>');
    expect(svg).toContain("<title>tram &lt; 90 %</title>");
  });

  test("says in words where most weight is", () => {
    expect(svg).toContain(
      "<desc>2 rows and 2 columns of patches, most weight at row 2, column 2; row 2, column 1; row 1, column 2.</desc>",
    );
    const none = patchOverlay({ rows: 1, columns: 1, values: [0], picture, width: 1, height: 1 });
    expect(none).toContain("no weight at all");
  });

  test.each(["https://example.org/a.png", "data:text/html,<script>", "a.png"])("loads nothing else: %s", (other) => {
    expect(() => patchOverlay({ ...PATCHES, picture: other, width: 1, height: 1 })).toThrow(
      "expected the picture as a data URL",
    );
  });
});
