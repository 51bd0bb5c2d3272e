// apps/generate and what ends early or goes wrong: nothing that was written is lost, and the page goes on.
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { appPages, describeInBrowser } from "./appPages.ts";
import { dropGguf, idle, modelIsOpen, openWithModel, set, tokens, write } from "./generatePage.ts";
import { llamaGguf, SMALL } from "./llamaGguf.ts";
import { press } from "./translatePage.ts";

/** One that takes a while for each token. */
const SLOW = { ...SMALL, layers: 6, width: 512, hidden: 1536 };

describeInBrowser("apps/generate when it stops", () => {
  const pages = appPages();
  const open = () => openWithModel(pages.openGenerate);
  const alert = (page: Page, ...said: readonly string[]) =>
    said.reduce((found, text) => found.filter({ hasText: text }), page.getByRole("alert")).waitFor();

  test("Stop ends a text, which stays and goes on", async () => {
    const { page, printed } = await pages.openGenerate();
    await dropGguf(page, "slow.gguf", llamaGguf(SLOW));
    await modelIsOpen(page, "slow.gguf");
    await set(page, { "Most tokens": 400 });
    await page.locator(".composer textarea").fill("the rain");
    await press(page, "Send");
    await tokens(page).nth(4).waitFor();
    await press(page, "Stop");
    await idle(page);
    const kept = await tokens(page).allTextContents();
    expect(kept.length).toBeGreaterThan(4);
    expect(kept.length).toBeLessThan(400);
    expect(await page.getByTestId("usage").innerText()).toContain("Stopped.");
    await set(page, { "Most tokens": 32 });
    await press(page, "Go on");
    await tokens(page).nth(kept.length).waitFor();
    await idle(page);
    const all = await tokens(page).allTextContents();
    expect(all.slice(0, kept.length)).toEqual(kept);
    expect(all.length).toBeLessThanOrEqual(kept.length + 32);
    expect(printed).toEqual([]);
    await page.close();
  });

  test("a file that is cut off is refused by its name, and the model before, its text and the draft stay", async () => {
    const { page, printed } = await pages.openGenerate();
    const whole = llamaGguf();
    await dropGguf(page, "cut.gguf", whole.subarray(0, whole.length - 2000));
    await alert(page, "This model cannot be opened.", "this device/cut.gguf: blk.1.ffn_down.weight: expected");
    expect(await page.getByText("The previous one is still open.").count()).toBe(0); // there is none
    await dropGguf(page);
    await modelIsOpen(page);
    await set(page, { "Most tokens": 16 });
    await write(page, "the rain");
    const written = await tokens(page).allTextContents();
    await page.locator(".composer textarea").fill("a draft");
    for (const [name, bytes, said] of [
      ["cut.gguf", whole.subarray(0, 5000), "this device/cut.gguf: "],
      [
        "page.gguf",
        new TextEncoder().encode("<!doctype html>"),
        "page.gguf: expected the file itself, got an HTML page",
      ],
      ["empty.gguf", new Uint8Array(0), "empty.gguf: expected a file's bytes, got an empty file"],
    ] as const) {
      await dropGguf(page, name, bytes);
      await alert(page, "This model cannot be opened. The previous one is still open.", said);
      await press(page, "Close");
    }
    expect(await tokens(page).allTextContents()).toEqual(written);
    expect(await page.locator(".composer textarea").inputValue()).toBe("a draft");
    await press(page, "Send");
    await tokens(page).nth(written.length).waitFor();
    await idle(page);
    await modelIsOpen(page);
    expect(printed).toEqual([]);
    await page.close();
  });

  test("Cancel ends the opening of a model, and the one before is there", async () => {
    const { page, printed } = await open();
    await page.context().route("https://huggingface.co/**", () => undefined); // a hub that never answers
    await page.locator(".model-picker summary").click();
    await page.getByRole("textbox", { name: "From the hub" }).fill("me/never-GGUF");
    await press(page, "Open");
    await page.locator(".progress", { hasText: "Opening me/never-GGUF" }).waitFor();
    await press(page, "Cancel");
    await modelIsOpen(page);
    expect(await page.getByRole("alert").count()).toBe(0);
    await set(page, { "Most tokens": 16 });
    await write(page, "the rain");
    expect(printed).toEqual([]);
    await page.close();
  });

  test("a text of another model stays and is read as text, without a look into it", async () => {
    const { page, printed } = await open();
    await set(page, { "Most tokens": 16 });
    await write(page, "the rain");
    await dropGguf(page, "other.gguf", llamaGguf({ ...SMALL, layers: 1 }));
    await modelIsOpen(page, "other.gguf");
    await tokens(page).first().click();
    await page.getByText("Another model wrote this").waitFor();
    expect(await page.getByRole("button", { name: "Go on", exact: true }).count()).toBe(0);
    await write(page, "and why?");
    expect(await page.locator(".turn").count()).toBe(4);
    expect(printed).toEqual([]);
    await page.close();
  });

  test("a text that is as long as the model can read is refused in a sentence", async () => {
    const { page } = await open();
    await page.getByRole("radio", { name: "Go on with a text" }).check({ force: true });
    const text = "a b c d e f g ".repeat(60);
    await page.locator(".composer textarea").fill(text);
    await press(page, "Write on");
    await alert(page, "expected a text of fewer than 512 tokens, which are all that the model can read, got");
    expect(await page.locator(".turn.user .said").textContent()).toBe(text);
    await page.close();
  });

  test("a worker that ends says so; the model is opened again and the text is there", async () => {
    const { page } = await open();
    await set(page, { "Most tokens": 16 });
    await write(page, "the rain");
    const written = await tokens(page).allTextContents();
    await page.workers()[0]?.evaluate(() => {
      setTimeout(() => {
        throw new RangeError("no memory");
      });
    });
    await alert(page, "ended unexpectedly");
    await modelIsOpen(page);
    expect(await tokens(page).allTextContents()).toEqual(written);
    await write(page, "and why?");
    await page.close();
  });
});
