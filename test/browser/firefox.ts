// Firefox, as Debian has it, over WebDriver BiDi.
import { existsSync } from "node:fs";
import { type Browser, type KeyInput, launch, type Page } from "puppeteer-core";
import type { KeyboardPage } from "./keyboard.ts";

const PLACE = process.env["QKV_FIREFOX"] ?? "/usr/bin/firefox-esr";

/** Why nothing can be tried in Firefox here; undefined where it can. */
export const noFirefox = existsSync(PLACE) ? undefined : `expected Firefox at ${PLACE}, got nothing`;

/** Starts Firefox without a window; the one that QKV_FIREFOX names, or Debian's. */
export function launchFirefox(): Promise<Browser> {
  return launch({ browser: "firefox", executablePath: PLACE, timeout: 120_000, protocolTimeout: 90_000 });
}

/** An open page, what it said in the console, and the hosts that it asked. */
export interface FirefoxPage {
  readonly page: Page;
  readonly printed: readonly string[];
  readonly hosts: ReadonlySet<string>;
}

/** Opens a page, as wide as a phone. @param before what is done before anything is loaded */
export async function openInFirefox(
  browser: Browser,
  url: string,
  before?: (page: Page) => Promise<unknown>,
): Promise<FirefoxPage> {
  const page = await browser.newPage();
  const printed: string[] = [];
  const hosts = new Set<string>();
  page.setDefaultTimeout(90_000);
  page.on("console", (message) => printed.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => printed.push(`error: ${String(error)}`));
  page.on("request", (request) => {
    const { protocol, host } = new URL(request.url().replace(/^blob:/, ""));
    if (protocol !== "data:") hosts.add(host);
  });
  await page.setViewport({ width: 360, height: 740 });
  await page.bringToFront();
  await before?.(page);
  await page.goto(url);
  return { page, printed, hosts };
}

/** The page, as those tests take it that work by keys. */
export function byKeys(page: Page): KeyboardPage {
  return {
    evaluate: <T>(asked: () => T) => page.evaluate(asked) as Promise<T>,
    keyboard: { press: (key) => page.keyboard.press(key as KeyInput) },
  };
}

/** Writes a text key by key, a frame each: Firefox's driver hangs in an editor that is written to faster. */
export async function write(page: Page, text: string): Promise<void> {
  for (const char of text) {
    await page.keyboard.press(char === "\n" ? "Enter" : (char as KeyInput));
    await page.evaluate(() => new Promise((shown) => requestAnimationFrame(shown)));
  }
}

/** By how many pixels a page is wider than its window. */
export function overflow(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

/** Waits until an element says something like this, and gives what it says. */
export async function said(page: Page, selector: string, what: RegExp): Promise<string> {
  const found = await page.waitForFunction(
    (selector, source) => {
      const text = document.querySelector<HTMLElement>(selector)?.innerText ?? "";
      return new RegExp(source).test(text) && text;
    },
    { polling: 100 },
    selector,
    what.source,
  );
  return (await found.jsonValue()) as string;
}
