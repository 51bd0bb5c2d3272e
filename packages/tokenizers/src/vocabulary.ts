import type { Json } from "./json.ts";
import { TextTable } from "./textTable.ts";

const NONE = -1;

/** Tokens and their ids, both ways. */
export class Vocabulary {
  readonly #table = new TextTable();
  readonly #ids: number[] = []; // by number in the table
  readonly #tokens: string[] = []; // by id

  constructor(ids: Iterable<readonly [token: string, id: number]> = []) {
    for (const [token, id] of ids) this.#set(token, id);
  }

  /** Reads `{"token": id, ...}`. */
  static fromJSON(json: Json): Vocabulary {
    const object = json.object();
    const vocabulary = new Vocabulary();
    const ids = Object.values(object);
    const tokens = Object.keys(object);
    for (let i = 0; i < tokens.length; i++) {
      const token = tokens[i] ?? "";
      const id = ids[i];
      const isId = typeof id === "number" && Number.isInteger(id) && id >= 0 && id < 2 ** 31;
      vocabulary.#set(token, isId ? id : json.at(token).natural());
    }
    return vocabulary;
  }

  #set(token: string, id: number): void {
    this.#ids[this.#table.add(token)] = id;
    this.#tokens[id] = token;
  }

  get size(): number {
    return this.#ids.length;
  }

  idOf(token: string): number | undefined {
    return this.#ids[this.#table.find(token, 0, token.length)];
  }

  /** The id of what stands in `left` from `start` to `middle`, and then in `right` from `next` to `end`; -1 if there is none. */
  idOfJoined(left: string, start: number, middle: number, right: string, next: number, end: number): number {
    return this.#ids[this.#table.findJoined(left, start, middle, right, next, end)] ?? NONE;
  }

  tokenOf(id: number): string | undefined {
    return this.#tokens[id];
  }

  /** `{"token": id, ...}`, in the order of the ids. */
  toJSON(): Record<string, number> {
    const entries = this.#ids.map((id, i): [string, number] => [this.#table.texts[i] ?? "", id]);
    return Object.fromEntries(entries.sort(([, a], [, b]) => a - b));
  }
}
