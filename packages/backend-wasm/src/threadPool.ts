import { isNode } from "@qkv/ops";
import { readInstalledFile } from "./installedFile.ts";
import { type Kernels, PARTED_KERNELS, type ParallelKernel } from "./kernelModule.ts";

/** Offset of each number of a job in the control block: 32-bit words, then 64-bit floats from byte `numbers` on. */
const JOB = {
  generation: 0, // of the job; 16 bits of it are in the claim
  claim: 1,
  finished: 2, // parts
  sleeping: 3, // threads
  ready: 4, // threads
  failed: 5,
  parts: 6,
  units: 7,
  grain: 8, // units of a part
  kernel: 9, // its number
  count: 10, // of arguments
  numbers: 64, // a byte offset; the arguments are the first of them
  scratch: 30, // places among the numbers
  scratchBytes: 31,
} as const;

const CONTROL_BYTES = JOB.numbers + 32 * 8;
const MOST_PARTS = 0xffff;

// Polls for a job before a thread sleeps, and for the end of one: 0.1 to 0.3 ms, the time tfjs takes between two
// kernels.
const SPINS = 20_000;
const LONGEST_SLEEP_MS = 1; // should a notice be missed

/** A worker of Node or of the web. */
interface Thread {
  end(): void;
}

/** Scratch memory of a kernel. */
export interface Scratch {
  /** Address of the first thread's scratch. */
  readonly address: number;
  /** Bytes of each thread's scratch. */
  readonly bytes: number;
}

/** Threads that run parts of kernels on one memory, together with the calling thread. */
export class ThreadPool {
  readonly #kernels: Kernels;
  readonly #threads: readonly Thread[];
  readonly #control = new SharedArrayBuffer(CONTROL_BYTES);
  readonly #words = new Int32Array(this.#control);
  readonly #numbers = new Float64Array(this.#control, JOB.numbers);

  private constructor(
    kernels: Kernels,
    startThread: (message: StartMessage) => Thread,
    count: number,
    native?: string,
  ) {
    this.#kernels = kernels;
    const common = { control: this.#control, job: JOB, names: PARTED_KERNELS, native, spins: SPINS };
    this.#threads = Array.from({ length: count - 1 }, (_, i) => startThread({ ...common, thread: i + 1 }));
  }

  /**
   * Starts `count` - 1 threads, and resolves once each has reported that it is ready.
   *
   * @param memory shared
   * @param options `threadUrl`: URL of kernelThread.js for a page, default beside this file; `native`: the file of the addon
   *   with the native kernels, if threads are to have them
   */
  static async start(
    kernels: Kernels,
    module: WebAssembly.Module,
    memory: WebAssembly.Memory,
    count: number,
    { threadUrl, native }: { readonly threadUrl?: string | URL | undefined; readonly native?: string | undefined } = {},
  ): Promise<ThreadPool> {
    const { start, failure } = await threadStarter(module, memory, threadUrl);
    const pool = new ThreadPool(kernels, start, count, native);
    try {
      await Promise.race([pool.#allReady(), failure]);
    } catch (error) {
      pool.end();
      throw error;
    }
    return pool;
  }

  /** Number of threads, the calling one included. */
  get size(): number {
    return this.#threads.length + 1;
  }

  /** Runs `kernel` over `units`, `grain` of them at a time, and returns when all are done. */
  run(kernel: ParallelKernel, args: readonly number[], units: number, grain: number, scratch: Scratch): void {
    const parts = Math.ceil(units / grain);
    if (parts > MOST_PARTS) throw new RangeError(`ThreadPool: expected at most ${MOST_PARTS} parts, got ${parts}`);
    if (parts <= 1) {
      this.#kernels[kernel](...args, 0, units, scratch.address);
      return;
    }
    const words = this.#words;
    const generation = (words[JOB.generation] ?? 0) + 1;
    // First the claim: from here on, no thread that still reads the last job can take a part.
    Atomics.store(words, JOB.claim, (generation & 0xffff) << 16);
    words[JOB.parts] = parts;
    words[JOB.units] = units;
    words[JOB.grain] = grain;
    words[JOB.kernel] = PARTED_KERNELS.indexOf(kernel);
    words[JOB.count] = args.length;
    this.#numbers.set(args);
    this.#numbers[JOB.scratch] = scratch.address;
    this.#numbers[JOB.scratchBytes] = scratch.bytes;
    Atomics.store(words, JOB.finished, 0);
    Atomics.store(words, JOB.generation, generation);
    if (Atomics.load(words, JOB.sleeping) > 0) Atomics.notify(words, JOB.generation);

    let own = 0;
    for (let part = this.#claim(parts); part < parts; part = this.#claim(parts)) {
      this.#kernels[kernel](...args, part * grain, Math.min(units, (part + 1) * grain), scratch.address);
      own++;
    }
    this.#await(JOB.finished, parts - own);
    if (Atomics.exchange(words, JOB.failed, 0) !== 0) throw new Error(`${kernel}: a thread failed`);
  }

  /** Stops the threads. */
  end(): void {
    for (const thread of this.#threads) thread.end();
  }

  /** Claims the next free part, or returns `parts`. */
  #claim(parts: number): number {
    for (;;) {
      const claim = Atomics.load(this.#words, JOB.claim);
      const part = claim & 0xffff;
      if (part >= parts) return parts;
      if (Atomics.compareExchange(this.#words, JOB.claim, claim, claim + 1) === claim) return part;
    }
  }

  /** Waits until a word is `value`: at first by polling, since it seldom takes long. */
  #await(word: number, value: number): void {
    for (let looked = 0; ; looked++) {
      const seen = Atomics.load(this.#words, word);
      if (seen === value) return;
      if (looked > SPINS && mayBlock()) Atomics.wait(this.#words, word, seen, LONGEST_SLEEP_MS);
    }
  }

  async #allReady(): Promise<void> {
    while (Atomics.load(this.#words, JOB.ready) < this.#threads.length) {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }
}

/** Message to a thread at its start, besides the kernels and their memory. */
interface StartMessage {
  readonly control: SharedArrayBuffer;
  readonly job: typeof JOB;
  readonly names: readonly string[];
  readonly thread: number;
  readonly native: string | undefined;
  readonly spins: number;
}

/** Creates a function that starts threads, and a promise that is rejected when one of them cannot start. */
async function threadStarter(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
  threadUrl: string | URL | undefined,
): Promise<{ start: (message: StartMessage) => Thread; failure: Promise<never> }> {
  let fail: (reason: Error) => void;
  const failure = new Promise<never>((_, reject) => (fail = reject));
  failure.catch(() => undefined); // handled by its later waiters
  if (isNode()) {
    const { Worker } = process.getBuiltinModule("node:worker_threads");
    const here = import.meta.url; // in a variable, or bundlers would include the file for pages a second time
    const file = await readInstalledFile("kernelThread.js", () => new URL("./kernelThread.js", here));
    const source = new TextDecoder().decode(file); // as text, for either kind of module
    const start = (message: StartMessage): Thread => {
      const worker = new Worker(source, { eval: true, workerData: { ...message, module, memory } });
      worker.on("error", (error) => fail(error instanceof Error ? error : new Error(String(error))));
      worker.unref(); // a program ends though its threads wait for work
      return { end: () => void worker.terminate() };
    };
    return { start, failure };
  }
  const start = (message: StartMessage): Thread => {
    const worker =
      threadUrl === undefined
        ? new Worker(new URL("./kernelThread.js", import.meta.url), { type: "module" }) // a form bundlers detect
        : new Worker(threadUrl, { type: "module" });
    worker.addEventListener("error", ({ message: reason }) =>
      fail(new Error(`the file of the threads, kernelThread.js, could not be started: ${reason ?? "not found"}`)),
    );
    worker.postMessage({ ...message, module, memory }, []);
    return { end: () => worker.terminate() };
  };
  return { start, failure };
}

/** Whether this thread may sleep. A page's main thread may not: it polls. */
export function mayBlock(): boolean {
  return typeof window === "undefined";
}
