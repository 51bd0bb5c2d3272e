// apps/generate by keys alone, and what a screen reader hears of it.
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { appPages, describeInBrowser } from "./appPages.ts";
import { idle, modelIsOpen, tokens } from "./generatePage.ts";
import { choose, focused, tabTo } from "./keyboard.ts";
import { llamaGguf } from "./llamaGguf.ts";

describeInBrowser("apps/generate by keys", () => {
  const pages = appPages();

  test("opens a file, writes, stops at one token after the other, and looks at the attention, the focus always seen", async () => {
    const file = join(tmpdir(), "small.gguf");
    await writeFile(file, llamaGguf());
    const { page, printed } = await pages.openGenerate();
    await tabTo(page, "Choose a file");
    const [chooser] = await Promise.all([page.waitForEvent("filechooser"), page.keyboard.press("Enter")]);
    await chooser.setFiles(file);
    await modelIsOpen(page);

    await tabTo(page, /^Sampling/);
    await page.keyboard.press("Enter");
    await tabTo(page, "Most tokens");
    await page.keyboard.press("Home"); // the fewest
    await tabTo(page, "Your message");
    await page.keyboard.type("What is rain?");
    await tabTo(page, "Send");
    await page.keyboard.press("Enter");
    await tokens(page).nth(3).waitFor();
    await idle(page);
    const names = await tokens(page).evaluateAll((all) => all.map((token) => token.getAttribute("aria-label") ?? ""));
    expect(names).toHaveLength(16);
    for (const name of names) expect(name).toMatch(/^.+ \((?:[<>] )?[\d.]+%\)$/su);

    await tabTo(page, names[0]?.trim() ?? "");
    const panel = page.locator(".token-panel");
    await panel.locator("li").first().waitFor();
    expect(await panel.innerText()).toContain("token ");
    await page.keyboard.press("ArrowRight");
    expect(await focused(page)).toBe(names[1]?.trim());
    await page.keyboard.press("End");
    expect(await focused(page)).toBe(names.at(-1)?.trim());
    await page.keyboard.press("Home");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Enter");
    await page.locator("qkv-attention line").first().waitFor({ state: "attached" });
    expect(await focused(page)).toBe(names[1]?.trim());
    expect(await tokens(page).nth(1).getAttribute("aria-pressed")).toBe("true");

    await choose(page, "View", "Matrix");
    await choose(page, "Layer", "1");
    await choose(page, "Head", "3");
    await tabTo(page, "In words");
    await page.keyboard.press("Enter");
    expect(await page.locator("qkv-attention .words li").first().innerText()).toMatch(/looks at/);
    await tabTo(page, names[1]?.trim() ?? "", "Shift+Tab"); // one stop is enough for all tokens
    await page.keyboard.press("Enter");
    await page.locator("qkv-attention").waitFor({ state: "detached" });
    await tabTo(page, "Begin anew");
    await page.keyboard.press("Enter");
    expect(await focused(page)).toBe("Your message");
    expect(printed).toEqual([]);
    await page.close();
  });

  test("says politely that it writes and that it is done, however many tokens", async () => {
    const { page } = await pages.openGenerate();
    const [chooser] = await Promise.all([page.waitForEvent("filechooser"), page.getByText("Choose a file").click()]);
    await chooser.setFiles({
      name: "small.gguf",
      mimeType: "",
      buffer: Buffer.from(llamaGguf()),
    });
    await modelIsOpen(page);
    await page.locator(".composer textarea").fill("What is rain?");
    await page.evaluate(() => {
      globalThis.announced = [];
      const live = '[role="status"], [aria-live]';
      new MutationObserver((changes) => {
        for (const { target } of changes) {
          const region = (target instanceof Element ? target : target.parentElement)?.closest(live);
          if (region) globalThis.announced.push(region.textContent ?? "");
        }
      }).observe(document.body, {
        subtree: true,
        childList: true,
        characterData: true,
      });
    });
    await page.locator(".composer button.main").click();
    await tokens(page).nth(40).waitFor();
    await idle(page);
    const announced = await page.evaluate(() => globalThis.announced);
    const written = await tokens(page).count();
    expect(announced).toContain("Writing …");
    expect(announced.at(-1)).toBe(`${written} tokens written`);
    expect(announced.length).toBeLessThanOrEqual(6); // the bar of what is read among them
    await page.close();
  });
});
