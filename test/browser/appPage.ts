// One of the apps in an open page, and what every test of one asks.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Browser, BrowserContextOptions, Page, Response } from "playwright-core";

/** An open page, what it said in the console and what it asked for. */
export interface AppPage {
  readonly page: Page;
  readonly printed: readonly string[];
  readonly responses: readonly Response[];
  /** How long the page was blocked since it was ready, in milliseconds, each time that it was for more than 50. */
  blocked(): Promise<number[]>;
}

declare global {
  var blockedFor: number[];
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
  await page.addInitScript(() => {
    globalThis.blockedFor = [];
    new PerformanceObserver((list) => {
      globalThis.blockedFor.push(...list.getEntries().map(({ duration }) => duration));
    }).observe({ type: "longtask" });
  });
  await before?.(page);
  await page.goto(url);
  await ready(page).waitFor({ timeout: 30_000 });
  await page.evaluate(() => (globalThis.blockedFor.length = 0));
  return { page, printed, responses, blocked: () => page.evaluate(() => globalThis.blockedFor) };
}

interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  /** Of the processor, in microseconds. */
  readonly tdur?: number;
  readonly args: { readonly name?: string; readonly data?: { readonly url?: string } };
}

/**
 * The longest task of a page's main thread while something is done, in milliseconds of the processor, which other work on
 * the machine does not lengthen as it does those of the clock.
 *
 * @param doing gives the page
 */
export async function longestTask(browser: Browser, doing: () => Promise<Page>): Promise<number> {
  await browser.startTracing(undefined, { categories: ["toplevel", "devtools.timeline"] });
  const page = await doing();
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] };
  const { origin } = new URL(page.url());
  const thread = ({ pid, tid }: TraceEvent) => `${pid} ${tid}`;
  // Other main threads are those of the browser's own pages.
  const calls = traceEvents.filter(({ name, args }) => name === "FunctionCall" && args.data?.url?.startsWith(origin));
  const named = traceEvents.filter(({ name, args }) => name === "thread_name" && args.name === "CrRendererMain");
  const main = named.map(thread).find((one) => calls.some((call) => thread(call) === one));
  const tasks = traceEvents.filter((event) => event.name.endsWith("RunTask") && thread(event) === main);
  if (tasks.length === 0) throw new Error(`expected the tasks of ${origin}'s main thread in the trace, got none`);
  return tasks.reduce((most, { tdur = 0 }) => Math.max(most, tdur / 1000), 0);
}

/** The longest task of a page's main thread while it opens: the median of three pages. */
export async function longestTaskWhileOpening(browser: Browser, open: () => Promise<AppPage>): Promise<number> {
  const longest: number[] = [];
  for (let i = 0; i < 3; i++) {
    let opened: AppPage | undefined;
    longest.push(await longestTask(browser, async () => (opened = await open()).page));
    await opened?.page.close();
  }
  return longest.sort((a, b) => a - b)[1] ?? Number.NaN;
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

/** What axe-core has to say against the page as it is: a line for each rule that is broken. */
export async function axeViolations(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
    };
    const { violations } = await axe.run();
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
  });
}
