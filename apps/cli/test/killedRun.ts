import type { ChildProcess } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { expect } from "vitest";
import { qkv } from "./qkv.ts";

/**
 * Starts a run, kills it as soon as it has a folder, goes on with it, and kills it each time that it has made `stride`
 * more steps: where it is, not how long it took, says when, so that it is the same on a busy machine.
 */
export async function killedAgainAndAgain(start: string[], goOn: string[], run: string, stride: number): Promise<void> {
  let args = start;
  let kills = 0;
  for (let target = 0; ; target += stride) {
    const { code, signal, stderr } = await qkv(args, {
      whileRunning: (child) => killAt(child, () => isBegun(run) && lastStep(run) >= target, (7 * kills) % 23),
    });
    if (signal === null) {
      expect({ code, stderr }).toMatchObject({ code: 0 });
      break;
    }
    kills += 1;
    args = goOn;
  }
  expect(kills).toBeGreaterThan(1); // one at the start, one in the middle
}

/** Kills a process some milliseconds after it is due. */
function killAt(child: ChildProcess, isDue: () => boolean, delay: number): void {
  const timer = setInterval(() => {
    if (!isDue()) return;
    clearInterval(timer);
    setTimeout(() => child.kill("SIGKILL"), delay);
  }, 2);
  child.once("close", () => clearInterval(timer));
}

function isBegun(run: string): boolean {
  return existsSync(path.join(run, "config.json"));
}

/** The last step that a run has logged, 0 if there is none. */
function lastStep(run: string): number {
  const file = path.join(run, "log.jsonl");
  const lines = existsSync(file) ? readFileSync(file, "utf8").split("\n") : [];
  return Number(/"step":(\d+)/.exec(lines.at(-2) ?? "")?.[1] ?? 0); // the last line may be half written
}

/** What a run logged, but for the times and for checkpoints: a kill between a save and its line leaves the line out. */
export async function logOf(run: string): Promise<unknown[]> {
  const lines = (await readFile(path.join(run, "log.jsonl"), "utf8")).trim().split("\n");
  return lines
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter(({ type }) => type !== "checkpoint")
    .map(({ time: _time, tokensPerSecond: _speed, etaSeconds: _eta, ...event }) => event);
}
