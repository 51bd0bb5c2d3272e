import { type Json, MAX_ID } from "../json/configValue.ts";
import type { JsonScanner } from "../json/jsonScanner.ts";
import { TextTable } from "../text/textTable.ts";
import { unitsOf } from "../text/utf16.ts";

/** Vocabulary: tokens and their ids, both ways. */
export class Vocabulary {
  readonly #table = new TextTable();
  readonly #ids: number[] = []; // by number in the table
  readonly #numbers: number[] = []; // by id: the number in the table

  constructor(ids: Iterable<readonly [token: string, id: number]> = []) {
    for (const [token, id] of ids) this.#set(token, id);
  }

  /** Reads `{"token": id, ...}`. */
  static fromJSON(json: Json): Vocabulary {
    if (json.value instanceof Vocabulary) return json.value;
    const object = json.object();
    const vocabulary = new Vocabulary();
    const ids = Object.values(object);
    const tokens = Object.keys(object);
    for (let i = 0; i < tokens.length; i++) {
      const token = tokens[i] ?? "";
      const id = ids[i];
      const isId = typeof id === "number" && Number.isInteger(id) && id >= 0 && id <= MAX_ID;
      vocabulary.#set(token, isId ? id : json.at(token).id());
    }
    return vocabulary;
  }

  /** Reads JSON text; undefined if it has not the plain form, or has a token or an id twice. */
  static scan(scanner: JsonScanner): Vocabulary | undefined {
    const vocabulary = new Vocabulary();
    const isPlain = scanner.members((length) => {
      const id = scanner.natural();
      return id >= 0 && id <= MAX_ID && vocabulary.#addNew(id, scanner.units, length);
    });
    return isPlain ? vocabulary : undefined;
  }

  #addNew(id: number, units: Uint16Array, length: number): boolean {
    const number = this.#table.add(units, 0, length);
    if (number < this.#ids.length || this.#numbers[id] !== undefined) return false;
    this.#ids.push(id);
    this.#numbers[id] = number;
    return true;
  }

  #set(token: string, id: number): void {
    const number = this.#table.add(unitsOf(token), 0, token.length);
    this.#ids[number] = id;
    this.#numbers[id] = number;
  }

  get size(): number {
    return this.#ids.length;
  }

  idOf(token: string): number | undefined {
    return this.#ids[this.#table.find(token)];
  }

  /** The id of the token `units` from `start` to `end`; -1 if there is none. */
  idOfUnits(units: Uint16Array, start: number, end: number): number {
    const number = this.#table.findUnits(units, start, end);
    return number < 0 ? -1 : (this.#ids[number] ?? -1);
  }

  /** The length of the longest token, in UTF-16 units. */
  get longest(): number {
    return this.#table.longest;
  }

  /** The end of the longest token at the beginning of `text`, of at least `least` units; undefined if there is none. */
  longestBeginning(text: string, least: number): number | undefined {
    const end = this.#table.longestBeginning(unitsOf(text), text.length, least);
    return end < 0 ? undefined : end;
  }

  tokenOf(id: number): string | undefined {
    const number = this.#numbers[id];
    return number === undefined ? undefined : this.#table.textOf(number);
  }

  /** Formats `{"token": id, ...}`, in the order of the ids. */
  toJSON(): Record<string, number> {
    const entries = this.#ids.map((id, i): [string, number] => [this.#table.textOf(i), id]);
    return Object.fromEntries(entries.sort(([, a], [, b]) => a - b));
  }
}
