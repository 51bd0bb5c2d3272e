import type { MetadataFields } from "./header/metadataFields.ts";

/** A vocabulary as the file has it: tokens in the order of their ids, with types. */
export interface GgufVocabulary {
  readonly tokens: readonly string[];
  readonly types: readonly number[];
}

/** The types of tokens, by llama.cpp's numbers. */
export const TOKEN_TYPES = { normal: 1, unknown: 2, control: 3, user: 4, unused: 5, byte: 6 } as const;

const KEY = "tokenizer.ggml.";

/** Reads the vocabulary. @throws PretrainedError if it has a token twice, or types for other than its tokens */
export function vocabularyOf(fields: MetadataFields): GgufVocabulary {
  const tokens = fields.strings(`${KEY}tokens`) ?? fields.fail(`${KEY}tokens`, "a list of texts", "nothing");
  const types = fields.numbers(`${KEY}token_type`) ?? tokens.map(() => TOKEN_TYPES.normal);
  if (types.length !== tokens.length) {
    fields.fail(`${KEY}token_type`, `${tokens.length} numbers, one a token`, `${types.length}`);
  }
  const seen = new Map<string, number>();
  for (const [id, token] of tokens.entries()) {
    const other = seen.get(token);
    if (other !== undefined)
      fields.fail(`${KEY}tokens`, "every token once", `${JSON.stringify(token)} at ${other} and ${id}`);
    seen.set(token, id);
  }
  return { tokens, types };
}

/** Ids by token, without those that only fill the vocabulary up. */
export function idsOf({ tokens, types }: GgufVocabulary): Record<string, number> {
  const entries = tokens.flatMap((token, id) => (types[id] === TOKEN_TYPES.unused ? [] : [[token, id] as const]));
  return Object.fromEntries(entries);
}
