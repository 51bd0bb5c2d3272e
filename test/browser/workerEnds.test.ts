// A worker that computes without a pause, or ends: Stop works, a sentence says what happened, and the pages go on.
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { appPages, describeInBrowser } from "./appPages.ts";
import { answer, pick } from "./classifyPage.ts";
import { box, idle, openModel, press, translate } from "./translatePage.ts";

const at = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

describeInBrowser("a worker that does not answer", () => {
  const pages = appPages();

  /** Keeps the page's worker busy for ever, as a computation without a pause does. */
  const hang = (page: Page) =>
    void page
      .workers()[0]
      ?.evaluate("for (;;);")
      .catch(() => undefined);
  const says = (page: Page, text: string) => page.getByRole("alert").filter({ hasText: text }).waitFor();

  test("in the middle of a translation: Stop ends it, the text and the sentences stay, and it goes on", async () => {
    const { page, printed } = await pages.openTranslate();
    const text = "I love you.\n".repeat(200);
    await box(page).fill(text);
    await press(page, "Translate");
    await page.locator(".sentence").nth(3).waitFor();
    hang(page);
    await press(page, "Stop");
    await says(page, "did not stop in time");
    await idle(page);
    const made = await page.locator(".sentence").count();
    expect(made).toBeGreaterThan(3);
    expect(await box(page).inputValue()).toBe(text);
    await openModel(page, "English → French");
    await press(page, "Go on");
    await page
      .locator(".sentence")
      .nth(made + 8)
      .waitFor();
    await press(page, "Stop");
    await idle(page);
    expect((await translate(page, "I love you.")).trim()).toBe("Je t'aime.");
    expect(printed).toEqual([]);
    await page.close();
  });

  test("while it opens a model: Cancel ends it, and the model before is there", async () => {
    const { page, printed } = await pages.openTranslate();
    await page.context().route("https://huggingface.co/**", () => undefined); // a hub that never answers
    await page.locator(".model-picker summary").click();
    const ask = async () => {
      await page.getByRole("textbox", { name: "From the hub" }).fill("me/never");
      await press(page, "Open");
      await page.getByText("Opening me/never").first().waitFor();
    };
    await ask();
    await press(page, "Cancel");
    await openModel(page, "English → French");
    expect(await page.getByRole("alert").count()).toBe(0);
    await ask();
    hang(page);
    await press(page, "Cancel");
    await says(page, "did not stop in time");
    await openModel(page, "English → French");
    expect((await translate(page, "I love you.")).trim()).toBe("Je t'aime.");
    expect(printed).toEqual([]);
    await page.close();
  });

  test("and one that ends by itself: the pages say so in one sentence, open the model again and go on", async () => {
    const crash = (page: Page) =>
      page.workers()[0]?.evaluate(() => {
        setTimeout(() => {
          throw new RangeError("no memory");
        });
      });
    const { page } = await pages.openTranslate();
    await box(page).fill("I love you.\n".repeat(300));
    await press(page, "Translate");
    await page.locator(".sentence").nth(3).waitFor();
    await crash(page);
    await says(page, "ended unexpectedly");
    await idle(page);
    expect(await page.getByRole("alert").count()).toBe(1);
    await openModel(page, "English → French");
    expect((await translate(page, "I love you.")).trim()).toBe("Je t'aime.");
    await page.close();

    const { page: classify } = await pages.openClassify();
    await pick(classify, [at("packages/vit/test/images/rgb.png")]);
    await answer(classify, "rgb.png");
    await crash(classify);
    await says(classify, "ended unexpectedly");
    await pick(classify, [at("packages/vit/test/images/rgb.jpg")]);
    expect(await answer(classify, "rgb.jpg")).toHaveLength(5);
    await classify.close();
  });
});
