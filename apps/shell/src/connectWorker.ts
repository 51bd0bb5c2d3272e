import { proxy, type Remote, wrap } from "comlink";

/** How long a worker may take to answer that it stops, in milliseconds: a model computes in shorter pieces. */
const STOP_MS = 3000;

/** A worker was ended, by the page or by itself; another is in its place. */
export class WorkerEndedError extends Error {
  override readonly name: "WorkerStuckError" | "WorkerCrashedError";

  constructor(name: WorkerEndedError["name"], message: string) {
    super(message);
    this.name = name;
  }
}

/** What a page has of its worker. */
export interface WorkerConnection<Api> {
  /** The worker's functions: each gives a promise, which fails if the worker ends before it has answered. */
  readonly worker: Remote<Api>;
  /**
   * Cancels what was asked so far. A worker that does not answer, because it computes without a pause, is ended, and
   * another takes its place: then what was asked so far fails with an AbortError.
   *
   * @param patienceMs how long it may take to answer, in milliseconds. Default 3000
   */
  stop(patienceMs?: number): Promise<void>;
  /** Calls a listener whenever another worker has taken the place of one that was ended: it knows of no model. */
  onRestart(listener: (error: WorkerEndedError) => void): void;
}

/** Starts a page's worker, and another whenever one ends. `Api` is what the worker hands to `serveWorker`. */
export function connectWorker<Api extends { cancel(): void }>(create: () => Worker): WorkerConnection<Api> {
  const connection = new Connection(create);
  const worker = new Proxy(
    {},
    {
      get:
        (_, name) =>
        (...args: unknown[]) =>
          connection.call(String(name), args),
    },
  );
  return {
    worker: worker as Remote<Api>,
    stop: (patienceMs) => connection.stop(patienceMs),
    onRestart: (listener) => void (connection.onRestart = listener),
  };
}

type Call = (...args: unknown[]) => Promise<unknown>;

class Connection {
  readonly #create: () => Worker;
  readonly #pending = new Set<(error: Error) => void>();
  #worker!: Worker;
  #remote!: Readonly<Record<string, Call>>;
  #hasAnswered = false;
  onRestart: (error: WorkerEndedError) => void = () => undefined;

  constructor(create: () => Worker) {
    this.#create = create;
    this.#start();
  }

  call(name: string, args: readonly unknown[]): Promise<unknown> {
    const worker = this.#worker;
    return new Promise((resolve, reject) => {
      this.#pending.add(reject);
      const done = () => {
        this.#pending.delete(reject);
        if (worker === this.#worker) this.#hasAnswered = true;
      };
      (this.#remote[name] as Call)(...args)
        .then(resolve, reject)
        .finally(done);
    });
  }

  async stop(patienceMs = STOP_MS): Promise<void> {
    const worker = this.#worker;
    const canceled = this.call("cancel", []);
    if (!this.#hasAnswered) return void (await canceled.catch(() => undefined)); // it is still being loaded
    let timer = 0;
    const late = new Promise((resolve) => (timer = window.setTimeout(() => resolve("late"), patienceMs)));
    const outcome = await Promise.race([canceled.catch(() => undefined), late]);
    clearTimeout(timer);
    if (outcome !== "late" || worker !== this.#worker) return;
    const error = new WorkerEndedError("WorkerStuckError", `expected the worker to stop within ${patienceMs / 1000} s`);
    this.#restart(error, new DOMException("stopped", "AbortError"));
  }

  #start(): void {
    this.#worker = this.#create();
    this.#remote = wrap(this.#worker) as unknown as Readonly<Record<string, Call>>;
    this.#hasAnswered = false;
    this.#worker.addEventListener("error", (event) => {
      event.preventDefault();
      const error = new WorkerEndedError("WorkerCrashedError", event.message || "the worker ended");
      if (this.#hasAnswered) this.#restart(error, error);
      else this.#fail(error); // another would not start either
    });
  }

  #restart(error: WorkerEndedError, ofCalls: Error): void {
    this.#worker.terminate();
    this.#start();
    this.#fail(ofCalls);
    this.onRestart(error);
  }

  #fail(error: Error): void {
    for (const reject of this.#pending) reject(error);
    this.#pending.clear();
  }
}

/** A function of the page that a worker may call. */
export function remoteListener<Args extends unknown[]>(listener: (...args: Args) => void): (...args: Args) => void {
  return proxy(listener);
}
