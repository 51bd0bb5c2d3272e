import { isNode } from "@qkv/ops";

/** An instruction set that V8 has behind a flag, and the flag. */
export interface ExperimentalSimd {
  readonly simd: "wide" | "relaxed";
  /** Its name without dashes. */
  readonly flag: string;
}

/**
 * The widest vectors that this Node has behind a flag: relaxed SIMD in Node 20, 256 bits from Node 24 on.
 *
 * @throws Error with the reason if there are none
 */
export function experimentalSimd(): ExperimentalSimd {
  if (!isNode()) throw new Error("pages and edge workers cannot set V8's flags");
  const { deno, bun, v8 = "0", node } = process.versions;
  if (deno !== undefined || bun !== undefined) throw new Error("only Node sets V8's flags");
  const major = Number.parseInt(v8, 10);
  if (major < 12) return { simd: "relaxed", flag: "experimental-wasm-relaxed-simd" };
  if (major < 13) throw new Error(`Node ${node} has vectors of 128 bits only, Node 24 has wider ones`);
  if (process.arch !== "x64") throw new Error(`vectors are wider than 128 bits on x64 only, this is ${process.arch}`);
  return { simd: "wide", flag: "experimental-wasm-revectorize" };
}

/** Sets a flag of V8, for all that this process compiles from now on. */
export function setFlag(flag: string, on: boolean): void {
  process.getBuiltinModule("node:v8").setFlagsFromString(`--${on ? "" : "no-"}${flag}`);
}
