// A program's console: lines for the page, sent together, so that a loop that prints does not flood it.
import type { PrintedLine } from "../runMessages.ts";
import { tell } from "./page.ts";

/** How often lines are sent, in milliseconds, and how many lines a run may print. */
const [EVERY_MS, MOST_LINES, MOST_LETTERS] = [50, 2000, 2000];

let pending: PrintedLine[] = [];
let count = 0;
let sent = 0;

/** Takes the console over. */
export function catchConsole(): void {
  const kinds = { log: "log", info: "log", debug: "log", table: "log", warn: "warn", error: "error" } as const;
  for (const [name, kind] of Object.entries(kinds)) {
    Object.assign(console, { [name]: (...args: unknown[]) => print(kind, args) });
  }
}

/** Sends the lines that still wait. */
export function flushPrinted(): void {
  if (pending.length > 0) tell({ type: "printed", lines: pending });
  pending = [];
  sent = performance.now();
}

function print(kind: PrintedLine["kind"], args: readonly unknown[]): void {
  if (count > MOST_LINES) return;
  if (++count > MOST_LINES) {
    flushPrinted();
    tell({ type: "failed", failure: { kind: "printed" } });
    return;
  }
  const text = args.map(shown).join(" ");
  pending.push({ kind, text: text.length > MOST_LETTERS ? `${text.slice(0, MOST_LETTERS)} …` : text });
  // A loop that never pauses would never let a timer send them.
  if (performance.now() - sent > EVERY_MS) flushPrinted();
  else if (pending.length === 1) setTimeout(flushPrinted, EVERY_MS);
}

function shown(value: unknown): string {
  if (typeof value === "string") return value;
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (isTensor(value)) return `Tensor ${value.dtype} [${value.shape}]`;
  if (ArrayBuffer.isView(value) && "length" in value) {
    const numbers = value as unknown as ArrayLike<number>;
    const [some, rest] = [
      Array.from({ length: Math.min(numbers.length, 20) }, (_, i) => numbers[i]),
      numbers.length > 20,
    ];
    return `${value.constructor.name} [${some.join(", ")}${rest ? ", …" : ""}]`;
  }
  try {
    return typeof value === "object" ? (JSON.stringify(value) ?? String(value)) : String(value);
  } catch {
    return String(value); // it leads back to itself
  }
}

function isTensor(value: unknown): value is { dtype: string; shape: number[] } {
  return typeof value === "object" && value !== null && "dataId" in value && "shape" in value && "dtype" in value;
}
