import type { StoppingCriterion } from "@qkv/transformer";

/** Makes the rule that a sequence ends once one of `strings` is in what was generated. */
export function stopAt(strings: readonly string[], decode: (ids: readonly number[]) => string): StoppingCriterion {
  const longest = Math.max(...strings.map(({ length }) => length));
  return (ids, promptLength) => {
    const tail = ids.slice(Math.max(promptLength, ids.length - (4 * longest + 8))); // a character has at most four tokens
    const text = decode(tail);
    return strings.some((string) => text.includes(string));
  };
}

/** Gives a text piece by piece up to a stop string, and holds back what may be the beginning of one. */
export class StopStringFilter {
  readonly #strings: readonly string[];
  #held = "";
  #stopped = false;

  constructor(strings: readonly string[]) {
    this.#strings = strings;
  }

  /** Whether a stop string came: nothing more is given. */
  get isStopped(): boolean {
    return this.#stopped;
  }

  /** The text that is certain to stand before any stop string. */
  push(piece: string): string {
    if (this.#stopped) return "";
    const text = this.#held + piece;
    const stops = this.#strings.map((string) => text.indexOf(string)).filter((at) => at >= 0);
    this.#stopped = stops.length > 0;
    const end = this.#stopped ? Math.min(...stops) : text.length - this.#begun(text);
    this.#held = this.#stopped ? "" : text.slice(end);
    return text.slice(0, end);
  }

  /** The rest, once there is no more. */
  end(): string {
    const rest = this.#held;
    this.#held = "";
    return rest;
  }

  /** The length of the longest end of `text` that is the beginning of a stop string. */
  #begun(text: string): number {
    const most = Math.max(0, ...this.#strings.map(({ length }) => length - 1));
    for (let length = Math.min(most, text.length); length > 0; length--) {
      const end = text.slice(-length);
      if (this.#strings.some((string) => string.startsWith(end))) return length;
    }
    return 0;
  }
}
