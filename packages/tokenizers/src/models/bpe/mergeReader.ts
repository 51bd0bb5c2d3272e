import { Json } from "../../json/configValue.ts";
import type { JsonScanner } from "../../json/jsonScanner.ts";
import { TokenizerError } from "../../checks/tokenizerError.ts";
import { larger, unitsOf } from "../../text/utf16.ts";
import type { Vocabulary } from "../vocabulary.ts";

const SPACE = 0x20;

/** Reader of merges, `["a b", ...]` or `[["a", "b"], ...]`, as ids, three for each: left token, right token, result. */
export class MergeReader {
  readonly #vocabulary: Vocabulary;
  readonly #prefixLength: number; // of the prefix of a token within a word, which a merge leaves out
  #ids = new Int32Array(3 * 1024);
  #length = 0;

  constructor(vocabulary: Vocabulary, prefixLength = 0) {
    this.#vocabulary = vocabulary;
    this.#prefixLength = prefixLength;
  }

  /** The ids of the merges read. */
  get ids(): Int32Array {
    return this.#ids.slice(0, this.#length);
  }

  /** Reads JSON text; returns whether it has one of the two forms, and the vocabulary all tokens. */
  scan(scanner: JsonScanner): boolean {
    return scanner.items(() => {
      if (!scanner.take("[")) {
        const end = scanner.string();
        return this.#addSpaced(scanner.units, end);
      }
      const middle = scanner.string();
      if (middle < 0 || !scanner.take(",")) return false;
      const end = scanner.string(middle);
      return end >= 0 && scanner.take("]") && this.#add(scanner.units, middle, end);
    });
  }

  /** Reads parsed JSON, or throws an error that names the fault. */
  read(json: Json): void {
    for (const [i, merge] of json.array().entries()) {
      const parts: unknown = typeof merge === "string" ? merge.split(" ") : merge;
      const [left, right, ...more]: readonly unknown[] = Array.isArray(parts) ? parts : [];
      const path = `${json.path}[${i}]`;
      if (typeof left !== "string" || typeof right !== "string" || more.length > 0) {
        throw new Json(merge, path).expected("two tokens");
      }
      const both = left + right;
      if (this.#add(unitsOf(both), left.length, both.length)) continue;
      const tokens = [left, right, left + right.slice(this.#prefixLength)];
      const unknown = tokens.find((token) => this.#vocabulary.idOf(token) === undefined);
      throw new TokenizerError(`${path}: ${JSON.stringify(unknown)} is not in the vocabulary`);
    }
  }

  /** Adds two tokens with one space between them. */
  #addSpaced(units: Uint16Array, end: number): boolean {
    let middle = -1;
    for (let i = 0; i < end; i++) {
      if (middle >= 0) units[i - 1] = units[i] ?? 0;
      if (units[i] !== SPACE) continue;
      if (middle >= 0) return false;
      middle = i;
    }
    return middle >= 0 && this.#add(units, middle, end - 1);
  }

  /** Adds the tokens in `units` up to `middle` and up to `end`; returns whether the vocabulary has all three. */
  #add(units: Uint16Array, middle: number, end: number): boolean {
    const left = this.#vocabulary.idOfUnits(units, 0, middle);
    const right = this.#vocabulary.idOfUnits(units, middle, end);
    if (this.#prefixLength > 0) units.copyWithin(middle, Math.min(end, middle + this.#prefixLength), end);
    const result = this.#vocabulary.idOfUnits(units, 0, Math.max(middle, end - this.#prefixLength));
    if (left < 0 || right < 0 || result < 0) return false;
    if (this.#length === this.#ids.length) this.#ids = larger(this.#ids);
    this.#ids[this.#length++] = left;
    this.#ids[this.#length++] = right;
    this.#ids[this.#length++] = result;
    return true;
  }
}
