// apps/translate by keys alone, and what a screen reader hears of it.
import { expect, test } from "vitest";
import { appPages, describeInBrowser } from "./appPages.ts";
import { choose, focused, tabTo } from "./keyboard.ts";
import { box, idle, press } from "./translatePage.ts";

declare global {
  var announced: string[];
}

describeInBrowser("apps/translate by keys", () => {
  const pages = appPages();

  test("translates, looks at the attention, switches a head off and on, and opens a model, the focus always seen", async () => {
    const { page, printed } = await pages.openTranslate();
    await tabTo(page, "Text to translate");
    await page.keyboard.type("I love you. Where is the train station?");
    await tabTo(page, "Translate");
    await page.keyboard.press("Enter");
    await page.locator(".sentence").nth(1).waitFor();
    await idle(page);
    expect(await focused(page)).toBe("Translate");

    await tabTo(page, "Je t'aime.");
    await page.keyboard.press("ArrowRight");
    expect(await focused(page)).toContain("gare");
    await page.keyboard.press("Home");
    await page.keyboard.press("End");
    await page.keyboard.press("Enter");
    await page.locator("qkv-attention line").first().waitFor({ state: "attached" });
    expect(await focused(page)).toContain("gare");
    await tabTo(page, "Clear", "Shift+Tab"); // one stop is enough for all sentences

    await choose(page, "View", "Matrix");
    await choose(page, "Layer", "1");
    await choose(page, "Head", "0");
    await tabTo(page, "Switch this head off");
    await page.keyboard.press("Enter");
    await page.getByTestId("ablated").waitFor();
    await expect.poll(() => focused(page)).toBe("Switch this head on");
    await page.keyboard.press("Enter");
    await page.getByTestId("ablated").waitFor({ state: "detached" });
    await expect.poll(() => focused(page)).toBe("Switch this head off");
    await page.keyboard.press("Enter");
    await tabTo(page, "Switch all on again");
    await page.keyboard.press("Enter");
    await page.getByTestId("ablated").waitFor({ state: "detached" });
    expect(await focused(page)).toBe("View");
    await tabTo(page, "In words");
    await page.keyboard.press("Enter");
    await page.locator("qkv-attention .words li").first().waitFor();
    expect(await page.locator("qkv-attention .words li").first().innerText()).toMatch(/looks at/);

    await tabTo(page, /^Model/);
    await page.keyboard.press("Enter");
    await tabTo(page, "From the hub");
    await page.keyboard.type("not a name");
    await page.keyboard.press("Enter");
    await page.getByRole("alert").filter({ hasText: "expected the id of a model" }).waitFor();
    expect(await focused(page)).toBe("From the hub, or any https address");
    await tabTo(page, /^History/);
    await page.keyboard.press("Enter");
    await tabTo(page, "Clear history");
    await page.keyboard.press("Enter"); // and the button is gone
    expect(await focused(page)).toMatch(/^History/);
    await tabTo(page, "Clear", "Shift+Tab");
    await page.keyboard.press("Enter"); // and the button is disabled
    expect(await focused(page)).toBe("Text to translate");
    expect(await box(page).inputValue()).toBe("");
    expect(printed).toEqual([]);
    await page.close();
  });

  test("says politely that it translates and that it is done, whatever the number of sentences", async () => {
    const { page } = await pages.openTranslate();
    await page.evaluate(() => {
      globalThis.announced = [];
      const live = '[role="status"], [aria-live]';
      new MutationObserver((changes) => {
        for (const { target } of changes) {
          const region = (target instanceof Element ? target : target.parentElement)?.closest(live);
          if (region) globalThis.announced.push(region.textContent ?? "");
        }
      }).observe(document.body, { subtree: true, childList: true, characterData: true });
    });
    await box(page).fill("I love you. ".repeat(40));
    await press(page, "Translate");
    await page.locator(".sentence").nth(39).waitFor();
    await idle(page);
    const announced = await page.evaluate(() => globalThis.announced);
    expect(new Set(announced)).toEqual(new Set(["Translating …", "41 of 41 sentences"]));
    expect(announced.length).toBeLessThanOrEqual(4);
    expect(await page.locator('[aria-live="assertive"]').count()).toBe(0);
    await page.close();
  });
});
