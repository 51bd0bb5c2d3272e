import type { Budget } from "../checks/budget.ts";
import type { Segment } from "./segment.ts";
import type { Json } from "../json/configValue.ts";
import { TokenizerError } from "../checks/tokenizerError.ts";

// The cost of a part besides its tokens, in tokens: an encoding of its own.
const TOKENS_OF_PART = 64;

// The cost of a pair of existing parts.
const TOKENS_OF_PAIR = TOKENS_OF_PART / 4;

/** The `truncation` entry of a tokenizer.json. */
export interface TruncationConfig {
  readonly max_length: number;
  readonly strategy?: "LongestFirst" | "OnlyFirst" | "OnlySecond";
  readonly stride?: number;
  readonly direction?: "Right" | "Left";
}

/** Options of truncation. */
export interface TruncationOptions {
  /** The most tokens, special ones included. */
  readonly maxLength: number;
  /** The choice of the text to cut. Default: the longer one, then both to the same length. */
  readonly strategy?: "longestFirst" | "onlyFirst" | "onlySecond";
  /** The number of tokens that each further part shares with the part before it. Default 0. */
  readonly stride?: number;
  /** The end to cut off. Default right. */
  readonly direction?: "right" | "left";
}

/** Reads the `truncation` of a tokenizer.json. */
export function readTruncation(json: Json): TruncationOptions {
  const strategy = json
    .at("strategy")
    .or("LongestFirst", (name) => name.oneOf(["LongestFirst", "OnlyFirst", "OnlySecond"]));
  return {
    maxLength: json.at("max_length").natural(),
    strategy: strategy === "LongestFirst" ? "longestFirst" : strategy === "OnlyFirst" ? "onlyFirst" : "onlySecond",
    stride: json.at("stride").or(0, (stride) => stride.natural()),
    direction: readDirection(json),
  };
}

/** Reads `direction`, which older files leave out. */
export function readDirection(json: Json): "left" | "right" {
  return json.at("direction").or("Right", (name) => name.oneOf(["Left", "Right"])) === "Left" ? "left" : "right";
}

/**
 * Truncates one text or two to `room` tokens together: the kept parts first, then each pair of the parts that
 * were cut off.
 */
export function truncateSegments(
  segments: readonly Segment[],
  room: number,
  { strategy = "longestFirst", stride = 0, direction = "right" }: Omit<TruncationOptions, "maxLength">,
  budget: Budget,
): (readonly Segment[])[] {
  const lengths = segments.map(({ tokens }) => tokens.length);
  const surplus = lengths.reduce((sum, length) => sum + length, 0) - room;
  if (surplus <= 0) return [segments];
  const kept =
    strategy === "longestFirst" ? shareRoom(lengths, room) : cutOne(lengths, surplus, strategy === "onlyFirst" ? 0 : 1);
  const parts = segments.map((segment, i) => cutSegment(segment, kept[i] ?? 0, stride, direction, budget));
  const [first = [], second] = parts;
  if (second === undefined) return first.map((part) => [part]);
  budget.make(TOKENS_OF_PAIR * first.length * second.length, "truncation");
  const beside = (part: Segment): (readonly Segment[])[] => second.map((other) => [part, other]);
  const [whole, ...others] = first.map(beside);
  // The order of Hugging Face's tokenizers.
  return [...(whole?.slice(0, 1) ?? []), ...others.flat(), ...(whole?.slice(1) ?? [])];
}

/** The kept length of each text when the longer is cut first. */
function shareRoom(lengths: readonly number[], room: number): number[] {
  const [first = 0, second] = lengths;
  if (second === undefined) return [room];
  const short = Math.min(first, second);
  const half = Math.floor(room / 2);
  const shares = short > half ? [half, room - half] : [short, room - short];
  return first > second ? shares.reverse() : shares;
}

function cutOne(lengths: readonly number[], surplus: number, which: 0 | 1): number[] {
  const { [which]: length = 0 } = lengths;
  if (length <= surplus) {
    const text = which === 0 ? "first" : "second";
    throw new TokenizerError(`truncation: expected more than ${surplus} tokens in the ${text} text, got ${length}`);
  }
  return lengths.map((all, i) => (i === which ? all - surplus : all));
}

/** Splits `segment` into parts of up to `size` tokens; all but the first are overflow. */
function cutSegment(
  segment: Segment,
  size: number,
  stride: number,
  direction: "left" | "right",
  budget: Budget,
): Segment[] {
  const { length } = segment.tokens;
  if (length <= size) return [segment];
  const part = (start: number, end: number): Segment => ({ ...segment, tokens: segment.tokens.slice(start, end) });
  if (size === 0) return [part(0, 0), segment];
  if (stride >= size) throw new TokenizerError(`truncation: expected a stride below ${size}, got ${stride}`);
  const parts: Segment[] = [];
  for (let cut = 0; ; cut += size - stride) {
    budget.make(TOKENS_OF_PART + size, "truncation");
    parts.push(direction === "right" ? part(cut, cut + size) : part(Math.max(0, length - cut - size), length - cut));
    if (cut + size >= length) return parts;
  }
}
