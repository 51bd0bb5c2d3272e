import type { ConfigFields } from "./configFields.ts";

/** The special tokens of a decoder-only model. */
export interface SpecialTokens {
  readonly bosTokenId?: number;
  /** End tokens: any of them ends a text; there may be none. */
  readonly eosTokenIds: readonly number[];
  readonly padTokenId?: number;
}

/** Reads the special tokens of a `config.json`; null means none, and absent means the default. */
export function specialTokens(
  fields: ConfigFields,
  { bos, eos }: { readonly bos?: number; readonly eos?: number },
): SpecialTokens {
  const bosTokenId = fields.isNull("bos_token_id") ? undefined : (fields.optionalToken("bos_token_id") ?? bos);
  const padTokenId = fields.optionalToken("pad_token_id");
  return {
    ...(bosTokenId !== undefined && { bosTokenId }),
    eosTokenIds: fields.isNull("eos_token_id") ? [] : fields.ids("eos_token_id", eos === undefined ? [] : [eos]),
    ...(padTokenId !== undefined && { padTokenId }),
  };
}

/** Formats the special tokens as fields of a `config.json`. */
export function specialTokenFields({ bosTokenId, eosTokenIds, padTokenId }: SpecialTokens): Record<string, unknown> {
  return {
    bos_token_id: bosTokenId ?? null,
    eos_token_id: eosTokenIds.length > 1 ? eosTokenIds : (eosTokenIds[0] ?? null),
    ...(padTokenId !== undefined && { pad_token_id: padTokenId }),
  };
}
