// apps/translate while somebody types: it follows, marks what is old or doubtful, and fits a phone.
import { expect, test } from "vitest";
import { appPages, describeInBrowser } from "./appPages.ts";
import { box, idle, press, shown, translate } from "./translatePage.ts";

describeInBrowser("apps/translate while somebody types", () => {
  const pages = appPages();

  test("translates a while after the last change, keeps the old translation till then, and forgets what was half written", async () => {
    const { page, printed } = await pages.openTranslate();
    const settled = () => page.locator('.translation:not(.old)[aria-busy="false"] .sentence').first().waitFor();
    await box(page).pressSequentially("I love you.", { delay: 20 });
    await settled();
    expect((await shown(page)).trim()).toBe("Je t'aime.");
    await box(page).pressSequentially(" Where is the station?");
    await page.locator(".translation.old", { hasText: "Je t'aime." }).waitFor();
    await settled();
    expect(await page.locator(".sentence").count()).toBe(2);
    await page.locator("summary", { hasText: "History" }).click();
    expect(await page.locator(".history li").count()).toBe(1);
    await press(page, "Clear");
    await page.getByText("The translation appears here.").waitFor();
    expect(printed).toEqual([]);
    await page.close();
  });

  test("leaves a long text to the button, and says of what the translation is meanwhile", async () => {
    const { page } = await pages.openTranslate();
    await translate(page, "I love you.");
    await box(page).fill("I love you. ".repeat(100));
    await page.getByText("the translation of the text before it was changed").waitFor();
    await page.waitForTimeout(1000);
    expect(await page.locator(".translation.old .sentence").count()).toBe(1);
    await page.close();
  });

  test("begins with an example in the language that is translated from", async () => {
    const { page } = await pages.openTranslate();
    await press(page, "Where is the train station?");
    await page.locator(".sentence").first().waitFor();
    await idle(page);
    expect(await shown(page)).toContain("gare");
    expect(await page.getByRole("group", { name: "Try:" }).count()).toBe(0);
    await page.close();
  });

  test("marks what the model doubts and what it cannot read, and says what the marks mean", async () => {
    const { page } = await pages.openTranslate();
    await translate(
      page,
      "I love you.\n\nСобака бежит.\n\nOf which wherefore between although running blue seven the unless?",
    );
    const classes = await page.locator(".sentence").evaluateAll((all) => all.map((sentence) => sentence.className));
    expect(classes).toEqual(["sentence", "sentence unsure"]);
    expect(await page.locator(".unknown").allTextContents()).toEqual(["Собака бежит."]);
    await page.getByText("the model itself thinks this unlikely").waitFor();
    await page.getByText("letters that the model does not know").waitFor();
    await page.close();
  });

  test("scrolls both panes together", async () => {
    const { page } = await pages.openTranslate();
    await translate(page, "I love you.\n".repeat(60));
    const tops = () => page.locator(".panes textarea, .translation").evaluateAll((panes) => panes.map(({ scrollTop }) => scrollTop)); // prettier-ignore
    await box(page).evaluate((pane) => (pane.scrollTop = 0)); // the caret is at the end
    await expect.poll(tops).toEqual([0, 0]);
    const room = () => page.locator(".translation").evaluate((pane) => pane.scrollHeight - pane.clientHeight);
    await expect.poll(room).toBeGreaterThan(100); // a pane that is not filled yet cannot be scrolled
    await box(page).evaluate((pane) => (pane.scrollTop = pane.scrollHeight));
    await expect.poll(async () => (await tops())[1]).toBeGreaterThan(100);
    await page.locator(".translation").evaluate((pane) => (pane.scrollTop = 0));
    await expect.poll(tops).toEqual([0, 0]);
    await page.close();
  });

  test.each(["en", "ko"])("shows the directions and the main button at once on a phone, in %s", async (locale) => {
    const { page } = await pages.openTranslate({ locale, viewport: { width: 360, height: 640 } });
    for (const shownFirst of [".directions", "button.main"]) {
      const { y = 0, height = 0 } = (await page.locator(shownFirst).boundingBox()) ?? {};
      expect(y + height).toBeLessThanOrEqual(640);
      expect(y).toBeGreaterThan(0);
    }
    await page.close();
  });
});
