import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { expect } from "vitest";
import { qkv } from "./qkv.ts";

/** Starts a run, kills it after longer and longer whiles and goes on with it, until it finishes between two kills. */
export async function killedAgainAndAgain(start: string[], goOn: string[], run: string): Promise<void> {
  let args = start;
  let kills = 0;
  for (let delay = 500; ; delay += 150) {
    const { code, signal, stderr } = await qkv(args, {
      whileRunning: (child) => {
        const timer = setTimeout(() => child.kill("SIGKILL"), delay);
        child.once("close", () => clearTimeout(timer));
      },
    });
    if (signal === null) {
      expect({ code, stderr }).toMatchObject({ code: 0 });
      break;
    }
    kills += 1;
    // killed before there was a run to go on with, it is begun again
    if (existsSync(path.join(run, "config.json"))) args = goOn;
  }
  expect(kills).toBeGreaterThan(0);
}

/** What a run logged, but for the times and for checkpoints: a kill between a save and its line leaves the line out. */
export async function logOf(run: string): Promise<unknown[]> {
  const lines = (await readFile(path.join(run, "log.jsonl"), "utf8")).trim().split("\n");
  return lines
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter(({ type }) => type !== "checkpoint")
    .map(({ time: _time, tokensPerSecond: _speed, etaSeconds: _eta, ...event }) => event);
}
