import { RAISED } from "../checks/budget.ts";
import { graphemes } from "../text/graphemes.ts";
import { RegexMemory } from "./failureMemo.ts";
import { KEEP, OP, type RegexProgram, UNBOUNDED, WIDTH } from "./program.ts";

// 64 steps for a unit of text: real expressions take up to thirty, and memoizing them does not pay.
const FREE_STEPS = 64;

// 2^30: practically unlimited, but countable.
const MOST_STEPS = 2 ** 30;

// 2^25 numbers: eleven million pending alternatives.
const MAX_STACK = 2 ** 25;

// A stack larger than this is not kept for the next search.
const KEPT_STACK = 2 ** 16;

// A short text has the steps of one of this many units.
const LEAST_LENGTH = 1024;

// The backtracking stack, three numbers each: the instruction, the position, and one more. All searches share it, since none
// waits for another.
let stack: Int32Array = new Int32Array(3 * 1024);

// In place of the instruction:
const RESTORE = -1; // a register held this
const TRIED = -2; // everything from this instruction at this position on has failed
const SPAN = -3; // minus an instruction: a span may give back a character, down to this position

const UNSET = -1;

const ASCII = 0x80;

// 32: as many alternatives as real expressions have before the first that may match.
const MAX_DEPTH = 32;

// The results for an instruction and a unit; 0 is not computed yet.
const NO = 1;
const YES = 2;

/**
 * A backtracking search in one text. When it takes long it begins to memoize failures, which makes its time
 * linear in the text: "Using Selective Memoization to Defeat Regular Expression Denial of Service"
 * (https://doi.org/10.1109/SP40001.2021.00032). Other slow patterns, such as references to groups, end with an error.
 */
export class RegexSearch {
  readonly #program: RegexProgram;
  readonly #text: string;
  readonly #registers: Int32Array;
  #top = 0;
  #steps: number; // left until the next check
  #memory: RegexMemory | undefined;
  #isLast = false;
  readonly #maxSteps: number;
  #searchStart = 0;
  #granted: number; // steps in all
  #reported = 0; // of those taken
  #graphemeEnds: Int32Array | undefined; // by position: the end of its grapheme

  /**
   * @param maxSteps for a unit of text. 256 are a second for 100,000 units; only references and lookarounds in loops take as
   *   many
   */
  constructor(program: RegexProgram, text: string, maxSteps: number) {
    this.#maxSteps = Math.min(Math.max(FREE_STEPS, maxSteps), MOST_STEPS);
    this.#program = program;
    this.#text = text;
    this.#registers = new Int32Array(program.registers);
    this.#steps = this.#granted = FREE_STEPS * (text.length + LEAST_LENGTH);
  }

  /** Finds the end of the first match at or after `from`, or -1; {@link start} is its start. */
  find(from: number): number {
    const { code } = this.#program;
    const text = this.#text;
    const first = code[0] === OP.unit ? String.fromCharCode(code[1] ?? 0) : undefined;
    this.#searchStart = from;
    for (let at = from; at <= text.length; at++) {
      if (first !== undefined && (at = text.indexOf(first, at)) < 0) return -1;
      if (isSecondHalf(text, at)) continue;
      this.#registers.fill(UNSET)[KEEP] = at;
      this.#steps -= this.#registers.length >> 5;
      this.#top = 0;
      const end = this.#run(0, at);
      if (end >= 0) return end;
    }
    return -1;
  }

  /** Frees the memory of a long search. */
  end(): void {
    if (stack.length > KEPT_STACK) stack = new Int32Array(KEPT_STACK);
  }

  /** The steps taken since the last call. */
  takenSteps(): number {
    const taken = this.#granted - this.#steps;
    const since = taken - this.#reported;
    this.#reported = taken;
    return since;
  }

  /** The start of the last match; a lookaround's `\K` may move it past its end. */
  get start(): number {
    return this.#registers[KEEP] ?? 0;
  }

  /** The end of the match of the instructions from `first` on at `from`; -1 if there is none. */
  #run(first: number, from: number): number {
    const { code, sets } = this.#program;
    const text = this.#text;
    const registers = this.#registers;
    const base = this.#top;
    let frames = stack;
    let top = base;
    let pc = first;
    let at = from;
    let executed = 0; // instructions that are not counted yet
    for (;;) {
      if (top + 9 > frames.length) frames = grow();
      executed++;
      // Success continues with the next instruction; break means failure.
      switch (code[pc]) {
        case OP.match:
          this.#top = base;
          if ((this.#steps -= executed) < 0) this.#takeLonger();
          return at;
        case OP.unit:
          if (text.charCodeAt(at) !== code[pc + 1]) break;
          at++;
          pc += WIDTH;
          continue;
        case OP.set: {
          const width = sets[code[pc + 1] ?? 0]?.widthAt(text, at) ?? 0;
          if (width === 0) break;
          at += width;
          pc += WIDTH;
          continue;
        }
        case OP.setBehind: {
          const before = at - (isSecondHalf(text, at - 1) ? 2 : 1);
          if (before < 0 || sets[code[pc + 1] ?? 0]?.widthAt(text, before) === 0) break;
          at = before;
          pc += WIDTH;
          continue;
        }
        case OP.run:
        case OP.span: {
          if (this.#memory?.hasFailed(pc, at)) break;
          const end = this.#spanEnd(pc, at);
          if (end < 0) break;
          if (code[pc] === OP.span) {
            const least = this.#leastEnd(pc, at);
            if (this.#memory !== undefined) top = pushFrame(frames, top, TRIED, at, pc);
            if (end > least) top = pushFrame(frames, top, SPAN - pc, end, least);
          }
          at = end;
          pc += WIDTH;
          continue;
        }
        case OP.split: {
          if ((this.#steps -= executed) < 0) this.#takeLonger();
          executed = 0;
          if (this.#memory !== undefined) {
            if (this.#memory.hasFailed(pc, at)) break;
            top = pushFrame(frames, top, TRIED, at, pc);
          }
          const preferred = code[pc + 1] ?? 0;
          const other = code[pc + 2] ?? 0;
          // Most alternatives fail at their first character, which is cheaper to check here.
          if (this.#canBegin(preferred, at)) {
            top = pushFrame(frames, top, other, at, 0);
            pc = preferred;
          } else pc = other;
          continue;
        }
        case OP.jump:
          pc = code[pc + 1] ?? 0;
          continue;
        case OP.look:
        case OP.lookNot:
        case OP.atomic: {
          this.#top = top;
          const before = code[pc + 2] === 1 ? registers.slice() : undefined;
          const end = this.#inner(pc, at);
          if (before !== undefined) top = this.#undo(top, before);
          frames = stack;
          if (end >= 0 === (code[pc] === OP.lookNot)) break;
          if (code[pc] === OP.atomic) at = end;
          pc = code[pc + 1] ?? 0;
          continue;
        }
        case OP.save: {
          const register = code[pc + 1] ?? 0;
          top = pushFrame(frames, top, RESTORE, register, registers[register] ?? 0);
          registers[register] = at;
          pc += WIDTH;
          continue;
        }
        case OP.leave:
          pc = registers[code[pc + 1] ?? 0] === at ? (code[pc + 2] ?? 0) : pc + WIDTH;
          continue;
        case OP.back:
        case OP.backAnyCase: {
          const end = this.#referenceEnd(pc, at);
          if (end < 0) break;
          at = end;
          pc += WIDTH;
          continue;
        }
        case OP.grapheme: {
          if (at >= text.length) break;
          at = this.#graphemeEnd(at);
          pc += WIDTH;
          continue;
        }
        case OP.searchStart:
          if (at !== this.#searchStart) break;
          pc += WIDTH;
          continue;
      }

      if ((this.#steps -= executed) < 0) this.#takeLonger();
      executed = 0;
      for (;;) {
        if (top === base) return -1;
        top -= 3;
        pc = frames[top] ?? 0;
        at = frames[top + 1] ?? 0;
        if (pc >= 0) break;
        const more = frames[top + 2] ?? 0;
        if (pc === RESTORE) registers[at] = more;
        else if (pc === TRIED) this.#memory?.fail(more, at);
        else {
          const span = SPAN - pc;
          at -= isSecondHalf(text, at - 1) ? 2 : 1;
          if (at > more) top = pushFrame(frames, top, pc, at, more);
          pc = span + WIDTH;
          if (--this.#steps < 0) this.#takeLonger();
          if (this.#memory === undefined) break;
          if (this.#memory.hasFailed(pc, at)) continue;
          top = pushFrame(frames, top, TRIED, at, pc);
          break;
        }
      }
    }
  }

  /** Whether the instructions from `pc` on may match here; quick, and true where it is not easily decided. */
  #canBegin(pc: number, at: number): boolean {
    const unit = this.#text.charCodeAt(at);
    if (!(unit < ASCII)) {
      const { code, sets } = this.#program;
      const op = code[pc];
      if (op === OP.unit) return unit === code[pc + 1];
      const needsOne = op === OP.set || ((op === OP.span || op === OP.run) && (code[pc + 2] ?? 0) > 0);
      return !needsOne || sets[code[pc + 1] ?? 0]?.widthAt(this.#text, at) !== 0;
    }
    const { begins } = this.#program;
    const place = (pc / WIDTH) * ASCII + unit;
    begins[place] ||= mayBegin(this.#program, pc, unit) ? YES : NO;
    return begins[place] === YES;
  }

  /** The end of the characters of a span's set, or of the most that it may take; -1 if there are too few. */
  #spanEnd(pc: number, from: number): number {
    const { code, sets } = this.#program;
    const set = sets[code[pc + 1] ?? 0];
    const least = code[pc + 2] ?? 0;
    const most = code[pc + 3] ?? 0;
    const memory = least <= 1 && most === UNBOUNDED ? this.#memory : undefined;
    const text = this.#text;
    let at = from;
    let count = 0;
    while (count < most) {
      const run = memory?.runAt(pc, at);
      if (run !== undefined) {
        at = run.end;
        count++;
        break;
      }
      const width = set?.widthAt(text, at) ?? 0;
      if (width === 0) break;
      at += width;
      count++;
    }
    if ((this.#steps -= count) < 0) this.#takeLonger();
    if (count < least) return -1;
    if (memory === undefined || count === 0) return at;
    memory.setRun(pc, from, at);
    const failedFrom = memory.runAt(pc, from)?.failedFrom ?? at;
    // From there on nothing is left to try but, where one character has to be taken, its end.
    return failedFrom === at || least === 1 ? failedFrom : failedFrom - (isSecondHalf(text, failedFrom - 1) ? 2 : 1);
  }

  /** The end of the fewest characters that a span may take. */
  #leastEnd(pc: number, from: number): number {
    let at = from;
    for (let least = this.#program.code[pc + 2] ?? 0; least > 0; least--)
      at += isSecondHalf(this.#text, at + 1) ? 2 : 1;
    return at;
  }

  /** The result of {@link #run} for the instructions of a lookaround or an atomic group. */
  #inner(pc: number, at: number): number {
    const known = this.#memory?.innerEnd(pc, at);
    if (known !== undefined) return known;
    const end = this.#run(pc + WIDTH, at);
    this.#memory?.setInnerEnd(pc, at, end);
    return end;
  }

  /** Pushes the changed registers' values `before`. @returns the new top of the stack */
  #undo(top: number, before: Int32Array): number {
    let end = top;
    for (let i = 0; i < before.length; i++) {
      if (before[i] === this.#registers[i]) continue;
      if (end + 9 > stack.length) grow();
      end = pushFrame(stack, end, RESTORE, i, before[i] ?? 0);
    }
    return end;
  }

  /** The end of a repetition of the captured text here; -1 if there is none, or nothing was captured. */
  #referenceEnd(pc: number, at: number): number {
    const { code } = this.#program;
    const register = code[pc + 1] ?? 0;
    const [start = UNSET, end = UNSET] = this.#registers.subarray(register, register + 2);
    if (start === UNSET || end === UNSET) return -1;
    if ((this.#steps -= Math.abs(end - start)) < 0) this.#takeLonger();
    const captured = this.#text.slice(start, end);
    const here = this.#text.slice(at, at + captured.length);
    const isSame = code[pc] === OP.back ? here === captured : here.toLowerCase() === captured.toLowerCase();
    return isSame ? at + captured.length : -1;
  }

  /** The end of the grapheme that holds the character at `at`. */
  #graphemeEnd(at: number): number {
    let ends = this.#graphemeEnds;
    if (ends === undefined) {
      ends = this.#graphemeEnds = new Int32Array(this.#text.length);
      let from = 0;
      for (const { length } of graphemes(this.#text)) ends.fill(from + length, from, (from += length));
    }
    return ends[at] ?? at + 1;
  }

  #takeLonger(): void {
    const units = this.#text.length + LEAST_LENGTH;
    if (this.#isLast) {
      throw new RangeError(`it takes more than ${this.#maxSteps} steps a character; ${RAISED}`);
    }
    this.#isLast = true;
    const more = (this.#maxSteps - FREE_STEPS) * units;
    this.#steps += more;
    this.#granted += more;
    if (!this.#program.hasReferences) this.#memory = new RegexMemory(this.#text);
  }
}

/** Whether a match of the instructions from `pc` on may begin with a unit of ASCII, or be empty. */
function mayBegin(program: RegexProgram, pc: number, unit: number, depth = 0): boolean {
  const { code, sets, begins } = program;
  const from = (next: number): boolean => {
    const place = (next / WIDTH) * ASCII + unit;
    begins[place] ||= mayBegin(program, next, unit, depth + 1) ? YES : NO;
    return begins[place] === YES;
  };
  if (depth > MAX_DEPTH) return true;
  switch (code[pc]) {
    case OP.unit:
      return code[pc + 1] === unit;
    case OP.set:
      return sets[code[pc + 1] ?? 0]?.has(unit) === true;
    case OP.span:
    case OP.run:
      return sets[code[pc + 1] ?? 0]?.has(unit) === true || (code[pc + 2] === 0 && from(pc + WIDTH));
    case OP.split:
      return from(code[pc + 1] ?? 0) || from(code[pc + 2] ?? 0);
    case OP.jump:
      return from(code[pc + 1] ?? 0);
    case OP.save:
      return from(pc + WIDTH);
    default:
      return true;
  }
}

function pushFrame(frames: Int32Array, top: number, pc: number, at: number, more: number): number {
  frames[top] = pc;
  frames[top + 1] = at;
  frames[top + 2] = more;
  return top + 3;
}

function grow(): Int32Array {
  if (stack.length >= MAX_STACK) throw new RangeError(`it takes more than ${4 * MAX_STACK} bytes of memory`);
  const larger = new Int32Array(2 * stack.length);
  larger.set(stack);
  return (stack = larger);
}

function isSecondHalf(text: string, at: number): boolean {
  return (text.charCodeAt(at) & 0xfc00) === 0xdc00; // text is well-formed
}
