// apps/listen with what is too large for every day: a whisper-tiny.en and a clip of half a minute, and an hour of sound.
//   QKV_WHISPER=FOLDER QKV_SPEECH=FILE.wav pnpm test:browser test/browser/listenLarge.test.ts
//   QKV_HOUR=1 pnpm test:browser test/browser/listenLarge.test.ts
import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { appPages, describeInBrowser } from "./appPages.ts";
import { dropFromDisk } from "./dropFromDisk.ts";
import { idle, openListening, wavFile, words } from "./listenPage.ts";

const { QKV_WHISPER: folder, QKV_SPEECH: speech, QKV_HOUR: hour } = process.env;

describeInBrowser("apps/listen at full size", () => {
  const pages = appPages("--enable-precise-memory-info");

  test.skipIf(folder === undefined || speech === undefined)("a real model writes a clip", async () => {
    const { page, printed } = await pages.openListen();
    const [chooser] = await Promise.all([
      page.waitForEvent("filechooser"),
      page.locator(".drop-zone button", { hasText: "Open a folder" }).click(),
    ]);
    await chooser.setFiles(folder ?? "");
    await page
      .locator('.model-picker[aria-busy="false"] summary', { hasText: "whisper" })
      .waitFor({ timeout: 120_000 });
    const seconds: number[] = [];
    for (let run = 0; run < 3; run++) {
      const start = performance.now();
      await dropFromDisk(page, speech ?? "");
      await page.locator('.transcript[aria-busy="true"]').waitFor({ timeout: 60_000 });
      await idle(page);
      seconds.push((performance.now() - start) / 1000);
    }
    const text = (await words(page).allTextContents()).join(" ");
    process.stdout.write(
      `${JSON.stringify({ seconds, speed: await page.getByTestId("speed").textContent(), text })}\n`,
    );
    expect(text.length).toBeGreaterThan(20);
    expect(printed).toEqual([]);
    await page.close();
  });

  test.skipIf(hour === undefined)("an hour takes no more memory than a minute", { timeout: 3_000_000 }, async () => {
    const bytes: Record<number, number> = {};
    for (const minutes of [1, 60]) {
      const { page, printed } = await openListening(pages.openListen); // anew: the speed is that of this sound
      const path = join(tmpdir(), `qkv-${minutes}.wav`);
      writeFileSync(path, wavFile(60 * minutes, 8000));
      await dropFromDisk(page, path);
      await idle(page, 2_900_000);
      bytes[minutes] = await workerBytes(page);
      const [speed, written] = [await page.getByTestId("speed").textContent(), await words(page).count()];
      process.stdout.write(`${JSON.stringify({ minutes, bytes: bytes[minutes], speed, words: written })}\n`);
      expect(written).toBeGreaterThan(minutes);
      expect(printed).toEqual([]);
      await page.close();
    }
    expect(bytes[60] ?? NaN).toBeLessThan((bytes[1] ?? NaN) + 30_000_000);
  });
});

/** The memory of the page's worker, after a collection. */
async function workerBytes(page: Page): Promise<number> {
  return page.evaluate(async () => {
    type Memory = { breakdown: { bytes: number; attribution: { scope: string }[] }[] };
    const measure = performance as unknown as { measureUserAgentSpecificMemory(): Promise<Memory> };
    const { breakdown } = await measure.measureUserAgentSpecificMemory();
    const ofWorkers = breakdown.filter(({ attribution }) => attribution.some(({ scope }) => scope.includes("Worker")));
    return ofWorkers.reduce((sum, { bytes }) => sum + bytes, 0);
  });
}
