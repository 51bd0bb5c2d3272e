import type { TokenList } from "./tokenList.ts";

/** A sequence of tokens: of a text, or of special tokens that a post-processor put around it. */
export interface Segment {
  /** The original text, or its words if it came in words; empty for special tokens. */
  readonly text: string | readonly string[];
  readonly tokens: TokenList;
  readonly typeId: number;
  readonly special: boolean;
  /** 0 for the first text, 1 for the second. */
  readonly sequence?: 0 | 1;
  readonly padding?: boolean;
}
