import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** A report of a process that tries hostile inputs: a line of JSON before each, and one with a result after it. */
export interface AttackLine {
  readonly seed: number;
  readonly kind: string;
  /** Absent before the input was tried. `foreign` is an error that is none of ours. */
  readonly result?: "used" | "refused" | "foreign";
  /** Processor time in seconds. */
  readonly seconds?: number;
  /** Growth of the process in bytes. */
  readonly grown?: number;
  readonly message?: string;
}

/** Options of {@link watchAttack}. */
export interface AttackOptions {
  /** Node's arguments to try the inputs from a seed on, for so many milliseconds. */
  readonly args: (seed: number, milliseconds: number) => readonly string[];
  readonly minutes: number;
  readonly seed: number;
  /** The limit of processor time for one input, in seconds. */
  readonly slow: number;
  /** The limit of growth for one input, in bytes. */
  readonly grown: number;
  /** The time without output, in milliseconds, after which a process counts as hanging. */
  readonly hang: number;
}

const COUNTS = ["inputs", "used", "refused", "foreign", "slow", "grown", "hung", "died"] as const;
type Count = (typeof COUNTS)[number];
const FAULTS: readonly Count[] = ["foreign", "slow", "grown", "hung", "died"];
const FAULTS_SHOWN = 100;

/** Counts of hostile inputs by kind and result, with the first faults. */
export class AttackTable {
  readonly faults: string[] = [];
  readonly #rows = new Map<string, Record<Count, number>>();

  /** The number of inputs of all kinds with one result. */
  sum(name: Count): number {
    return [...this.#rows.values()].reduce((sum, row) => sum + row[name], 0);
  }

  count({ kind, seed, message = "" }: AttackLine, name: Count): void {
    const row = this.#rows.get(kind) ?? (Object.fromEntries(COUNTS.map((each) => [each, 0])) as Record<Count, number>);
    this.#rows.set(kind, row);
    row[name]++;
    if (FAULTS.includes(name) && this.faults.length < FAULTS_SHOWN) {
      this.faults.push(`seed ${seed} (${kind}): ${name} ${message}`);
    }
  }

  toString(): string {
    const rows = [...this.#rows].map(([kind, counts]) => [kind, ...COUNTS.map((name) => counts[name])]);
    return [["kind", ...COUNTS], ...rows, ["all", ...COUNTS.map((name) => this.sum(name))]]
      .map((row) => row.map((cell) => String(cell).padStart(14)).join(""))
      .join("\n");
  }
}

/** Starts processes that try hostile inputs, one after the other, until the time is over, and counts the results. */
export async function watchAttack(options: AttackOptions): Promise<AttackTable> {
  const table = new AttackTable();
  const end = performance.now() + 60_000 * options.minutes;
  for (let { seed } = options; performance.now() < end;) {
    const last = await watchProcess(seed, end - performance.now(), options, table);
    if (last === undefined) table.count({ seed, kind: "unmade" }, "died"); // the fault is in the generator of the input
    seed = (last?.seed ?? seed) + 1;
  }
  return table;
}

async function watchProcess(
  seed: number,
  milliseconds: number,
  options: AttackOptions,
  table: AttackTable,
): Promise<AttackLine | undefined> {
  const child = spawn(process.execPath, options.args(seed, milliseconds), { stdio: ["ignore", "pipe", "ignore"] });
  let [last, hung] = [undefined as AttackLine | undefined, false];
  const watch = () =>
    setTimeout(() => {
      hung = true;
      child.kill("SIGKILL");
    }, options.hang);
  let timer = watch();
  for await (const text of createInterface({ input: child.stdout })) {
    clearTimeout(timer);
    timer = watch();
    last = JSON.parse(text) as AttackLine;
    table.count(last, last.result ?? "inputs");
    if ((last.seconds ?? 0) > options.slow) table.count(last, "slow");
    if ((last.grown ?? 0) > options.grown) {
      table.count(last, "grown");
      child.kill("SIGKILL"); // its peak would be measured again
    }
  }
  clearTimeout(timer);
  if (last !== undefined && last.result === undefined) table.count(last, hung ? "hung" : "died");
  return last;
}
