// apps/tour in an open page, and what a reader does there.
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { type AppPage, openApp } from "./appPage.ts";

/** The chapters by their names in addresses, in their order. */
export const CHAPTERS = [
  "why",
  "pooling",
  "scores",
  "bahdanau",
  "heads",
  "positions",
  "transformer",
  "images",
  "pretraining",
  "beyond",
] as const;

/** Opens the contents. */
export function openTour(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
  before?: (page: Page) => Promise<unknown>,
): Promise<AppPage> {
  return openApp(browser, url, (page) => page.locator(".contents"), options, before);
}

/** Goes to a chapter, and waits until its figures show something. */
export async function goToChapter(page: Page, chapter: string): Promise<void> {
  await page.evaluate((id) => {
    location.hash = `#/${id}`;
  }, chapter);
  await page.locator(".exercise").waitFor();
  await figuresAreShown(page);
}

/** Waits until every figure shows what it computed. */
export async function figuresAreShown(page: Page): Promise<void> {
  await page.waitForFunction(areFiguresShown, undefined, { timeout: 120_000 });
}

/** Whether every figure shows what it computed; asked in the page. */
export function areFiguresShown(): boolean {
  const shown = Array.from(document.querySelectorAll(".figure .shown"));
  return shown.length > 1 && shown.every((one) => one.querySelector("p.quiet:only-child") === null);
}

/** Runs the first program of a chapter as it stands, and waits for its end. What it printed, or what was wrong. */
export async function runProgram(page: Page): Promise<string> {
  const program = page.locator(".program").first();
  await program.getByRole("button", { name: /^(?:Run|실행)$/ }).click();
  await ended(page);
  return program.locator(".notice, .output").first().innerText();
}

/** Waits until the first program has ended in whatever way. */
export async function ended(page: Page): Promise<void> {
  const program = page.locator(".program").first();
  await program.getByRole("button", { name: /^(?:Run|실행)$/ }).waitFor({ timeout: 240_000 });
}

/** Replaces the source of the first program. */
export async function rewrite(page: Page, source: string): Promise<void> {
  const program = page.locator(".program").first();
  const edit = program.getByRole("button", { name: /^(?:Change the program|프로그램 고치기)$/ });
  if (await edit.isVisible()) await edit.click();
  await program.locator(".cm-content").waitFor();
  await program.locator(".cm-content").click();
  await page.keyboard.press("ControlOrMeta+A");
  await page.keyboard.insertText(source);
}
