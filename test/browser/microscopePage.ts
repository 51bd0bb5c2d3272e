// apps/microscope in an open page, and what a person does there.
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { type AppPage, openApp } from "./appPage.ts";

/** Opens the page and waits until its model has read the first text. */
export function openMicroscope(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
  before?: (page: Page) => Promise<unknown>,
): Promise<AppPage> {
  return openApp(browser, url, (page) => page.locator(".views"), options, before);
}

/** Waits until nothing is computed for the view. */
export async function idle(page: Page): Promise<void> {
  await page.locator('.views [aria-busy="false"]').first().waitFor();
  await page.locator('.views [aria-busy="true"]').first().waitFor({ state: "detached" });
}

/** Goes to a view, and waits until it is computed. */
export async function view(page: Page, name: string): Promise<void> {
  await page.locator(`.views > .choice input[value="${name}"]`).check({ force: true });
  await idle(page);
}

/** Lets the model read a text. */
export async function look(page: Page, text: string): Promise<void> {
  await page.locator("textarea").fill(text);
  await page.locator("button.main").click();
  await page.locator("button.main:enabled").waitFor();
}
