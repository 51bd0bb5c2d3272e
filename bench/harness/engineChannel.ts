import type { ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import type { Answer, Request } from "./engine.ts";

/** Requests to a child process and its answers, a line of JSON each. Its end before an answer is an error with the reason. */
export class EngineChannel {
  readonly name: string;
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #lines: AsyncIterator<string>;
  readonly #patience: number;
  readonly #exit: Promise<unknown>;
  readonly #printed: Promise<unknown>;
  #lastWords = "";

  /** @param patience milliseconds that it has for an answer */
  constructor(name: string, child: ChildProcessByStdio<Writable, Readable, Readable>, patience: number) {
    this.name = name;
    this.#child = child;
    this.#patience = patience;
    this.#lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    this.#exit = once(child, "exit").catch((error: unknown) => (this.#lastWords = String(error))); // not started
    child.stdin.on("error", () => undefined); // it has ended: the next answer says how
    const printed = createInterface({ input: child.stderr }).on("line", (line) => {
      process.stderr.write(`${line}\n`);
      if (line.trim() !== "") this.#lastWords = line.trim();
    });
    this.#printed = once(printed, "close");
  }

  /** The answer to a request. @throws Error if the process ends, or is ended because it takes too long */
  ask(request: Request): Promise<Answer> {
    this.#child.stdin.write(`${JSON.stringify(request)}\n`);
    return this.next();
  }

  /** The next answer; what is none was printed by a library, and goes to standard error. */
  async next(): Promise<Answer> {
    let isLate = false;
    const timer = Number.isFinite(this.#patience)
      ? setTimeout(() => (isLate = this.#child.kill("SIGKILL")), this.#patience)
      : undefined;
    try {
      for (;;) {
        const { value, done } = await this.#lines.next();
        if (done === true) break;
        if (value.startsWith('{"')) return JSON.parse(value) as Answer;
        process.stderr.write(`${value}\n`);
      }
    } finally {
      clearTimeout(timer);
    }
    if (isLate) throw new Error(`${this.name}: no answer within ${this.#patience / 1000} seconds`);
    await Promise.all([this.#exit, this.#printed]);
    throw new Error(`${this.name}: expected an answer, got the end of its process (${this.#reason()})`);
  }

  /** Ends the process and waits for its end. */
  async end(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#exit;
  }

  #reason(): string {
    const { exitCode, signalCode } = this.#child;
    const how = signalCode ?? (exitCode === null ? "" : `exit code ${exitCode}`);
    return [how, this.#lastWords].filter(Boolean).join(": ");
  }
}
