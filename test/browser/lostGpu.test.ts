// The GPU that is taken away in the middle: a sentence that helps, nothing is lost, and the pages go on.
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { appPages, describeInBrowser } from "./appPages.ts";
import { pick, switchTo } from "./classifyPage.ts";
import { loseGpu, watchGpu } from "./loseGpu.ts";
import { box, idle, press, shown, translate } from "./translatePage.ts";

const at = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const LINES = ["I love you.", "Where is the train station?", "The dog is cold."];

describeInBrowser("a GPU that is taken away", () => {
  const pages = appPages("--enable-unsafe-webgpu");

  const says = (page: Page) =>
    page.getByRole("alert").filter({ hasText: "The GPU is no longer available. Nothing is lost" });

  test("in the middle of a translation, which goes on with another and comes out the same", async () => {
    const { page } = await pages.openTranslate();
    const text = LINES.join("\n");
    const expected = await translate(page, text);
    await page.locator(".backend-panel summary").click();
    const worker = await watchGpu(page);
    await switchTo(page, "WebGPU");
    await box(page).fill(` ${text}`); // another text, else it would go on with the one that is there
    await press(page, "Translate");
    await page.locator(".partial").waitFor({ timeout: 60_000 });
    await loseGpu(worker);
    await says(page).waitFor({ timeout: 60_000 });
    await idle(page);
    expect(await shown(page)).toBe(` ${expected}`);
    expect(await box(page).inputValue()).toBe(` ${text}`);
    expect(await page.locator(".backend-panel summary").innerText()).toContain("WebGPU");

    // Between two translations, and with no other to be had.
    await worker.evaluate(() => {
      GPUAdapter.prototype.requestDevice = () => Promise.reject(new Error("no device any more"));
    });
    await page.getByRole("alert").getByRole("button", { name: "Close" }).click();
    await loseGpu(worker);
    expect(await translate(page, text)).toBe(expected);
    await says(page).waitFor();
    expect(await page.locator(".backend-panel summary").innerText()).toContain("WebAssembly");
    await page.getByText("no device any more").waitFor();
    await page.close();
  }, 180_000);

  test("while pictures are looked at: each gets its answer", async () => {
    const { page } = await pages.openClassify();
    const names = ["rgb.png", "rgb.jpg", "lossy.webp", "grey.png", "rgba.png", "palette.png"];
    await page.locator(".backend-panel summary").click();
    await pick(
      page,
      names.map((name) => at(`packages/vit/test/images/${name}`)),
    );
    const expected = await tiles(page, names.length);
    const worker = await watchGpu(page);
    await switchTo(page, "WebGPU"); // and shows it the pictures again
    await loseGpu(worker);
    await says(page).waitFor({ timeout: 60_000 });
    expect(await tiles(page, names.length)).toEqual(expected);
    expect(await page.getByRole("alert").count()).toBe(1);
    await page.close();
  }, 180_000);
});

/** What each picture is taken for, once all have an answer. */
async function tiles(page: Page, count: number): Promise<string[]> {
  await page
    .locator(".tile img")
    .nth(count - 1)
    .waitFor({ timeout: 60_000 });
  return page.locator(".tile-text > .row:first-child > span:first-child").allInnerTexts();
}
