// apps/finetune by keys alone, what a screen reader hears of it, and what it downloads.
import { gzipSync } from "node:zlib";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { initBackend } from "@qkv/backend";
import { beforeAll, expect, test } from "vitest";
import { appPages, describeInBrowser } from "./appPages.ts";
import { ended, modelIsOpen } from "./finetunePage.ts";
import { focused, tabTo } from "./keyboard.ts";
import { encoderFolder } from "./tinyTextFolders.ts";
import { drop } from "./translatePage.ts";

describeInBrowser("apps/finetune by keys", () => {
  const pages = appPages();
  let encoder: Map<string, Uint8Array>;
  beforeAll(async () => {
    await initBackend("cpu");
    encoder = await encoderFolder();
  });

  test("opens a folder, types lines, trains, tries and takes it home, the focus always seen", async () => {
    const folder = await mkdtemp(join(tmpdir(), "encoder-"));
    for (const [name, bytes] of encoder) await writeFile(join(folder, name), bytes);
    const { page, printed } = await pages.openFinetune();
    await tabTo(page, "A classifier");
    await page.keyboard.press("ArrowRight");
    expect(await focused(page)).toBe("An embedder");
    await page.keyboard.press("ArrowLeft");
    await tabTo(page, "Open a folder");
    const [chooser] = await Promise.all([page.waitForEvent("filechooser"), page.keyboard.press("Enter")]);
    await chooser.setFiles(folder);
    await modelIsOpen(page, "encoder-");
    await tabTo(page, "Lines");
    await page.keyboard.type("a ship | north\nada | south\n");
    await page.locator(".label-count").nth(1).waitFor();
    await tabTo(page, "More");
    await page.keyboard.press("Enter");
    await tabTo(page, "Passes over the examples");
    await page.keyboard.press("ControlOrMeta+a");
    await page.keyboard.type("4");
    await tabTo(page, "Train", "Shift+Tab");
    await page.keyboard.press("Enter");
    await ended(page);
    await page.getByText("Done: 4 steps.").first().waitFor();
    await tabTo(page, "A text");
    await page.keyboard.type("a ship");
    await page.keyboard.press("Enter");
    await page.locator(".bars li").first().waitFor();
    await tabTo(page, "The adapter");
    const [download] = await Promise.all([page.waitForEvent("download"), page.keyboard.press("Enter")]);
    expect(download.suggestedFilename()).toMatch(/^encoder-.*-classifier-adapter\.zip$/);
    expect(printed).toEqual([]);
    await page.close();
  });

  test("says politely that it learns and that it is done, asks no other host, and downloads at most 520 kB", async () => {
    const { page, responses } = await pages.openFinetune();
    await drop(page, encoder);
    await modelIsOpen(page, "config.json");
    await page.locator(".data textarea").fill("a ship | north\nada | south");
    await page.locator(".label-count").nth(1).waitFor();
    await page.evaluate(() => {
      globalThis.announced = [];
      new MutationObserver((changes) => {
        for (const { target } of changes) {
          const region = (target instanceof Element ? target : target.parentElement)?.closest('[role="status"]');
          if (region) globalThis.announced.push(region.textContent ?? "");
        }
      }).observe(document.body, { subtree: true, childList: true, characterData: true });
    });
    await page.getByRole("button", { name: "Train" }).click();
    await ended(page);
    const announced = await page.evaluate(() => globalThis.announced);
    expect(announced).toContain("Learning …");
    expect(announced.at(-1)).toBe("Done: 8 steps.");
    expect(announced.length).toBeLessThanOrEqual(6); // however many steps
    expect(responses.map((response) => new URL(response.url()).origin)).toEqual(responses.map(() => pages.origin));
    const sizes = await Promise.all(responses.map(async (response) => gzipSync(await response.body()).length));
    // 517 on 2026-12-01: training 20 of it, adapters and saving 15, objectives 10, tables of values 7
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(520_000);
    await page.close();
  });
});
