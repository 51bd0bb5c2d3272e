// apps/listen in an open page, and what a person does there.
import { encodeWav } from "@qkv/audio";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { type AppPage, openApp } from "./appPage.ts";
import { drop } from "./translatePage.ts";
import { sweep, whisperFolder } from "./whisperFolder.ts";

/** Opens the page, which has no model yet, and waits for its example. */
export function openListen(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
  before?: (page: Page) => Promise<unknown>,
): Promise<AppPage> {
  return openApp(browser, url, (page) => words(page).first(), options, before);
}

/** Drops a model's folder on the page, and waits until it is open. */
export async function dropWhisper(page: Page, files?: ReadonlyMap<string, Uint8Array>): Promise<void> {
  await drop(page, files ?? (await whisperFolder()));
  await page.locator('.model-picker[aria-busy="false"] summary', { hasText: "config.json" }).waitFor();
}

/** Opens the page with a model. */
export async function openListening(open: () => Promise<AppPage>): Promise<AppPage> {
  const opened = await open();
  await dropWhisper(opened.page);
  return opened;
}

/** A WAV file of some seconds. */
export function wavFile(seconds: number, sampleRate?: number): Uint8Array {
  const channel = sweep(seconds, sampleRate);
  return encodeWav({ channels: [channel, channel], sampleRate: sampleRate ?? 16_000 });
}

/** Drops a sound on the page, and waits until it was listened to. */
export async function listenTo(page: Page, name: string, bytes: Uint8Array): Promise<void> {
  await drop(page, new Map([[name, bytes]]));
  await page.locator("section", { hasText: name }).first().waitFor();
  await idle(page);
}

/** Waits until nothing is listened to any more, and something was. @param timeout in milliseconds */
export async function idle(page: Page, timeout = 240_000): Promise<void> {
  await page.getByTestId("speed").waitFor({ state: "attached", timeout });
  await page.locator('.transcript[aria-busy="false"]').waitFor({ timeout });
}

/** The words of the transcript. */
export function words(page: Page) {
  return page.locator(".transcript .said");
}
