// apps/generate with a model of Llama 3.2 1B's shape in 4 bits, 0.7 GB: `QKV_LARGE_GGUF=/tmp/1b.gguf pnpm test:browser
// test/browser/generateLarge.test.ts`. The file is made there if it is missing.
import { once } from "node:events";
import { createWriteStream, existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename } from "node:path";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { appPages, describeInBrowser } from "./appPages.ts";
import { dropFromDisk } from "./dropFromDisk.ts";
import { idle, modelIsOpen, set, tokens } from "./generatePage.ts";
import { llamaGgufParts, ONE_BILLION } from "./llamaGguf.ts";
import { press } from "./translatePage.ts";

const FILE = process.env["QKV_LARGE_GGUF"] ?? "";

declare global {
  var longestSeen: { task: number; gap: number };
}

describeInBrowser("apps/generate and 0.7 GB", () => {
  const pages = appPages();

  test.skipIf(FILE === "")(
    "opens by ranges, writes, is inspected, and never holds up the page",
    { timeout: 1_200_000 },
    async () => {
      if (!existsSync(FILE)) await makeFile();
      const { page, printed } = await pages.openGenerate({}, watch);
      const figures: Record<string, unknown> = { bytes: statSync(FILE).size };
      await settle(page);
      await dropFromDisk(page, FILE);
      await page.locator(".progress", { hasText: /MB/ }).waitFor();
      await press(page, "Cancel");
      await page.locator(".progress").waitFor({ state: "detached" });
      expect(await page.getByRole("alert").count()).toBe(0);
      await longest(page);

      const start = performance.now();
      await dropFromDisk(page, FILE);
      await page.locator(".progress").waitFor();
      await modelIsOpen(page, basename(FILE), 600_000);
      figures["seconds to open"] = (performance.now() - start) / 1000;
      figures["while opening"] = await longest(page);
      figures["peak of a process, opening"] = mostMemory();
      figures["computing"] = await page.locator(".backend-panel").innerText();

      await set(page, { "Most tokens": 32 });
      await page.locator(".composer textarea").fill("Once upon a time there was a model that fitted into a page.");
      await page.locator(".composer button.main").click();
      await tokens(page).nth(8).waitFor({ timeout: 600_000 });
      await idle(page);
      figures["usage"] = await page.getByTestId("usage").innerText();
      figures["while writing"] = await longest(page);
      await tokens(page).nth(5).click();
      const chosen = performance.now();
      await page.locator("qkv-attention svg").waitFor({ timeout: 600_000 });
      figures["seconds to attention"] = (performance.now() - chosen) / 1000;
      figures["while looking"] = await longest(page);
      await page.locator("qkv-attention select[name=view]").selectOption("model");
      await page.locator("qkv-attention svg [data-head]").first().waitFor();
      figures["all heads"] = await longest(page);
      await page.locator(".backend-panel summary").click();
      figures["memory"] = (await page.locator(".backend-panel dl").innerText()).replaceAll("\n", " ");
      figures["peak of a process"] = mostMemory();
      process.stderr.write(`${JSON.stringify(figures, undefined, 2)}\n`);
      expect(printed).toEqual([]);
      await page.close();
    },
  );
});

async function makeFile(): Promise<void> {
  const out = createWriteStream(FILE);
  for await (const part of llamaGgufParts(ONE_BILLION)) if (!out.write(part)) await once(out, "drain");
  out.end();
  await once(out, "finish");
}

/** Lets a page note its longest task and the longest time between two frames, in milliseconds of the clock. */
async function watch(page: Page): Promise<void> {
  await page.addInitScript(() => {
    globalThis.longestSeen = { task: 0, gap: 0 };
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) longestSeen.task = Math.max(longestSeen.task, duration);
    }).observe({ entryTypes: ["longtask"] });
    let last = performance.now();
    const frame = (now: number) => {
      longestSeen.gap = Math.max(longestSeen.gap, now - last);
      last = now;
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  });
}

async function settle(page: Page): Promise<void> {
  await page.locator(".backend-panel summary", { hasText: "WebAssembly" }).waitFor();
  await longest(page);
}

/** What was longest since it was asked for last. */
function longest(page: Page): Promise<{ task: number; gap: number }> {
  return page.evaluate(() => {
    const before = globalThis.longestSeen;
    globalThis.longestSeen = { task: 0, gap: 0 };
    return before;
  });
}

/** The most memory that a process of the browser has had, in MB. */
function mostMemory(): number {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  const peaks = pids.map((pid) => {
    try {
      if (!readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("--type=renderer")) return 0;
      return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0);
    } catch {
      return 0; // it has ended meanwhile
    }
  });
  return Math.round(Math.max(0, ...peaks) / 1000);
}
