// apps/translate and what goes wrong: a sentence that helps, nothing typed is lost, and the page goes on.
import { fileURLToPath } from "node:url";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { launchChromium } from "./chromium.ts";
import type { FolderServer } from "./server.ts";
import { box, drop, filesOf, openModel, openTranslate, press, serveTranslate, translate } from "./translatePage.ts";

const at = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const MARIAN = at("packages/pretrained/test/golden/float32");
const CLASSIFIER = at("packages/pretrained/test/golden/classifier");

describe.skipIf(process.env["QKV_TEST_BROWSER"] === undefined)("apps/translate and bad input", () => {
  let server: FolderServer;
  let browser: Browser;
  const open = (options?: BrowserContextOptions, before?: (page: Page) => Promise<unknown>) =>
    openTranslate(browser, server, options, before);

  beforeAll(async () => {
    server = await serveTranslate();
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser?.close();
    server?.close();
  });

  test("opens a dropped folder, and keeps the model it has when the folder is another family's", async () => {
    const { page, printed } = await open();
    await page.locator(".model-picker summary").click();
    const [chooser] = await Promise.all([page.waitForEvent("filechooser"), press(page, "Open a folder …")]);
    await chooser.setFiles(CLASSIFIER);
    await page.getByRole("alert").filter({ hasText: "expected a model_type of marian" }).waitFor();
    expect((await translate(page, "I love you.")).trim()).toBe("Je t'aime.");
    const names = ["config.json", "generation_config.json", "model.safetensors", "tokenizer.json"];
    await drop(page, filesOf(MARIAN, names));
    await openModel(page, "config.json");
    await translate(page, "A dog runs.");
    expect(printed).toEqual([]);
    await page.close();
  });

  test("takes whatever is written as text: HTML, emoji, right to left, empty lines", async () => {
    const { page, printed } = await open();
    const text = '<img src=x onerror="document.title=1"> <b>Dog</b>\n\n\n🐕‍🦺 مرحبا dog.\n';
    const made = await translate(page, text);
    expect(await page.locator(".translation img, .translation b").count()).toBe(0);
    expect(made.match(/\n/g)).toHaveLength(4);
    expect(printed).toEqual([]);
    await page.close();
  });

  test("keeps a history that can be cleared, and works where storage is denied", async () => {
    const { page } = await open();
    await translate(page, "I love you.");
    await page.locator("summary", { hasText: "History" }).click();
    await page.reload();
    await page.locator("summary", { hasText: "History" }).click();
    await page.locator(".history button").first().click();
    expect(await box(page).inputValue()).toBe("I love you.");
    await press(page, "Clear history");
    expect(await page.evaluate(() => localStorage.getItem("qkv.translate.history"))).toBeNull();
    await page.close();
  });

  test.each([
    ["full", "setItem"],
    ["denied", "localStorage"],
  ])("says that the history is not kept where storage is %s, and works", async (_, refused) => {
    const { page, printed } = await open({}, (page) =>
      page.addInitScript((refused) => {
        const refuse = () => {
          throw new DOMException("no", refused === "setItem" ? "QuotaExceededError" : "SecurityError");
        };
        if (refused === "setItem") Storage.prototype.setItem = refuse;
        else Object.defineProperty(globalThis, "localStorage", { get: refuse });
      }, refused),
    );
    expect((await translate(page, "I love you.")).trim()).toBe("Je t'aime.");
    await page.locator("summary", { hasText: "History" }).click();
    await page.getByText("it lasts as long as this page").waitFor();
    expect(await page.locator(".history button").innerText()).toContain("Je t'aime.");
    expect(printed).toEqual([]);
    await page.close();
  });
});
