import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { initBackend } from "@qkv/backend";
import { modelFolder } from "@qkv/pretrained/node";
import { expectClose, golden, hubRoutes } from "@qkv/testing";
import { build } from "esbuild";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { launchChromium, resultOf } from "./chromium.ts";
import type { SeenImage } from "./images.ts";
import type { PageResult } from "./page.ts";
import { type FolderServer, serve } from "./server.ts";
import { forward, trainTiny, translate } from "./work.ts";

const MODEL = fileURLToPath(new URL("../../packages/pretrained/test/golden/float32", import.meta.url));
const IMAGES = fileURLToPath(new URL("../../packages/vit/test/images", import.meta.url));
const WASM = fileURLToPath(new URL("../../packages/backend-wasm/wasm", import.meta.url));

/** How much is done on each backend: webgpu is in software here. */
const WORK = {
  wasm: { steps: 5, lines: ["A dog runs.", "Où est la gare ?"], tolerance: { atol: 1e-6, rtol: 1e-6 } },
  webgpu: { steps: 2, lines: ["dog"], tolerance: { atol: 5e-5, rtol: 5e-5 } },
} as const;

// Needs the built packages and a browser: `pnpm test:browser` sets it.
describe.skipIf(process.env["QKV_TEST_BROWSER"] === undefined)("a page in Chromium", () => {
  const bundle = mkdtempSync(join(tmpdir(), "qkv-page-"));
  const weights = Uint8Array.from({ length: 20_000_000 }, (_, i) => i % 253);
  const commits = { ["c".repeat(40)]: { "model.safetensors": weights } };
  const hub = hubRoutes({ "me/large": { commits, revisions: { main: "c".repeat(40) } } });
  let server: FolderServer;
  let browser: Browser;
  const ask = (
    query: Readonly<Record<string, string | readonly string[]>>,
    path = "/",
    context: Pick<Browser, "newPage"> = browser,
  ) => {
    const pairs = Object.entries(query).flatMap(([name, values]) => [values].flat().map((value) => [name, value]));
    return resultOf(context, `${server.origin}${path}?${new URLSearchParams(pairs)}`);
  };
  beforeAll(async () => {
    await build({
      entryPoints: [fileURLToPath(new URL("page.ts", import.meta.url)), "@qkv/backend-wasm/kernelThread.js"],
      entryNames: "[name]",
      outdir: bundle,
      ...{ bundle: true, minify: true, splitting: true, format: "esm", platform: "browser", target: "es2022" },
    });
    server = await serve({ page: bundle, wasm: WASM, model: MODEL, images: IMAGES }, hub.answer);
    browser = await launchChromium("--enable-unsafe-webgpu"); // else software is no adapter
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    server?.close();
    rmSync(bundle, { recursive: true });
  });

  test("has a policy against code made of text", async () => {
    const { result } = await ask({ evaluate: "" });
    expect(result).toEqual({ evaluates: false });
  });

  test("shows attention by the example of its element, under the policy", async () => {
    const { result, printed } = await ask({ example: "" });
    expect(printed).toEqual([]);
    expect(result).toEqual({
      words: expect.stringContaining("chien looks at dog (0.80), the (0.20)") as string,
      drawn: 4,
      violations: [],
    });
  });

  test("shows attention over an image: of the class token, and of the patch that is clicked", async () => {
    const { result, printed } = await ask({ attention: "" });
    expect(printed).toEqual([]);
    const [none, all] = ["0.000", "0.700"];
    expect(result).toEqual({
      first: { lit: [all, none, none, none], isOutlined: [false, false, false, false] },
      clicked: { lit: [none, none, none, all], isOutlined: [false, false, true, false] },
      names: ["view", "layer", "head", "token"],
      words: expect.stringContaining("2,1 looks at 2,2 (1.00)") as string,
      violations: [],
    });
  });

  test("is told of a lost GPU, reads no number from it, and goes on with another", async () => {
    const { result, printed } = await ask({ lose: "" });
    expect(printed).toEqual([]);
    expect(result).toEqual({ told: ["destroyed"], read: "DeviceLostError", name: "webgpu", sum: 2002 });
  });

  test("decodes images as Pillow does, and says what is none", async () => {
    const decoded = golden(join(IMAGES, "decoded.safetensors"));
    const { result, printed } = await ask({ image: decoded.names });
    const { seen, refused } = result as { seen: Record<string, SeenImage>; refused: string[] };
    expect(printed).toEqual([]);
    for (const name of decoded.names) {
      const { shape, data } = decoded.array(name);
      const [height = 0, width = 0] = shape;
      if (name === "multiplied.avif") {
        expect(seen[name]?.rgb).toContain("got an AVIF whose colours are multiplied by its transparency");
        continue;
      }
      expect({ name, ...seen[name], rgb: [] }).toEqual({ name, width, height, rgb: [] });
      const furthest = Math.max(...[...data].map((value, i) => Math.abs(value - Number(seen[name]?.rgb[i]))));
      expect(furthest, name).toBe(0);
    }
    expect(refused).toEqual([
      expect.stringContaining("got text"),
      expect.stringContaining("got SVG, which is a drawing"),
      expect.stringContaining("expected a whole image, got one that is broken or cut off"),
      expect.stringContaining("at most 134 million pixels, got 20000 x 20000"),
    ]);
  });

  test("goes on with a download after a reload, and needs no network for what is kept", async () => {
    const sum = weights.reduce((total, byte) => total + byte, 0);
    const context = await browser.newContext();
    const beforeCut = async () => {
      await context.pages()[0]?.waitForFunction(() => Number(document.documentElement.dataset["loaded"]) >= 12_000_000);
    };
    Object.assign(hub.faults, { cutAfter: 12_000_000, beforeCut, refuseAfterCut: true });
    const first = await ask({ ref: "me/large" }, "/", context);
    expect(first.result).toEqual({ read: expect.stringContaining("could not be reached") as string, from: 0 });
    Object.assign(hub.faults, { cutAfter: Infinity, beforeCut: undefined, refuse: false, refuseAfterCut: false });
    hub.asked.length = 0;
    const second = await ask({ ref: "me/large" }, "/", context);
    expect(second.result).toEqual({ read: sum, from: expect.any(Number) as number });
    const { from } = second.result as { from: number };
    expect(from).toBeGreaterThanOrEqual(8_388_608); // whole segments, at least
    expect(hub.asked.at(-1)?.range).toBe(`bytes=${from}-`);
    hub.faults.refuse = true;
    const third = await ask({ ref: "me/large" }, "/", context);
    expect(third.result).toEqual({ read: sum });
    await context.close();
  });

  test.each(["wasm", "webgpu"] as const)(
    "on %s trains, translates and computes as Node does, silently",
    async (name) => {
      const { steps, lines, tolerance } = WORK[name];
      const asked = { backend: name, steps: String(steps), line: lines, file: readdirSync(MODEL) };
      const { result, printed } = await ask(asked);
      const { losses, translations, logits, ...rest } = result as PageResult;
      expect(printed).toEqual([]);
      expect(rest).toEqual({
        ...{ report: expect.objectContaining({ name, refused: [] }) as object, backend: name },
        attention: "fused",
        ...{ tensorsLeft: 0, violations: [] },
      });

      await initBackend("wasm");
      const files = modelFolder(MODEL);
      const expected = await translate(files, lines);
      expect(translations.map(({ translation }) => translation)).toEqual(
        expected.map(({ translation }) => translation),
      );
      const scores = (of: typeof expected) => of.map(({ score }) => score);
      await expectClose(scores(translations), scores(expected), tolerance);
      await expectClose([...logits], await forward(files), tolerance);
      await expectClose([...losses], await trainTiny(steps), tolerance);
      expect(losses.at(-1)).toBeLessThan(losses[0] ?? NaN);
    },
  );

  test("computes with threads where memory may be shared, and the same", async () => {
    const asked = { backend: "wasm", steps: "3", line: ["A dog runs."], file: readdirSync(MODEL) };
    const alone = await ask({ ...asked, threads: "1" }, "/isolated");
    const shared = await ask({ ...asked, threads: "3" }, "/isolated");
    expect(shared.printed).toEqual([]);
    expect(shared.wasm).toEqual(["tfjs-backend-wasm-simd.wasm", "kernels-relaxed.wasm"]);
    expect(shared.result).toEqual({
      ...(alone.result as object),
      report: { name: "wasm", refused: [], simd: "relaxed", threads: 3 },
    });
  });

  test("says once, in the console, that plain JavaScript computes, why, and the cure", async () => {
    const asked = { backend: "wasm", steps: "0", file: readdirSync(MODEL), wasmPaths: "/pages/" };
    const { result, printed } = await ask(asked);
    const reason =
      `expected tfjs-backend-wasm-simd.wasm at ${server.origin}/pages/tfjs-backend-wasm-simd.wasm, got an HTML page: ` +
      "the server has no such file; copy the folder wasm of @qkv/backend-wasm to the server and name its address by " +
      "the option wasmPaths";
    expect(result).toMatchObject({ report: { name: "cpu", refused: [{ name: "wasm", reason }] } });
    expect(printed).toEqual([expect.stringMatching(/^warning: .*plain JavaScript/) as string]);
    expect(printed[0]).toContain(reason);
  });

  test("says why there are no threads where memory may not be shared", async () => {
    const { result, printed } = await ask({ backend: "wasm", steps: "0", threads: "2", file: readdirSync(MODEL) });
    expect(printed).toEqual([]);
    const threadsFallbackReason = expect.stringContaining("Cross-Origin-Opener-Policy") as string;
    expect(result).toMatchObject({ report: { name: "wasm", refused: [], threads: 1, threadsFallbackReason } });
  });

  test("by itself starts on wasm, and says that WebGPU is software", async () => {
    const { result, printed } = await ask({ steps: "0", file: readdirSync(MODEL) });
    const { report, backend } = result as PageResult;
    expect(printed).toEqual([]);
    expect(backend).toBe("wasm");
    expect(report.refused).toEqual([{ name: "webgpu", reason: expect.stringMatching("software") as string }]);
  });
});
