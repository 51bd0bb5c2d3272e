// How long a page of Firefox holds up its main thread. Firefox tells nobody of its tasks, so a timer of the page says when the
// thread was free, and Linux how much of a processor the thread had in between: time of the clock does not count.
import { readdirSync, readFileSync } from "node:fs";
import type { Browser, Page } from "puppeteer-core";
import { LONGEST } from "./longestTask.ts";

const TICK_MS = 5;

/** A piece of work that the page does now and then, as a measure of the processor's speed. `ms`: how long it takes alone. */
const UNIT = { everyTicks: 20, ms: 2 } as const;

declare global {
  /** When the page's thread was free, in milliseconds since 1970, and how long each unit of work took. */
  var turns: { freeAt: number[]; units: number[] };
}

/** Lets a page note when its main thread is free. Call it before the page is opened. */
export async function noteTurns(page: Page): Promise<void> {
  await page.evaluateOnNewDocument(
    (tickMs, everyTicks) => {
      globalThis.turns = { freeAt: [], units: [] };
      const json = JSON.stringify(Array.from({ length: 120_000 }, (_, i) => i * 37));
      setInterval(() => {
        const start = performance.now();
        if (turns.freeAt.length % everyTicks === 0) {
          JSON.parse(json);
          turns.units.push(performance.now() - start);
        }
        turns.freeAt.push(performance.timeOrigin + performance.now());
      }, tickMs);
    },
    TICK_MS,
    UNIT.everyTicks,
  );
}

/** What the main thread of a process had had of a processor at some moments; both in milliseconds. */
type Account = [at: number, ms: number][];

/**
 * The most that a page's main thread has of a processor between two moments at which it is free, while something is done:
 * no task is longer. In milliseconds of a processor that has nothing else to do: they are divided by how much longer than
 * alone the unit of work took at its fastest. It is the smallest of at most three measures; the first one that is short
 * enough will do.
 *
 * @param open done before each measure, with {@link noteTurns}; it is not measured
 */
export async function longestTurn(
  browser: Browser,
  doing: (page: Page) => Promise<unknown>,
  open: () => Promise<Page>,
): Promise<number> {
  let least = Infinity;
  for (let i = 0; i < 3 && least >= LONGEST; i++) {
    const page = await open();
    least = Math.min(least, await measure(browser, page, () => doing(page)));
    await page.close();
  }
  return least;
}

async function measure(browser: Browser, page: Page, doing: () => Promise<unknown>): Promise<number> {
  const accounts = new Map(contentProcesses(browser).map((pid): [number, Account] => [pid, []]));
  const account = () => {
    for (const [pid, of] of accounts) of.push([performance.timeOrigin + performance.now(), processorMs(pid)]);
  };
  account();
  const timer = setInterval(account, TICK_MS);
  await page.evaluate(() => void (globalThis.turns = { freeAt: [], units: [] }));
  await doing();
  const { freeAt, units } = await page.evaluate(() => turns);
  clearInterval(timer);
  account();
  // Other processes are those of pages that were closed.
  const used = (of: Account) => (of.at(-1)?.[1] ?? 0) - (of[0]?.[1] ?? 0);
  const [own = []] = [...accounts.values()].sort((a, b) => used(b) - used(a));
  const before = (at: number) => (own.findLast(([when]) => when <= at) ?? own[0])?.[1] ?? NaN;
  const after = (at: number) => (own.find(([when]) => when >= at) ?? own.at(-1))?.[1] ?? NaN;
  const longest = freeAt.slice(1).reduce((most, at, i) => Math.max(most, after(at) - before(freeAt[i] ?? NaN)), 0);
  return longest / Math.max(1, Math.min(...units) / UNIT.ms);
}

/** The processes of a browser that show pages of an address: below a server of forks. */
function contentProcesses(browser: Browser): number[] {
  const processes = readdirSync("/proc").flatMap((name) => {
    const [, pid, title, parent] = /^(\d+) \((.*)\) \S (\d+)/s.exec(textOf(`/proc/${name}/stat`)) ?? [];
    return pid === undefined ? [] : [{ pid: Number(pid), title, parent: Number(parent) }];
  });
  const children = new Set([browser.process()?.pid]);
  for (const { pid, parent } of processes) if (children.has(parent)) children.add(pid);
  const found = processes.filter(({ parent, title }) => children.has(parent) && title === "Isolated Web Co");
  if (found.length === 0) throw new Error("expected Firefox to have a process for the page, got none");
  return found.map(({ pid }) => pid);
}

/** What the main thread of a process has had of a processor, in milliseconds. */
function processorMs(pid: number): number {
  return Number.parseInt(textOf(`/proc/${pid}/task/${pid}/schedstat`), 10) / 1e6 || 0;
}

/** What a file of Linux says of a process; nothing once the process has ended. */
function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
