// apps/generate in an open page, and what a person does there.
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { type AppPage, openApp } from "./appPage.ts";
import { llamaGguf } from "./llamaGguf.ts";
import { drop } from "./translatePage.ts";

/** Opens the page, which has no model yet. */
export function openGenerate(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
  before?: (page: Page) => Promise<unknown>,
): Promise<AppPage> {
  return openApp(browser, url, (page) => page.locator(".drop-zone"), options, before);
}

/** Drops a model's file on the page. */
export function dropGguf(page: Page, name = "small.gguf", bytes: Uint8Array = llamaGguf()): Promise<void> {
  return drop(page, new Map([[name, bytes]]));
}

/** Waits until a model is open. */
export function modelIsOpen(page: Page, name = "small.gguf", timeout = 120_000): Promise<void> {
  return page.locator('.model-picker[aria-busy="false"] summary', { hasText: name }).waitFor({ timeout });
}

/** Opens the page with a model. */
export async function openWithModel(open: () => Promise<AppPage>): Promise<AppPage> {
  const opened = await open();
  await dropGguf(opened.page);
  await modelIsOpen(opened.page);
  return opened;
}

/** Waits until nothing is written any more. */
export function idle(page: Page): Promise<void> {
  return page.locator('.transcript[aria-busy="false"]').waitFor({ timeout: 240_000 });
}

/** The tokens that the model wrote, as they stand there. */
export function tokens(page: Page) {
  return page.locator(".token");
}

/** Says something, or begins a text, and waits until the model has written. */
export async function write(page: Page, text: string): Promise<void> {
  await page.locator(".composer textarea").fill(text);
  await page.locator(".composer button.main").click();
  await tokens(page).first().waitFor();
  await idle(page);
}

/** Sets how the model writes: by the name of the slider. */
export async function set(page: Page, settings: Readonly<Record<string, number>>): Promise<void> {
  await page.locator("details", { hasText: "Sampling" }).evaluate((panel: HTMLDetailsElement) => (panel.open = true));
  for (const [name, value] of Object.entries(settings)) await page.getByLabel(name, { exact: true }).fill(`${value}`);
}
