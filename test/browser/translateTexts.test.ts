// apps/translate and whatever a person may write or paste: none of it holds up the page, loses anything, or cannot be stopped.
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { appPages, describeInBrowser } from "./appPages.ts";
import type { AppPage } from "./appPage.ts";
import { LONGEST, longestTask } from "./longestTask.ts";
import { box, drop, filesOf, idle, openModel, press, translate } from "./translatePage.ts";

const EN_FR = fileURLToPath(new URL("../../models/en-fr", import.meta.url));
const SENTENCES = "The dog is cold. Where is my book? I do not know. ";
const scattered = (length: number) =>
  Array.from({ length }, (_, i) => String.fromCharCode(97 + ((i * i * 31 + i) % 26))).join("");

const TEXTS: Readonly<Record<string, string>> = {
  "1 MB": SENTENCES.repeat(20_000),
  "100,000 letters without a space": scattered(100_000),
  "100,000 emoji of several characters": "🐕‍🦺".repeat(20_000),
  "scripts side by side": "Dog 犬 강아지 كلب שלום собака.\n".repeat(200),
  "halves of characters and zeros": "A \ud800 dog\udfff.\0 Where\0 is it? ".repeat(50),
};

describeInBrowser("apps/translate and texts", () => {
  const pages = appPages();

  test.each(Object.entries(TEXTS))("%s: begins, stops, keeps the text, and goes on with another", async (_, text) => {
    const beginAndStop = async ({ page }: AppPage) => {
      await page.evaluate(() => document.querySelector("textarea")?.dispatchEvent(new InputEvent("input")));
      await press(page, "Translate");
      const begun = page.locator(".translation > :not(.quiet)"); // what is no word is there at once, as it is
      await begun.first().waitFor({ timeout: 240_000 });
      if (await page.getByRole("button", { name: "Stop" }).isVisible()) await press(page, "Stop");
      await idle(page);
      return page;
    };
    let opened: AppPage | undefined;
    const longest = await longestTask(pages.browser, beginAndStop, async () => {
      await opened?.page.close();
      opened = await pages.openTranslate();
      await paste(opened.page, text);
      return opened;
    });
    expect(longest).toBeLessThan(LONGEST);
    const { page, printed } = opened as unknown as AppPage;
    expect((await box(page).evaluate((area: HTMLTextAreaElement) => area.value)).length).toBe(text.length);
    expect((await translate(page, "I love you.")).trim()).toBe("Je t'aime.");
    expect(printed).toEqual([]);
    await page.close();
  });

  test("20,000 characters in one paragraph come without holding up the page", async () => {
    const longest = await longestTask(pages.browser, async () => {
      const { page } = await pages.openTranslate();
      await page.locator("summary", { hasText: "Search" }).click();
      await page.locator(".sliders input").first().fill("1");
      await box(page).fill(SENTENCES.repeat(400));
      await press(page, "Translate");
      await page.locator(".sentence").nth(1199).waitFor({ timeout: 240_000 });
      await idle(page);
      await page.close();
      return page;
    });
    expect(longest).toBeLessThan(LONGEST);
  });

  test("white space alone stays what it is", async () => {
    const { page, printed } = await pages.openTranslate();
    await box(page).fill(" \n\t ");
    expect(await page.getByRole("button", { name: "Translate", exact: true }).isDisabled()).toBe(true);
    const made = await translate(page, "\n\n  I love you. \n \n");
    expect(made).toBe("\n\n  Je t'aime. \n \n");
    expect(printed).toEqual([]);
    await page.close();
  });

  test("a paragraph runs from right to left if its words do, beside others that do not", async () => {
    const { page, printed } = await pages.openTranslate();
    await drop(page, hebrewLetters(filesOf(EN_FR, ["config.json", "model.safetensors", "tokenizer.json"])));
    await openModel(page, "config.json");
    const made = await translate(page, "I love you.\nAt the station.\nThe dog is cold.\n\n");
    expect(made).toMatch(/^[\u05d0-\u05ea].+\nÀ.+\n[\u05d0-\u05ea]/);
    const directions = await page
      .locator(".paragraph")
      .evaluateAll((paragraphs) => paragraphs.map((paragraph) => getComputedStyle(paragraph).direction));
    expect(directions).toEqual(["rtl", "ltr", "rtl"]);
    expect(printed).toEqual([]);
    await page.close();
  });
});

/** Puts a text where it is written, as pasting does, and lets the browser lay it out. */
async function paste(page: Page, text: string): Promise<void> {
  await page.evaluate(async (text) => {
    Object.assign(document.querySelector("textarea") ?? {}, { value: text });
    await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
  }, text);
}

/** A model whose tokenizer writes every letter as one of Hebrew's: what it says runs from right to left. */
function hebrewLetters(files: Map<string, Uint8Array>): Map<string, Uint8Array> {
  const json = JSON.parse(new TextDecoder().decode(files.get("tokenizer.json"))) as { decoder: { decoders: object[] } };
  for (const [i, letter] of [..."abcdefghijklmnopqrstuvwxyz"].entries()) {
    const content = String.fromCharCode(0x5d0 + i);
    for (const from of [letter, letter.toUpperCase()]) {
      json.decoder.decoders.push({ type: "Replace", pattern: { String: from }, content });
    }
  }
  return new Map(files).set("tokenizer.json", new TextEncoder().encode(JSON.stringify(json)));
}
