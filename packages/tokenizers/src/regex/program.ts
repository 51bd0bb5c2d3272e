import type { CharSet } from "../text/charSet.ts";
import type { RegexNode } from "./parser.ts";

/** The instructions of a regular expression, {@link WIDTH} numbers each: operation and operands. */
export interface RegexProgram {
  readonly code: Int32Array;
  readonly sets: readonly CharSet[];
  /** For each instruction and each unit of ASCII, whether a match may begin so, filled in by searches. */
  readonly begins: Uint8Array;
  /** The number of registers besides the position: the starts of loops and captures. */
  readonly registers: number;
  /** Whether instructions need more than the text and the position: captures, the search's start, `\K` in a lookaround. */
  readonly hasReferences: boolean;
}

/** The maximum of an unbounded span. */
export const UNBOUNDED = 0x7fffffff;

/** The number of numbers of an instruction. */
export const WIDTH = 4;

/** Operations, the first number of an instruction. */
export const OP = {
  match: 0,
  /** The UTF-16 unit that follows. */
  unit: 1,
  /** A character of a set. */
  set: 2,
  /** Characters of a set, as many as possible or fewer, between a least and a most. */
  span: 3,
  /** Characters of a set, as many as possible and never fewer. */
  run: 4,
  /** Continues at the first place; if that fails, at the second. */
  split: 5,
  jump: 6,
  /** Lookaround: the instructions up to a match must succeed, and may write registers (1); continues at the given place. */
  look: 7,
  lookNot: 8,
  /** Atomic group: their first match, without backtracking. */
  atomic: 9,
  /** Saves the position to a register. */
  save: 10,
  /** Leaves a loop whose last iteration was empty. */
  leave: 11,
  back: 12,
  backAnyCase: 13,
  grapheme: 14,
  searchStart: 15,
  /** A character of a set, backwards. */
  setBehind: 16,
} as const;

// 20,000: a class of cases more than any real pattern has.
const MAX_SIZE = 20_000;

// 512: each takes 64 kB once it is used.
const MAX_SETS = 512;

/** The register of the match's start if `\K` moved it. */
export const KEEP = 0;

class Compiler {
  readonly code: number[] = [];
  readonly sets: CharSet[] = [];
  registers = 1;
  hasReferences = false;
  readonly #captures = new Map<number, number>();
  #depth = 0; // of lookarounds and atomic groups
  #writes = 0; // captures and \K so far

  add(op: number, a = 0, b = 0, c = 0): number {
    if (this.code.length > WIDTH * MAX_SIZE) throw new SyntaxError(`more than ${MAX_SIZE} steps long`);
    return this.code.push(op, a, b, c) - WIDTH;
  }

  set(set: CharSet): number {
    const known = this.sets.indexOf(set);
    if (known >= 0) return known;
    if (this.sets.length === MAX_SETS) throw new SyntaxError(`more than ${MAX_SETS} sets of characters`);
    return this.sets.push(set) - 1;
  }

  /** Sets number `field` of the instruction at `at` to the next place. */
  land(at: number, field: number): void {
    this.code[at + field] = this.code.length;
  }

  emit(node: RegexNode, behind: boolean): void {
    switch (node.kind) {
      case "set":
        if (!behind && node.char !== undefined) {
          for (let i = 0; i < node.char.length; i++) this.add(OP.unit, node.char.charCodeAt(i));
        } else this.add(behind ? OP.setBehind : OP.set, this.set(node.set));
        return;
      case "sequence":
        for (const each of behind ? node.nodes.toReversed() : node.nodes) this.emit(each, behind);
        return;
      case "alternatives":
        return this.#alternatives(node.nodes, behind);
      case "repeat":
        return this.#repeat(node, behind);
      case "capture": {
        const register = this.#register(node.index);
        this.#writes++;
        this.add(OP.save, register + (behind ? 1 : 0));
        this.emit(node.node, behind);
        this.add(OP.save, register + (behind ? 0 : 1));
        return;
      }
      case "look":
        return this.#inner(node.negated ? OP.lookNot : OP.look, node.node, node.behind);
      case "atomic":
        return this.#inner(OP.atomic, node.node, behind);
      case "back":
        if (behind) throw new SyntaxError("a reference in a look-behind");
        this.hasReferences = true;
        this.add(node.ignoreCase ? OP.backAnyCase : OP.back, this.#register(node.index));
        return;
      case "keep":
        this.#writes++;
        if (this.#depth > 0) this.hasReferences = true; // the memo of a lookaround does not record its registers
        this.add(OP.save, KEEP);
        return;
      case "grapheme":
        if (behind) throw new SyntaxError("\\X in a look-behind");
        this.add(OP.grapheme);
        return;
      case "searchStart":
        this.hasReferences = true;
        this.add(OP.searchStart);
    }
  }

  #register(group: number): number {
    let register = this.#captures.get(group);
    if (register === undefined) {
      register = this.registers;
      this.registers += 2;
      this.#captures.set(group, register);
    }
    return register;
  }

  #inner(op: number, node: RegexNode, behind: boolean): void {
    const at = this.add(op);
    const writes = this.#writes;
    this.#depth++;
    this.emit(node, behind);
    this.#depth--;
    this.add(OP.match);
    this.land(at, 1);
    if (this.#writes > writes) this.code[at + 2] = 1;
  }

  #alternatives(nodes: readonly RegexNode[], behind: boolean): void {
    const jumps: number[] = [];
    for (const [i, node] of nodes.entries()) {
      if (i === nodes.length - 1) {
        this.emit(node, behind);
        break;
      }
      const split = this.add(OP.split);
      this.land(split, 1);
      this.emit(node, behind);
      jumps.push(this.add(OP.jump));
      this.land(split, 2);
    }
    for (const jump of jumps) this.land(jump, 1);
  }

  #repeat({ node, min, max, mode }: Extract<RegexNode, { kind: "repeat" }>, behind: boolean): void {
    if (node.kind === "set" && !behind && mode !== "lazy") {
      const most = max === Infinity ? UNBOUNDED : max;
      this.add(mode === "possessive" ? OP.run : OP.span, this.set(node.set), min, most);
      return;
    }
    if (mode === "possessive") {
      return this.#inner(OP.atomic, { kind: "repeat", node, min, max, mode: "greedy" }, behind);
    }
    for (let i = 0; i < min; i++) this.emit(node, behind);
    const enter = mode === "lazy" ? 2 : 1;
    if (max === Infinity) {
      const register = this.registers++;
      const split = this.add(OP.split);
      this.land(split, enter);
      this.add(OP.save, register);
      this.emit(node, behind);
      const leave = this.add(OP.leave, register);
      this.add(OP.jump, split);
      this.land(split, 3 - enter);
      this.land(leave, 2);
      return;
    }
    const splits: number[] = [];
    for (let i = min; i < max; i++) {
      const split = this.add(OP.split);
      splits.push(split);
      this.land(split, enter);
      this.emit(node, behind);
    }
    for (const split of splits) this.land(split, 3 - enter);
  }
}

/** Compiles a regular expression to its program. */
export function compileRegex(node: RegexNode): RegexProgram {
  const compiler = new Compiler();
  compiler.emit(node, false);
  compiler.add(OP.match);
  const { code, sets, registers, hasReferences } = compiler;
  const begins = new Uint8Array((code.length / WIDTH) * 0x80);
  return { code: Int32Array.from(code), sets, begins, registers, hasReferences };
}
