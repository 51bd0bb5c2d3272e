import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Answer, Request, Round } from "./engine.ts";
import { EngineChannel } from "./engineChannel.ts";
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
  readonly #channel: EngineChannel;

  /** What it said of itself when it started; only `why` if it could not. */
  readonly about: Measured;

  private constructor(channel: EngineChannel, about: Measured) {
    this.#channel = channel;
    this.about = about;
  }

  /**
   * Starts an engine and waits until it is ready, or has said why it cannot be.
   *
   * @param patience milliseconds that it has for each answer, or it is ended. Default as long as it takes
   */
  static async start(name: string, spec: EngineSpec, patience = Infinity): Promise<EngineProcess | Measured> {
    if ("unavailable" in spec) return { why: spec.unavailable };
    const [command = "", ...args] = "command" in spec ? spec.command : nodeCommand(spec);
    const channel = new EngineChannel(name, spawn(command, args, { stdio: ["pipe", "pipe", "pipe"] }), patience);
    const first = await channel.next();
    if ("ready" in first) return new EngineProcess(channel, first.ready);
    await channel.end();
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
    if (!("round" in answer)) throw new Error(`${this.#channel.name}: expected a round, got ${JSON.stringify(answer)}`);
    return answer.round;
  }

  /** Where the time goes, as lines of text; none if it cannot tell. */
  async profile(): Promise<readonly string[]> {
    const answer = await this.#ask({ ask: "profile" });
    return "profile" in answer ? answer.profile : [];
  }

  /** Ends the process and waits for its end. */
  async stop(): Promise<void> {
    await this.#channel.end();
  }

  async #ask(request: Request): Promise<Answer> {
    const answer = await this.#channel.ask(request);
    if ("error" in answer) throw new Error(`${this.#channel.name}: ${answer.error}`);
    return answer;
  }
}

function nodeCommand({ module, options = {}, nodeFlags = [] }: ModuleSpec): readonly string[] {
  const child = fileURLToPath(new URL("child.ts", import.meta.url));
  const loader = child.endsWith(".ts") ? ["--import", "tsx"] : []; // packed for a GPU host it is JavaScript
  return [process.execPath, ...nodeFlags, ...loader, child, module.href, JSON.stringify(options)];
}
