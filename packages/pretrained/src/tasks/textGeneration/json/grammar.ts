/** A range of bytes that leads on. */
export interface ByteEdge {
  readonly low: number;
  readonly high: number;
  readonly to: number;
}

/** A rule that is gone through before it goes on at `to`. */
export interface RuleEdge {
  readonly rule: Rule;
  readonly to: number;
}

/** A part of a grammar with one way in and one way out; the latter leads nowhere by itself. */
export interface Rule {
  readonly start: number;
  readonly final: number;
}

/** One state of a grammar, and where it leads. */
export interface GrammarState {
  readonly bytes: ByteEdge[];
  /** States that are reached by nothing. */
  readonly empty: number[];
  readonly rules: RuleEdge[];
  isFinal: boolean;
  /** How many characters may follow in a string that need no escape; 0 outside strings. */
  room: number;
}

/** A grammar of bytes as a recursive transition network: states, edges of bytes, and edges that go through a rule. */
export class Grammar {
  readonly states: GrammarState[] = [];

  state(): number {
    this.states.push({ bytes: [], empty: [], rules: [], isFinal: false, room: 0 });
    return this.states.length - 1;
  }

  /** A rule without edges yet. */
  rule(): Rule {
    const rule = { start: this.state(), final: this.state() };
    this.at(rule.final).isFinal = true;
    return rule;
  }

  at(state: number): GrammarState {
    return this.states[state] as GrammarState;
  }

  byte(from: number, low: number, high: number, to: number): void {
    this.at(from).bytes.push({ low, high, to });
  }

  empty(from: number, to: number): void {
    this.at(from).empty.push(to);
  }

  through(from: number, rule: Rule, to: number): void {
    this.at(from).rules.push({ rule, to });
  }

  /** Leads from one state to another by the bytes of a text. */
  text(from: number, text: string, to: number): void {
    const bytes = new TextEncoder().encode(text);
    let at = from;
    for (const [i, byte] of bytes.entries()) {
      const next = i === bytes.length - 1 ? to : this.state();
      this.byte(at, byte, byte, next);
      at = next;
    }
    if (bytes.length === 0) this.empty(from, to);
  }

  /**
   * Which states lead to the end of their rule.
   *
   * @param isSpelled whether a byte can come at all
   */
  productive(isSpelled: (byte: number) => boolean): Uint8Array {
    const leads = Uint8Array.from(this.states, ({ isFinal }) => (isFinal ? 1 : 0));
    const spelled = Uint8Array.from({ length: 256 }, (_, byte) => (isSpelled(byte) ? 1 : 0));
    const isOpen = ({ low, high, to }: ByteEdge) => leads[to] === 1 && spelled.subarray(low, high + 1).includes(1);
    for (let changed = true; changed;) {
      changed = false;
      for (let at = this.states.length - 1; at >= 0; at--) {
        if (leads[at] === 1) continue;
        const { bytes, empty, rules } = this.at(at);
        const goesOn =
          bytes.some(isOpen) ||
          empty.some((to) => leads[to] === 1) ||
          rules.some(({ rule, to }) => leads[to] === 1 && leads[rule.start] === 1);
        if (goesOn) [leads[at], changed] = [1, true];
      }
    }
    return leads;
  }
}
