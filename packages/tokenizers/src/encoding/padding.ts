import type { Segment } from "./segment.ts";
import type { Json } from "../json/configValue.ts";
import { TokenList } from "./tokenList.ts";
import { readDirection } from "./truncation.ts";

/** The `padding` entry of a tokenizer.json. */
export interface PaddingConfig {
  readonly strategy: "BatchLongest" | { readonly Fixed: number };
  readonly direction?: "Right" | "Left";
  readonly pad_to_multiple_of?: number | null;
  readonly pad_id: number;
  readonly pad_type_id: number;
  readonly pad_token: string;
}

/** Options of padding. */
export interface PaddingOptions {
  /** The length in tokens. Default: that of the longest of a batch. */
  readonly length?: number | "longest";
  /** The length is rounded up to a multiple of this. Default 1. */
  readonly multipleOf?: number;
  /** The side of the padding. Default right. */
  readonly direction?: "right" | "left";
  /** Default 0. */
  readonly padId?: number;
  /** Default 0. */
  readonly padTypeId?: number;
  /** Default `[PAD]`. */
  readonly padToken?: string;
}

// 2^17: as long as models take; more would exhaust the machine's memory.
const MAX_LENGTH = 2 ** 17;

/** Reads the `padding` of a tokenizer.json. */
export function readPadding(json: Json): PaddingOptions {
  const strategy = json.at("strategy");
  const length = (value: Json): number => {
    if (value.natural() > MAX_LENGTH) throw value.expected(`at most ${MAX_LENGTH}`);
    return value.natural();
  };
  return {
    length: strategy.value === "BatchLongest" ? "longest" : length(strategy.at("Fixed")),
    multipleOf: json.at("pad_to_multiple_of").or(1, length),
    direction: readDirection(json),
    padId: json.at("pad_id").id(),
    padTypeId: json.at("pad_type_id").or(0, (id) => id.natural()),
    padToken: json.at("pad_token").string(),
  };
}

/** The length that encodings of these lengths are padded to. */
export function paddedLength(
  lengths: readonly number[],
  { length = "longest", multipleOf = 1 }: PaddingOptions,
): number {
  const wanted = length === "longest" ? lengths.reduce((most, each) => Math.max(most, each), 0) : length;
  return multipleOf > 1 ? Math.ceil(wanted / multipleOf) * multipleOf : wanted;
}

/** Adds `count` tokens of padding to `segments`. */
export function padSegments(segments: readonly Segment[], count: number, options: PaddingOptions): readonly Segment[] {
  if (count <= 0) return segments;
  const { direction = "right", padId = 0, padTypeId = 0, padToken = "[PAD]" } = options;
  const tokens = new TokenList();
  for (let i = 0; i < count; i++) tokens.push(padId, 0, 0, -1, padToken);
  const padding: Segment = { text: "", tokens, typeId: padTypeId, special: true, padding: true };
  return direction === "left" ? [padding, ...segments] : [...segments, padding];
}
