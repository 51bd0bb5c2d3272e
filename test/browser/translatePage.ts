// apps/translate in an open page, and what a person does there.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { type AppPage, openApp } from "./appPage.ts";
import { type FolderServer, serve } from "./server.ts";

const OPEN = '.model-picker[aria-busy="false"] summary';
const DIST = fileURLToPath(new URL("../../apps/translate/dist", import.meta.url));

/** Serves the page as it is built. */
export function serveTranslate(): Promise<FolderServer> {
  return serve({ translate: DIST });
}

/** Opens the page and waits for its model. */
export function openTranslate(
  browser: Browser,
  { origin }: FolderServer,
  options: BrowserContextOptions = {},
  before?: (page: Page) => Promise<unknown>,
): Promise<AppPage> {
  const ready = (page: Page) => page.locator(OPEN, { hasText: /English → French|영어 → 프랑스어/ });
  return openApp(browser, `${origin}/translate/index.html`, ready, options, before);
}

/** Where a text is written. */
export function box(page: Page) {
  return page.getByRole("textbox", { name: "Text to translate" });
}

/** Presses the button of that name. */
export function press(page: Page, name: string): Promise<void> {
  return page.getByRole("button", { name, exact: true }).click();
}

/** Waits until nothing is translated any more. */
export function idle(page: Page): Promise<void> {
  return page.locator('.translation[aria-busy="false"]').waitFor({ timeout: 240_000 });
}

/** The translation as it stands there. */
export function shown(page: Page): Promise<string> {
  return page.locator(".translation").evaluate((element) => element.textContent);
}

/** Translates a text to its end. */
export async function translate(page: Page, text: string): Promise<string> {
  await box(page).fill(text);
  await press(page, "Translate");
  await page.locator(".translation:not(.old) .sentence").first().waitFor({ timeout: 240_000 });
  await idle(page);
  return shown(page);
}

/** Waits until a model is open. @param name what the page calls it */
export function openModel(page: Page, name: string | RegExp): Promise<void> {
  return page.locator(OPEN, { hasText: name }).waitFor({ timeout: 120_000 });
}

/** Drops files on the page. */
export async function drop(page: Page, files: ReadonlyMap<string, Uint8Array>): Promise<void> {
  const sent = Array.from(files, ([name, bytes]) => ({ name, bytes: Buffer.from(bytes).toString("base64") }));
  await page.evaluate((all) => {
    const dataTransfer = new DataTransfer();
    for (const { name, bytes } of all) {
      dataTransfer.items.add(new File([Uint8Array.from(atob(bytes), (char) => char.charCodeAt(0))], name));
    }
    document.body.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
  }, sent);
}

/** The files of a folder by name. */
export function filesOf(folder: string, names: readonly string[]): Map<string, Uint8Array> {
  return new Map(names.map((name) => [name, readFileSync(join(folder, name))]));
}
