// apps/finetune in an open page, and what a person does there.
import { readFile } from "node:fs/promises";
import { unzipSync } from "fflate";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { type AppPage, openApp } from "./appPage.ts";

/** Opens the page, which has no model yet. */
export function openFinetune(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
  before?: (page: Page) => Promise<unknown>,
): Promise<AppPage> {
  return openApp(browser, url, (page) => page.locator(".drop-zone"), options, before);
}

/** What the model shall become, by the place of the choice. */
export function choose(page: Page, goal: "classify" | "embed" | "write"): Promise<void> {
  return page.locator(`.goal input[value="${goal}"]`).check({ force: true });
}

/** Waits until a model is open. */
export function modelIsOpen(page: Page, name: string): Promise<void> {
  return page.locator('.model-picker[aria-busy="false"] summary', { hasText: name }).waitFor({ timeout: 120_000 });
}

/** Types examples, and waits until they are read. */
export async function type(page: Page, lines: readonly string[], examples = lines.length): Promise<void> {
  await page.locator(".data textarea").fill(lines.join("\n"));
  await page.locator(".data [role=status]", { hasText: new RegExp(`^(예문 )?${examples}(개| )`) }).waitFor();
}

/** Settings under "More", by their place. */
export async function set(page: Page, settings: Readonly<Record<string, number>>): Promise<void> {
  await page.locator(".more").evaluate((panel: HTMLDetailsElement) => (panel.open = true));
  for (const [name, value] of Object.entries(settings)) {
    await page.getByLabel(name, { exact: true }).fill(`${value}`);
    await page.getByLabel(name, { exact: true }).blur();
  }
}

/** Waits until the training has ended or is stopped. */
export async function ended(page: Page): Promise<void> {
  await page.locator(".training > p.quiet", { hasText: /Done|Stopped/ }).waitFor({ timeout: 240_000 });
}

/** The first and the last loss, as the curve says them. */
export async function losses(page: Page): Promise<readonly [first: number, last: number]> {
  const said = (await page.locator(".curve title").textContent()) ?? "";
  const [, first, last] = /from ([\d.]+) to ([\d.]+)/.exec(said) ?? [];
  return [Number(first), Number(last)];
}

/** Takes something home, and unpacks it: its files by name, without the folder's. */
export async function takeHome(page: Page, button: string): Promise<Map<string, Uint8Array>> {
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.locator(".home").getByRole("button", { name: button, exact: true }).click(),
  ]);
  const files = unzipSync(await readFile(await download.path()));
  return new Map(Object.entries(files).map(([name, bytes]) => [name.slice(name.indexOf("/") + 1), bytes]));
}

/** The losses of the kept training, bit by bit. */
export function keptLosses(page: Page): Promise<readonly (readonly [step: number, loss: number])[]> {
  return page.evaluate(async () => {
    const promised = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(new Error("expected the kept training, got none"));
      });
    const database = await promised(indexedDB.open("qkv-finetune"));
    const state: unknown = await promised(database.transaction("runs").objectStore("runs").get("state"));
    database.close();
    return (state as { losses: [number, number][] }).losses;
  });
}
