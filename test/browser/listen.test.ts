// apps/listen as it is built, in Chromium: a model is dropped, and a sound.
import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { decodeWav } from "@qkv/audio";
import { initBackend } from "@qkv/backend";
import { createTranscriber, loadPretrained, memoryFiles } from "@qkv/pretrained";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { axeViolations, withoutIsolation } from "./appPage.ts";
import { appPages, describeInBrowser } from "./appPages.ts";
import { dropFromDisk } from "./dropFromDisk.ts";
import { dropWhisper, idle, listenTo, openListening, wavFile, words } from "./listenPage.ts";
import { LONGEST, longestTask } from "./longestTask.ts";
import { drop, press } from "./translatePage.ts";
import { whisperFolder } from "./whisperFolder.ts";

/** Coloured points of the line that the player draws, and a few more. */
const LINE = 60;

describeInBrowser("apps/listen in Chromium", () => {
  const pages = appPages();
  const open = () => openListening(pages.openListen);

  test("shows an example, writes what the library writes, asks no other host, and downloads at most 500 kB", async () => {
    const { page, printed, responses } = await pages.openListen();
    await words(page).nth(3).click();
    await expect.poll(() => strip(page)).toBeGreaterThan(LINE);
    const [file, model] = [wavFile(7, 22_050), await whisperFolder()];
    await dropWhisper(page, model);
    await listenTo(page, "sweep.wav", file);

    await initBackend("wasm");
    const pretrained = await loadPretrained(memoryFiles("tiny", model));
    const { segments } = await createTranscriber(pretrained).transcribe(decodeWav(file), { words: true });
    pretrained.model.dispose();
    const expected = segments.flatMap((segment) => segment.words ?? []);
    expect(expected.length).toBeGreaterThan(5);
    expect(await words(page).allTextContents()).toEqual(expected.map(({ text }) => text.trim()));
    const times = await words(page).evaluateAll((all) => all.map((word) => word.getAttribute("title")));
    const clock = (seconds: number) => `0:${(Math.floor(seconds * 100) / 100).toFixed(2).padStart(5, "0")}`;
    expect(times).toEqual(expected.map(({ start, end }) => `${clock(start)} – ${clock(end)}`));

    expect(responses.map((response) => new URL(response.url()).origin)).toEqual(responses.map(() => pages.origin));
    const files = responses.filter((response) => response.url().startsWith("http"));
    const sizes = await Promise.all(files.map(async (response) => gzipSync(await response.body()).length));
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(500_000);
    expect(printed).toEqual([]);
    await page.close();
  });

  test("a word that is chosen shows where the model listened, and the player goes there", async () => {
    const { page, printed } = await open();
    await listenTo(page, "sweep.wav", wavFile(5));
    const word = words(page).nth(4);
    await word.click();
    await expect.poll(() => word.getAttribute("aria-pressed")).toBe("true");
    await expect.poll(() => strip(page)).toBeGreaterThan(LINE);
    const start = Number(/^0:([\d.]+)/.exec((await word.getAttribute("title")) ?? "")?.[1]);
    const at = await page.locator("audio").evaluate((audio: HTMLAudioElement) => audio.currentTime);
    expect(at).toBeCloseTo(start, 1);
    await word.click();
    await expect.poll(() => strip(page)).toBeLessThan(LINE);
    expect(printed.filter((text) => !text.includes("willReadFrequently"))).toEqual([]); // which this test does
    await page.close();
  });

  test("saves what was said as SRT, VTT, text and JSON", async () => {
    const { page } = await open();
    await listenTo(page, "sweep.wav", wavFile(5));
    const saved = new Map<string, string>();
    for (const kind of ["SRT", "VTT", "TXT", "JSON"]) {
      const [download] = await Promise.all([page.waitForEvent("download"), press(page, kind)]);
      const stream = await download.createReadStream();
      const parts: Buffer[] = [];
      for await (const part of stream) parts.push(part as Buffer);
      saved.set(download.suggestedFilename(), Buffer.concat(parts).toString());
    }
    const said = (await words(page).allTextContents()).length;
    expect([...saved.keys()]).toEqual(["sweep.srt", "sweep.vtt", "sweep.txt", "sweep.json"]);
    expect(saved.get("sweep.srt")).toMatch(/^1\n00:00:0\d,\d{3} --> 00:00:0\d,\d{3}\n/);
    expect(saved.get("sweep.vtt")).toMatch(/^WEBVTT\n\n/);
    const { segments } = JSON.parse(saved.get("sweep.json") ?? "") as { segments: { words: unknown[] }[] };
    expect(segments.flatMap((segment) => segment.words)).toHaveLength(said);
    await page.close();
  });

  test("listens to a minute, and to sound after sound, and leaves no tensor behind", async () => {
    const { page, printed } = await open();
    await page.locator(".backend-panel summary").click();
    const counts: (string | null)[] = [];
    for (const seconds of [3, 60, 3]) {
      await listenTo(page, `${seconds}.wav`, wavFile(seconds, 8000));
      counts.push(await page.getByTestId("tensors").textContent());
    }
    expect(new Set(counts).size).toBe(1);
    expect(printed).toEqual([]);
    await page.close();
  });

  test("what it cannot hear is refused by name, and what was there stays", async () => {
    const { page, printed } = await open();
    await listenTo(page, "sweep.wav", wavFile(4));
    const before = await words(page).allTextContents();
    for (const [name, bytes, said] of [
      ["notes.mp3", new TextEncoder().encode("these are no sounds"), "notes.mp3: expected a sound"],
      ["cut.wav", wavFile(1).subarray(0, 30), "openWav: expected"],
      ["empty.mp3", new Uint8Array(), "empty.mp3: expected a sound"],
    ] as const) {
      await drop(page, new Map([[name, bytes]]));
      await page.getByRole("alert").filter({ hasText: said }).waitFor();
      expect(await words(page).allTextContents()).toEqual(before);
      await press(page, "Close");
    }
    await listenTo(page, "nothing.wav", wavFile(0));
    await page.getByText("What is said appears here.").waitFor();
    expect(printed).toEqual([]);
    await page.close();
  });

  test("never holds up the page for 50 ms: a model is dropped, listens to 30 seconds, and is looked into", async () => {
    const file = join(tmpdir(), "qkv-sweep.wav"); // read from the disk: to hand its bytes to the page is a long task itself
    writeFileSync(file, wavFile(30));
    const work = async () => {
      const { page, printed } = await open();
      await dropFromDisk(page, file);
      await idle(page);
      await words(page).nth(10).click();
      expect(printed).toEqual([]);
      await page.close();
      return page;
    };
    expect(await longestTask(pages.browser, work)).toBeLessThan(LONGEST);
  });

  test.each([
    [360, "light"],
    [360, "dark"],
    [1280, "light"],
    [1280, "dark"],
  ] as const)("has nothing for axe to find at %d px, in %s", async (width, colorScheme) => {
    const { page } = await pages.openListen({ viewport: { width, height: 740 }, colorScheme });
    expect(await axeViolations(page)).toEqual([]);
    await dropWhisper(page);
    await listenTo(page, "sweep.wav", wavFile(5));
    await words(page).nth(3).click();
    await page.evaluate(() => document.querySelectorAll("details").forEach((panel) => (panel.open = true)));
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
    expect(await axeViolations(page)).toEqual([]);
    await page.close();
  });

  test("says how to serve it where memory may not be shared, and works", async () => {
    const { page, printed } = await openListening(() => pages.openListen({}, withoutIsolation));
    await page.getByText("let the server send Cross-Origin-Opener-Policy").waitFor();
    await listenTo(page, "sweep.wav", wavFile(2));
    await idle(page);
    expect(printed).toEqual([]);
    await page.close();
  });
});

/** How many points of the strip under the wave are coloured. */
function strip(page: Page): Promise<number> {
  return page.locator(".timeline canvas").evaluate((canvas: HTMLCanvasElement) => {
    const height = Math.round(canvas.height * 0.1); // inside the strip, below the wave
    const top = Math.round(canvas.height * 0.88);
    const { data } = canvas.getContext("2d")?.getImageData(0, top, canvas.width, height) ?? { data: [] };
    return Array.from(data).filter((value, i) => i % 4 === 3 && value > 0).length;
  });
}
