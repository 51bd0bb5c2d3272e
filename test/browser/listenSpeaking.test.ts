// apps/listen and a microphone: Chromium's own, which plays a file; and the page by keys alone.
import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { appPages, describeInBrowser } from "./appPages.ts";
import { focused, tabTo } from "./keyboard.ts";
import { dropWhisper, idle, openListening, wavFile, words } from "./listenPage.ts";
import { press } from "./translatePage.ts";

const SPOKEN = join(tmpdir(), "qkv-spoken.wav");
writeFileSync(SPOKEN, wavFile(6, 48_000));

describeInBrowser("apps/listen and a microphone", () => {
  const pages = appPages(
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    `--use-file-for-fake-audio-capture=${SPOKEN}`,
  );

  test("writes as one speaks, and at the end the whole with times", async () => {
    const { page, printed } = await openListening(pages.openListen);
    await press(page, "Speak");
    await page.locator(".live").filter({ hasText: /[a-z]/ }).waitFor({ timeout: 60_000 });
    await page.getByRole("button", { name: /^Stop \(0:0[3-9]\)/ }).click();
    await idle(page);
    expect(await page.locator(".live").count()).toBe(0);
    expect(await words(page).count()).toBeGreaterThan(2);
    const loudest = await page.locator(".timeline canvas").evaluate((canvas: HTMLCanvasElement) => canvas.width);
    expect(loudest).toBeGreaterThan(0);
    expect(await page.getByText("microphone.wav").count()).toBe(1);
    expect(printed).toEqual([]);
    await page.close();
  });

  test("without a model nobody is recorded", async () => {
    const { page } = await pages.openListen();
    expect(await page.getByRole("button", { name: "Speak" }).isDisabled()).toBe(true);
    await page.close();
  });

  test("by keys: picks a recording, stops at one word after the other, and saves", async () => {
    const { page, printed } = await pages.openListen();
    await dropWhisper(page);
    await tabTo(page, "Pick a recording");
    const [chooser] = await Promise.all([page.waitForEvent("filechooser"), page.keyboard.press("Enter")]);
    await chooser.setFiles(SPOKEN);
    await idle(page);
    const said = await words(page).allTextContents();
    await tabTo(page, said[0] ?? "");
    await page.keyboard.press("ArrowRight");
    expect(await focused(page)).toBe(said[1]);
    await page.keyboard.press("Enter");
    await expect.poll(() => words(page).nth(1).getAttribute("aria-pressed")).toBe("true");
    await page.keyboard.press("End");
    expect(await focused(page)).toBe(said.at(-1));
    await tabTo(page, "SRT"); // one stop is enough for all words
    const [download] = await Promise.all([page.waitForEvent("download"), page.keyboard.press("Enter")]);
    expect(download.suggestedFilename()).toBe("qkv-spoken.srt");
    expect(printed).toEqual([]);
    await page.close();
  });
});
