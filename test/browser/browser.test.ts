import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { initBackend } from "@qkv/backend";
import { modelFolder } from "@qkv/pretrained/node";
import { expectClose } from "@qkv/testing";
import { build } from "esbuild";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { launchChromium, resultOf } from "./chromium.ts";
import type { PageResult } from "./page.ts";
import { type FolderServer, serve } from "./server.ts";
import { forward, trainTiny, translate } from "./work.ts";

const MODEL = fileURLToPath(new URL("../../packages/pretrained/test/golden/float32", import.meta.url));
const WASM = join(
  dirname(createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm/package.json")),
  "wasm-out",
);

/** How much is done on each backend: webgpu is in software here. */
const WORK = {
  wasm: { steps: 5, lines: ["A dog runs.", "Où est la gare ?"], tolerance: { atol: 1e-6, rtol: 1e-6 } },
  webgpu: { steps: 2, lines: ["dog"], tolerance: { atol: 5e-5, rtol: 5e-5 } },
} as const;

// Needs the built packages and a browser: `pnpm test:browser` sets it.
describe.skipIf(process.env["QKV_TEST_BROWSER"] === undefined)("a page in Chromium", () => {
  const bundle = mkdtempSync(join(tmpdir(), "qkv-page-"));
  let server: FolderServer;
  let browser: Browser;
  const ask = (query: Readonly<Record<string, string | readonly string[]>>, path = "/") => {
    const pairs = Object.entries(query).flatMap(([name, values]) => [values].flat().map((value) => [name, value]));
    return resultOf(browser, `${server.origin}${path}?${new URLSearchParams(pairs)}`);
  };
  beforeAll(async () => {
    await build({
      entryPoints: [fileURLToPath(new URL("page.ts", import.meta.url)), "@qkv/backend-wasm/kernelThread.js"],
      entryNames: "[name]",
      outdir: bundle,
      ...{ bundle: true, minify: true, splitting: true, format: "esm", platform: "browser", target: "es2022" },
    });
    server = await serve({ page: bundle, wasm: WASM, model: MODEL });
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

  test("is told of a lost GPU, reads no number from it, and goes on with another", async () => {
    const { result, printed } = await ask({ lose: "" });
    expect(printed).toEqual([]);
    expect(result).toEqual({ told: ["destroyed"], read: "DeviceLostError", name: "webgpu", sum: 2002 });
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
    expect(shared.wasm).toEqual(["tfjs-backend-wasm-simd.wasm"]);
    expect(shared.result).toEqual({
      ...(alone.result as object),
      report: { name: "wasm", refused: [], simd: "relaxed", threads: 3 },
    });
  });

  test("says why there are no threads where memory may not be shared", async () => {
    const { result, printed } = await ask({ backend: "wasm", steps: "0", threads: "2", file: readdirSync(MODEL) });
    expect(printed).toEqual([]);
    const threadsReason = expect.stringContaining("Cross-Origin-Opener-Policy") as string;
    expect(result).toMatchObject({ report: { name: "wasm", refused: [], threads: 1, threadsReason } });
  });

  test("by itself starts on wasm, and says that WebGPU is software", async () => {
    const { result, printed } = await ask({ steps: "0", file: readdirSync(MODEL) });
    const { report, backend } = result as PageResult;
    expect(printed).toEqual([]);
    expect(backend).toBe("wasm");
    expect(report.refused).toEqual([{ name: "webgpu", reason: expect.stringMatching("software") as string }]);
  });
});
