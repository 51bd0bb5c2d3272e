// @qkv/layers in a page, on each backend of TensorFlow.js: the same losses and predictions as in Node, exact once saved.
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { initBackend } from "@qkv/backend";
import { expectClose } from "@qkv/testing";
import { build } from "esbuild";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as tf from "@tensorflow/tfjs-core";
import { launchChromium, resultOf } from "./chromium.ts";
import { type LayersOutcome, trainLayers } from "./layersWork.ts";
import { type FolderServer, serve } from "./server.ts";

const WASM = join(
  dirname(createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm/package.json")),
  "wasm-out",
);

describe.skipIf(process.env["QKV_TEST_BROWSER"] === undefined)("the layers in Chromium", () => {
  const bundle = mkdtempSync(join(tmpdir(), "qkv-layers-"));
  let server: FolderServer;
  let browser: Browser;
  let expected: LayersOutcome;

  beforeAll(async () => {
    await build({
      entryPoints: { page: fileURLToPath(new URL("layersPage.ts", import.meta.url)) },
      outdir: bundle,
      ...{ bundle: true, minify: true, format: "esm", platform: "browser", target: "es2022" },
      // What TensorFlow.js asks for in Node only.
      external: ["fs", "path", "util", "crypto", "worker_threads", "perf_hooks", "os"],
    });
    server = await serve({ page: bundle, wasm: WASM });
    browser = await launchChromium("--enable-unsafe-webgpu", "--enable-unsafe-swiftshader"); // both in software
    await initBackend("wasm"); // with kernels of our own
    tf.engine().startScope();
    expected = await trainLayers();
    tf.engine().endScope();
    tf.disposeVariables();
  });

  afterAll(async () => {
    await browser?.close();
    server?.close();
    rmSync(bundle, { recursive: true });
  });

  test.each(["cpu", "wasm", "webgl", "webgpu"])("train, are saved and open on %s", async (backend) => {
    const { result } = await resultOf(browser, `${server.origin}/?${new URLSearchParams({ backend })}`);
    const { losses, predicted, reopened, ...rest } = result as LayersOutcome & { backend: string };
    expect(rest).toEqual({ backend });
    expect(reopened).toEqual(predicted);
    // Adam divides by what may be next to nothing.
    await expectClose([...losses], [...expected.losses], { atol: 2e-4, rtol: 2e-4 });
    await expectClose([...predicted], [...expected.predicted], { atol: 2e-3, rtol: 2e-3 });
    expect(losses.at(-1)).toBeLessThan(losses[0] ?? NaN);
  });
});
