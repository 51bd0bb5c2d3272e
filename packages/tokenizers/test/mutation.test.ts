import { spawn } from "node:child_process";
import { writeSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { build } from "tsup";
import { afterAll, beforeAll, expect, test } from "vitest";
import { rm } from "node:fs/promises";

// A tokenizer.json is untrusted: whatever stands in it, opening and using it ends soon, in little memory, with a result or
// a TokenizerError. QKV_FUZZ_MINUTES says for how long files are made at random, three seconds unless told, and
// QKV_FUZZ_SEED where they begin; the table of what came is printed then. QKV_DATA adds the files of published models.
const minutes = Number(process.env["QKV_FUZZ_MINUTES"] ?? 0.05);
const isLong = minutes > 1;

// 5 s of the processor's time for one call, and 1 GB of memory for one file and its texts.
const SLOW = 5;
const GROWN = 1e9;
// 5 minutes without a word are a hang: a busy machine may let a process wait for one, and what ends at last counts as slow.
const HANG = 300_000;

const COUNTS = ["inputs", "used", "refused", "foreign", "slow", "grown", "hung", "died"] as const;
type Counts = Record<(typeof COUNTS)[number], number>;

interface Line {
  readonly seed: number;
  readonly kind: string;
  readonly result?: "used" | "refused" | "foreign";
  readonly seconds: number;
  readonly grown: number;
  readonly message?: string;
}

/** What was counted by kind of file, and the first of what must not be. */
class Table {
  readonly rows = new Map<string, Counts>();
  readonly faults: string[] = [];

  count(line: Line, name: keyof Counts): void {
    let row = this.rows.get(line.kind);
    if (row === undefined) {
      row = Object.fromEntries(COUNTS.map((column) => [column, 0])) as Counts;
      this.rows.set(line.kind, row);
    }
    row[name]++;
    if (["foreign", "slow", "grown", "hung", "died"].includes(name) && this.faults.length < 100) {
      this.faults.push(`seed ${line.seed} (${line.kind}): ${name} ${line.message ?? ""}`);
    }
  }

  toString(): string {
    const rows = [...this.rows].map(([kind, counts]) => [kind, ...COUNTS.map((column) => counts[column])]);
    const sums = COUNTS.map((column) => [...this.rows.values()].reduce((sum, row) => sum + row[column], 0));
    return [["kind", ...COUNTS], ...rows, ["all", ...sums]]
      .map((row) => row.map((cell) => String(cell).padStart(15)).join(""))
      .join("\n");
  }
}

const bundle = fileURLToPath(new URL(`../node_modules/.cache/fuzz-${process.pid}/`, import.meta.url));

beforeAll(async () => {
  await build({
    entry: [fileURLToPath(new URL("fuzz/attack.ts", import.meta.url))],
    outDir: bundle,
    format: "esm",
    target: "es2022",
    noExternal: [/^@qkv\//],
    config: false,
    silent: true,
    esbuildOptions: (options) => {
      options.conditions = ["@qkv/source"];
    },
  });
});
afterAll(() => rm(bundle, { recursive: true, force: true }));

/** Runs a process on the files from a seed on; the last line it said, whether it was done with that or not. */
async function attack(from: number, milliseconds: number, table: Table): Promise<Line | undefined> {
  const goldens = fileURLToPath(new URL("golden", import.meta.url));
  const args = [goldens, from, Number.MAX_SAFE_INTEGER, milliseconds, isLong ? 100_000 : 3000].map(String);
  const child = spawn(process.execPath, ["--expose-gc", "--max-old-space-size=3000", `${bundle}attack.js`, ...args], {
    stdio: ["ignore", "pipe", isLong ? "ignore" : "inherit"],
  });
  let last: Line | undefined;
  let hung = false;
  const watch = (): NodeJS.Timeout =>
    setTimeout(() => {
      hung = true;
      child.kill("SIGKILL");
    }, HANG);
  let timer = watch();
  for await (const text of createInterface({ input: child.stdout })) {
    clearTimeout(timer);
    timer = watch();
    last = JSON.parse(text) as Line;
    if (last.result === undefined) {
      table.count(last, "inputs");
      continue;
    }
    table.count(last, last.result);
    if (last.seconds > SLOW) table.count(last, "slow");
    if (last.grown > GROWN) table.count(last, "grown");
  }
  clearTimeout(timer);
  if (last !== undefined && last.result === undefined) table.count(last, hung ? "hung" : "died");
  return last;
}

test(
  "hostile files are opened, used, saved or refused, soon and in little memory",
  { timeout: 60_000 * (minutes + 10) },
  async () => {
    const table = new Table();
    const end = performance.now() + 60_000 * minutes;
    let seed = Number(process.env["QKV_FUZZ_SEED"] ?? 1);
    while (performance.now() < end) {
      const last = await attack(seed, Math.min(end - performance.now(), 300_000), table);
      if (last === undefined) throw new Error(`seed ${seed}: the process said nothing`);
      seed = last.seed + 1;
      if (isLong) writeSync(2, `${table.toString()}\n${table.faults.join("\n")}\n`);
    }
    expect(table.faults).toEqual([]);
    const sum = (name: keyof Counts): number => [...table.rows.values()].reduce((all, row) => all + row[name], 0);
    expect(sum("used")).toBeGreaterThan(0);
    expect(sum("refused")).toBeGreaterThan(0);
  },
);
