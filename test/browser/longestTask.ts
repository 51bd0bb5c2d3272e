// How long a page's main thread is busy with one thing, whatever else the machine is busy with.
import type { Browser, Page } from "playwright-core";

/** Longer than this, a page is felt to hang; in milliseconds of a processor that has nothing else to do. */
export const LONGEST = 50;

interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  /** When it began, in microseconds. */
  readonly ts: number;
  /** Of the processor, in microseconds. */
  readonly tdur?: number;
  readonly args: { readonly name?: string; readonly data?: { readonly url?: string; readonly functionName?: string } };
}

/** A piece of work that the pages do all the time, as a measure of the processor's speed, in milliseconds. */
const UNIT = { name: "qkvUnitOfWork", everyMs: 200, ms: 2 } as const;

/** Lets a page do the unit of work now and then. Call it before the page is opened. */
export async function measurePace(page: Page): Promise<void> {
  await page.addInitScript(({ name, everyMs }) => {
    const json = JSON.stringify(Array.from({ length: 120_000 }, (_, i) => i * 37));
    const work = { [name]: () => void JSON.parse(json) };
    setInterval(work[name] ?? (() => undefined), everyMs);
  }, UNIT);
}

/**
 * The longest task of a page's main thread while something is done, in milliseconds of a processor that has nothing else to
 * do: time of the clock does not count, and time of the processor is divided by how much longer than alone the unit of work
 * took just before and after. What other work adds all the same comes and goes, so it is the smallest of at most three
 * measures; the first one that is short enough will do.
 *
 * @param doing gives the page; done once more for each measure
 * @param prepare is done before each, and is not measured
 */
export async function longestTask<T = undefined>(
  browser: Browser,
  doing: (prepared: T) => Promise<Page>,
  prepare: () => Promise<T> = async () => undefined as T,
): Promise<number> {
  let least = Infinity;
  for (let i = 0; i < 3 && least >= LONGEST; i++) {
    const prepared = await prepare();
    least = Math.min(least, await measure(browser, () => doing(prepared)));
  }
  return least;
}

async function measure(browser: Browser, doing: () => Promise<Page>): Promise<number> {
  await browser.startTracing(undefined, { categories: ["toplevel", "devtools.timeline"] });
  const page = await doing();
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] };
  const { origin } = new URL(page.url());
  const thread = ({ pid, tid }: TraceEvent) => `${pid} ${tid}`;
  // Other main threads are those of the browser's own pages.
  const calls = traceEvents.filter(({ name, args }) => name === "FunctionCall" && args.data?.url?.startsWith(origin));
  const named = traceEvents.filter(({ name, args }) => name === "thread_name" && args.name === "CrRendererMain");
  const main = named.map(thread).find((one) => calls.some((call) => thread(call) === one));
  const events = traceEvents.filter((event) => thread(event) === main);
  const tasks = events.filter((event) => event.name.endsWith("RunTask"));
  if (tasks.length === 0) throw new Error(`expected the tasks of ${origin}'s main thread in the trace, got none`);
  const units = events.filter(({ name, args }) => name === "FunctionCall" && args.data?.functionName === UNIT.name);
  return tasks.reduce((most, { ts, tdur = 0 }) => Math.max(most, tdur / 1000 / slowness(units, ts)), 0);
}

/** How much longer than alone the unit of work took around a moment: the middle one of the nearest five. */
function slowness(units: readonly TraceEvent[], at: number): number {
  const nearest = units.toSorted((a, b) => Math.abs(a.ts - at) - Math.abs(b.ts - at)).slice(0, 5);
  const times = nearest.map(({ tdur = 0 }) => tdur / 1000).sort((a, b) => a - b);
  return Math.max(1, (times[Math.floor(times.length / 2)] ?? UNIT.ms) / UNIT.ms);
}
