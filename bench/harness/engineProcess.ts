import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Answer, Request, Round } from "./engine.ts";
import type { Measured } from "./row.ts";

/** How to start an engine's process. */
export type EngineSpec =
  | ModuleSpec
  | {
      /** A program that speaks the same lines, and its arguments. */
      readonly command: readonly string[];
    }
  | {
      /** There is no such engine, and why. */
      readonly unavailable: string;
    };

/** A module of ours for Node. */
export interface ModuleSpec {
  /** Exports `start`. */
  readonly module: URL;
  readonly options?: object;
  readonly nodeFlags?: readonly string[];
}

/** An engine at work in a child process. */
export class EngineProcess {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #name: string;

  /** What it said of itself when it started; only `why` if it could not. */
  readonly about: Measured;

  private constructor(name: string, child: ChildProcess, lines: AsyncIterator<string>, about: Measured) {
    this.#name = name;
    this.#child = child;
    this.#lines = lines;
    this.about = about;
  }

  /** Starts an engine and waits until it is ready, or has said why it cannot be. */
  static async start(name: string, spec: EngineSpec): Promise<EngineProcess | Measured> {
    if ("unavailable" in spec) return { why: spec.unavailable };
    const [command = "", ...args] = "command" in spec ? spec.command : nodeCommand(spec);
    const child = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const first = await nextAnswer(name, lines);
    if ("ready" in first) return new EngineProcess(name, child, lines, first.ready);
    if ("unavailable" in first) return { why: first.unavailable };
    throw new Error(`${name}: ${"error" in first ? first.error : "expected to hear that it is ready"}`);
  }

  /** What its work gives, null if it does not say. */
  async result(): Promise<readonly number[] | null> {
    const answer = await this.#ask({ ask: "result" });
    return "result" in answer ? answer.result : null;
  }

  /** Its work for a while. */
  async round(milliseconds: number): Promise<Round> {
    const answer = await this.#ask({ ask: "round", milliseconds });
    if (!("round" in answer)) throw new Error(`${this.#name}: expected a round, got ${JSON.stringify(answer)}`);
    return answer.round;
  }

  /** Where the time goes, as lines of text; none if it cannot tell. */
  async profile(): Promise<readonly string[]> {
    const answer = await this.#ask({ ask: "profile" });
    return "profile" in answer ? answer.profile : [];
  }

  /** Ends the process and waits for its end. */
  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exit = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await exit;
  }

  async #ask(request: Request): Promise<Answer> {
    this.#child.stdin?.write(`${JSON.stringify(request)}\n`);
    const answer = await nextAnswer(this.#name, this.#lines);
    if ("error" in answer) throw new Error(`${this.#name}: ${answer.error}`);
    return answer;
  }
}

function nodeCommand({ module, options = {}, nodeFlags = [] }: ModuleSpec): readonly string[] {
  const child = fileURLToPath(new URL("child.ts", import.meta.url));
  const loader = child.endsWith(".ts") ? ["--import", "tsx"] : []; // packed for a GPU host it is JavaScript
  return [process.execPath, ...nodeFlags, ...loader, child, module.href, JSON.stringify(options)];
}

/** What is not an answer was printed by a library, and goes to standard error. */
async function nextAnswer(name: string, lines: AsyncIterator<string>): Promise<Answer> {
  for (;;) {
    const { value, done } = await lines.next();
    if (done === true) throw new Error(`${name}: expected an answer, got the end of its process`);
    if (value.startsWith('{"')) return JSON.parse(value) as Answer;
    process.stderr.write(`${value}\n`);
  }
}
