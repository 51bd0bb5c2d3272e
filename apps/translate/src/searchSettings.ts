import type { Translator } from "@qkv/pretrained";

/** How a text is searched for. */
export interface SearchSettings {
  readonly numBeams: number;
  readonly lengthPenalty: number;
}

/** The beams of a model whose folder does not say how many it was made for: those of the program. */
const DEFAULT_BEAMS = 4;

/** What a model's folder says of the search. */
export function searchSettings({ options: { generation } }: Pick<Translator, "options">): SearchSettings {
  return { numBeams: generation?.numBeams ?? DEFAULT_BEAMS, lengthPenalty: generation?.lengthPenalty ?? 1 };
}
