import type { Grammar, Rule } from "./grammar.ts";

/** Where a rule goes on once it is through. */
interface Frame {
  readonly id: number;
  readonly to: number;
  readonly below: Frame | undefined;
}

/** A place in the grammar, with what it goes on to. */
interface Place {
  readonly state: number;
  readonly frame: Frame | undefined;
}

/** All places in a grammar where a text may be. */
export interface ByteState {
  readonly places: readonly Place[];
  /** Whether the text may end here. */
  readonly accepts: boolean;
  /** Whether it may go on. */
  readonly goesOn: boolean;
  /** How many characters may follow in a string that need no escape. */
  readonly room: number;
  /** The state after each byte; null: the byte may not come, undefined: not computed yet. */
  readonly next: (ByteState | null | undefined)[];
}

/** The states of a text of a grammar, byte by byte, each computed when it is first reached. */
export class ByteStates {
  readonly start: ByteState;
  readonly #grammar: Grammar;
  readonly #productive: Uint8Array;
  readonly #isSpelled: (byte: number) => boolean;
  readonly #frames = new Map<string, Frame>();
  readonly #states = new Map<string, ByteState>();

  /** @param isSpelled whether a byte can come at all */
  constructor(grammar: Grammar, root: Rule, isSpelled: (byte: number) => boolean) {
    this.#grammar = grammar;
    this.#isSpelled = isSpelled;
    this.#productive = grammar.productive(isSpelled);
    this.start = this.#closure([{ state: root.start, frame: undefined }]);
  }

  /** The state after a byte; null where it may not come. */
  step(from: ByteState, byte: number): ByteState | null {
    const known = from.next[byte];
    if (known !== undefined) return known;
    const reached: Place[] = [];
    if (this.#isSpelled(byte)) {
      for (const { state, frame } of from.places) {
        for (const { low, high, to } of this.#grammar.at(state).bytes) {
          if (byte >= low && byte <= high && this.#productive[to] === 1) reached.push({ state: to, frame });
        }
      }
    }
    const next = reached.length === 0 ? null : this.#closure(reached);
    from.next[byte] = next;
    return next;
  }

  /** All places that are reached from some by no byte. */
  #closure(from: readonly Place[]): ByteState {
    const open = [...from];
    const seen = new Set<string>();
    const places = new Map<string, Place>();
    let [accepts, room] = [false, 0];
    for (let place = open.pop(); place !== undefined; place = open.pop()) {
      const { state, frame } = place;
      const key = `${state}:${frame?.id ?? ""}`;
      if (seen.has(key) || this.#productive[state] !== 1) continue;
      seen.add(key);
      const { bytes, empty, rules, isFinal, room: here } = this.#grammar.at(state);
      if (isFinal && frame === undefined) accepts = true;
      if (isFinal && frame !== undefined) open.push({ state: frame.to, frame: frame.below });
      room = Math.max(room, here);
      for (const to of empty) open.push({ state: to, frame });
      for (const { rule, to } of rules) {
        if (this.#productive[to] === 1) open.push({ state: rule.start, frame: this.#frame(to, frame) });
      }
      if (bytes.length > 0) places.set(key, place);
    }
    const name = `${[...places.keys()].sort().join(" ")}${accepts ? " end" : ""}/${room}`;
    const known = this.#states.get(name);
    if (known !== undefined) return known;
    const all = [...places.values()];
    const made: ByteState = { places: all, accepts, room, goesOn: all.length > 0, next: new Array<undefined>(256) };
    this.#states.set(name, made);
    return made;
  }

  /** What a rule goes on to. The end of another rule is passed over, so that a rule may end in itself. */
  #frame(to: number, below: Frame | undefined): Frame | undefined {
    if (this.#grammar.at(to).isFinal) return below;
    const key = `${to}:${below?.id ?? ""}`;
    const known = this.#frames.get(key);
    if (known !== undefined) return known;
    const made = { id: this.#frames.size, to, below };
    this.#frames.set(key, made);
    return made;
  }
}
