import { AlignedBuilder, type AlignedText } from "../text/alignedText.ts";
import type { Budget } from "../checks/budget.ts";
import { utf8Length } from "../text/byteMap.ts";
import { bytesOf } from "../text/byteTokens.ts";
import { applyEdits, type Edit, unitsAt } from "../text/edits.ts";
import { graphemes, PLAIN_CHAR } from "../text/graphemes.ts";
import type { Json } from "../json/configValue.ts";
import type { Normalizer } from "../components/normalizer.ts";
import { TokenizerError } from "../checks/tokenizerError.ts";

const ASK = 0;
const HARD = 1;
const STAYS = 2;
const BECOMES = 3; // another character of one UTF-16 unit

// 64: eight times the longest key of SentencePiece's own maps. A file's trie may have cycles.
const LONGEST_KEY = 64;

// 4096 bytes of a character's replacement: SentencePiece's own maps have up to 33. Each is read anew.
const LONGEST_TEXT = 4096;

/**
 * SentencePiece's compiled character map: a double-array trie (darts-clone) from UTF-8 to places in a
 * block of texts that each end in a zero byte
 * (https://github.com/google/sentencepiece/blob/v0.2.0/src/normalizer.cc, DecodePrecompiledCharsMap).
 */
export class Precompiled {
  readonly #path: string;
  readonly #units: Uint32Array;
  readonly #texts: Uint8Array;
  readonly #known = new Map<string, string | undefined>();
  // Of the basic plane, for characters that make a grapheme beside others of their kind (else HARD): their result.
  readonly #kinds = new Uint8Array(0x10000).fill(ASK);
  readonly #becomes = new Map<number, string>();

  constructor(bytes: Uint8Array, path: string) {
    const size = bytes.length < 4 ? -1 : new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
    if (size < 4 || size % 4 !== 0 || 4 + size > bytes.length) {
      throw new TokenizerError(
        `${path}.precompiled_charsmap: expected a trie and its texts, got ${bytes.length} other bytes`,
      );
    }
    this.#path = path;
    const view = new DataView(bytes.buffer, bytes.byteOffset + 4, size);
    this.#units = Uint32Array.from({ length: size / 4 }, (_, i) => view.getUint32(4 * i, true));
    this.#texts = bytes.subarray(4 + size);
  }

  static fromBase64(base64: string, path: string): Precompiled {
    let binary: string;
    try {
      binary = atob(base64);
    } catch {
      throw new TokenizerError(`${path}.precompiled_charsmap: expected base64`);
    }
    return new Precompiled(
      Uint8Array.from(binary, (char) => char.charCodeAt(0)),
      path,
    );
  }

  /** Replaces each grapheme of `source`, or else each of its characters, by the map. */
  normalize(source: AlignedText, budget: Budget): AlignedText {
    const simple = this.#mapUnits(source.text);
    if (simple !== undefined) return simple === source.text ? source : source.withText(simple);
    const edits: Edit[] = [];
    let changed = false;
    const replace = (part: string): boolean => {
      const text = this.#find(part);
      if (text === undefined) return false;
      budget.make(text.length, this.#path);
      pushReplacement(edits, part, text);
      changed = true;
      return true;
    };
    for (const grapheme of graphemes(source.text)) {
      // Graphemes of more bytes are never looked up whole: Hugging Face's limit.
      if (grapheme.length === 1 && this.#kindOf(grapheme.charCodeAt(0)) !== HARD) {
        edits.push({ char: this.#becomes.get(grapheme.charCodeAt(0)) ?? grapheme, change: 0 });
        changed ||= this.#becomes.has(grapheme.charCodeAt(0));
        continue;
      }
      if (grapheme.length < 6 && utf8Length(grapheme) < 6 && replace(grapheme)) continue;
      for (const char of grapheme) {
        if (!replace(char)) edits.push({ char, change: 0 });
      }
    }
    return changed ? applyEdits(source, edits) : source;
  }

  /** Replaces the longest known text at each place of `source` by the map. */
  normalizeLongest(source: AlignedText, budget: Budget): AlignedText {
    const { text } = source;
    const builder = new AlignedBuilder();
    let changed = false;
    for (let i = 0; i < text.length;) {
      const found = this.#prefix(text, i, "longest");
      const end = found?.end ?? i + unitsAt(text, i);
      if (found !== undefined) budget.make(found.text.length, this.#path);
      if (found === undefined) builder.copy(source, i, end);
      else for (const char of found.text) builder.push(char, source.startOf(i), source.endOf(end - 1));
      changed ||= found !== undefined;
      i = end;
    }
    return changed ? builder.build(source.origin) : source;
  }

  /** Maps a text whose characters each are a grapheme and stay of one unit; undefined for others. */
  #mapUnits(text: string): string | undefined {
    let mapped = "";
    let last = 0;
    for (let i = 0; i < text.length; i++) {
      const kind = this.#kindOf(text.charCodeAt(i));
      if (kind === HARD) return undefined;
      if (kind === STAYS) continue;
      mapped += text.slice(last, i) + (this.#becomes.get(text.charCodeAt(i)) ?? "");
      last = i + 1;
    }
    return mapped + text.slice(last);
  }

  #kindOf(unit: number): number {
    const known = this.#kinds[unit];
    if (known !== ASK) return known ?? HARD;
    const char = String.fromCharCode(unit);
    const found = PLAIN_CHAR.test(char) ? this.#lookUp(char) : undefined;
    if (found?.length === 1 && !/\p{Surrogate}/u.test(found)) this.#becomes.set(unit, found);
    const stays = found === undefined && PLAIN_CHAR.test(char);
    return (this.#kinds[unit] = stays ? STAYS : this.#becomes.has(unit) ? BECOMES : HARD);
  }

  #find(part: string): string | undefined {
    if (this.#known.has(part)) return this.#known.get(part);
    const text = this.#lookUp(part);
    if (this.#known.size > 50_000) this.#known.clear();
    this.#known.set(part, text);
    return text;
  }

  /** The replacement of the shortest beginning of `part` in the trie. */
  #lookUp(part: string): string | undefined {
    return this.#prefix(part, 0, "shortest")?.text;
  }

  /** The replacement of a beginning of `text` after `start` in the trie, and its end. */
  #prefix(
    text: string,
    start: number,
    which: "shortest" | "longest",
  ): { readonly text: string; readonly end: number } | undefined {
    const units = this.#units;
    let node = childrenOf(units[0] ?? 0);
    let place: number | undefined;
    let end = start;
    const last = Math.min(text.length, start + LONGEST_KEY);
    walk: for (let i = start; i < last && (which === "longest" || place === undefined);) {
      const char = text.slice(i, i + unitsAt(text, i));
      i += char.length;
      let unit = 0;
      for (const byte of bytesOf(char)) {
        node = (node ^ byte) >>> 0;
        unit = units[node] ?? 0;
        if (byte === 0 || node >= units.length || (unit & 0x800000ff) >>> 0 !== byte) break walk;
        node = (node ^ childrenOf(unit)) >>> 0;
      }
      if ((unit & 0x100) !== 0) [place, end] = [(units[node] ?? 0) & 0x7fffffff, i];
    }
    return place === undefined ? undefined : { text: this.#textAt(place), end };
  }

  #textAt(start: number): string {
    const longest = this.#texts.subarray(start, start + LONGEST_TEXT);
    const end = longest.indexOf(0);
    if (end < 0 && longest.length === LONGEST_TEXT) {
      throw new TokenizerError(`${this.#path}.precompiled_charsmap: expected texts of less than ${LONGEST_TEXT} bytes`);
    }
    return new TextDecoder("utf-8", { ignoreBOM: true }).decode(longest.subarray(0, end < 0 ? undefined : end));
  }
}

/** The offset of a unit's children, as an exclusive or. */
function childrenOf(unit: number): number {
  return ((unit >>> 10) << ((unit & 0x200) >>> 6)) >>> 0;
}

/** Replaces the characters of `part` with those of `text`, one by one as far as they go. */
function pushReplacement(edits: Edit[], part: string, text: string): void {
  const chars = [...text];
  const surplus = chars.length - [...part].length;
  chars.forEach((char, i) => edits.push({ char, change: i >= chars.length - surplus ? 1 : 0 }));
  const last = edits.pop();
  if (last !== undefined) edits.push(surplus < 0 ? { ...last, change: last.change + surplus } : last);
}

/** Creates the normalizer of a Precompiled configuration. */
export function createPrecompiled(config: Json): Normalizer {
  const charsMap = config.at("precompiled_charsmap").stringOr("");
  if (charsMap === "") return (text) => text;
  const precompiled = Precompiled.fromBase64(charsMap, config.path);
  // As in SentencePiece itself; Hugging Face's tokenizers look up graphemes.
  if (config.at("longest_match").booleanOr(false)) return (text, budget) => precompiled.normalizeLongest(text, budget);
  return (text, budget) => precompiled.normalize(text, budget);
}
