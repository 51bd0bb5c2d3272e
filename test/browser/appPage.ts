// One of the apps in an open page, and what every test of one asks.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Browser, BrowserContextOptions, Page, Response } from "playwright-core";
import { longestTask, measurePace } from "./longestTask.ts";

/** An open page, what it said in the console and what it asked for. */
export interface AppPage {
  readonly page: Page;
  readonly printed: readonly string[];
  readonly responses: readonly Response[];
}

/** Opens a page and waits until `ready` finds its element. @param before what is done before anything is loaded */
export async function openApp(
  browser: Browser,
  url: string,
  ready: (page: Page) => ReturnType<Page["locator"]>,
  options: BrowserContextOptions = {},
  before?: (page: Page) => Promise<unknown>,
): Promise<AppPage> {
  const page = await browser.newPage({ locale: "en", ...options });
  const printed: string[] = [];
  const responses: Response[] = [];
  page.on("console", (message) => printed.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => printed.push(`error: ${error.message}`));
  page.on("response", (response) => responses.push(response));
  page.on("filechooser", () => undefined); // from the start: the first listener alone may come after a key's click
  await measurePace(page);
  await before?.(page);
  await page.goto(url);
  await ready(page).waitFor({ timeout: 120_000 });
  return { page, printed, responses };
}

/** The longest task of a page's main thread while it opens. */
export function longestTaskWhileOpening(browser: Browser, open: () => Promise<AppPage>): Promise<number> {
  return longestTask(browser, async () => {
    const { page } = await open();
    await page.close();
    return page;
  });
}

/** Serves the page without the header that lets it share memory. */
export async function withoutIsolation(page: Page): Promise<void> {
  await page.route("**/index.html", async (route) => {
    const response = await route.fetch();
    const headers = response.headers();
    delete headers["cross-origin-embedder-policy"];
    await route.fulfill({ response, headers });
  });
}

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

// Nothing is preloaded: only an experimental rule reads style sheets.
const VIOLATIONS = `axe.run({ resultTypes: ["violations"], preload: false }).then(({ violations }) =>
  violations.map(({ id, nodes }) => id + ": " + nodes.map(({ html }) => html).join(" ")))`;

/** What axe-core has to say against the page as it is, in whichever browser: a line for each rule that is broken. */
export async function axeViolations(page: { evaluate(expression: string): Promise<unknown> }): Promise<string[]> {
  if (!(await page.evaluate("'axe' in globalThis"))) await page.evaluate(`${AXE}; undefined`);
  return (await page.evaluate(VIOLATIONS)) as string[];
}
