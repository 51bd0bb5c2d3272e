import { describeArgument } from "../checks/argumentChecks.ts";
import { WordCounter } from "./countWords.ts";
import type { TrainingOptions } from "./options.ts";

// 40 ms: long enough that a pause (4 ms in browsers) costs a tenth at most, short enough for a page to stay responsive.
const STRETCH = 40;

/** Lets timers and events run from time to time during a long computation, and ends it when it is aborted. */
class Pace {
  readonly #signal: AbortSignal | undefined;
  #last = performance.now();

  constructor(signal: AbortSignal | undefined) {
    this.#signal = signal;
    signal?.throwIfAborted();
  }

  /** Whether it is time to {@link pause}. */
  get isDue(): boolean {
    return performance.now() - this.#last >= STRETCH;
  }

  async pause(): Promise<void> {
    await new Promise((resume) => setTimeout(resume, 0));
    this.#signal?.throwIfAborted();
    this.#last = performance.now();
  }
}

/** Counts every word of `texts` as the model would encode it. */
export async function readWords(
  texts: Iterable<string> | AsyncIterable<string>,
  options: TrainingOptions,
): Promise<Map<string, number>> {
  const counter = new WordCounter(options);
  const pace = new Pace(options.signal);
  let done = 0;
  for await (const text of texts) {
    if (typeof text !== "string")
      throw new TypeError(`expected texts to train on that are strings, got ${describeArgument(text)}`);
    counter.add(text);
    done++;
    if (!pace.isDue) continue;
    options.onProgress?.({ stage: "reading", done });
    await pace.pause();
  }
  options.onProgress?.({ stage: "reading", done, total: done });
  return counter.counts();
}

/** Runs `steps`, which yield their progress, and returns their result. */
export async function learn<T>(
  steps: Generator<readonly [done: number, total: number], T>,
  { signal, onProgress }: TrainingOptions,
): Promise<T> {
  const pace = new Pace(signal);
  let told: readonly [done: number, total: number] | undefined;
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    const [done, total] = step.value;
    if (done !== told?.[0] || total !== told[1]) onProgress?.({ stage: "learning", done, total });
    told = step.value;
    if (pace.isDue) await pace.pause();
  }
}
