import { checkArray, checkRecord } from "@qkv/ops";
import { checkFields, type ConfigFields } from "./configFields.ts";

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
  defaults: { readonly bos?: number; readonly eos?: number; readonly pad?: number },
): SpecialTokens {
  checkFields("specialTokens", fields);
  checkRecord("specialTokens", "defaults", defaults);
  const { bos, eos, pad } = defaults;
  const bosTokenId = fields.isNull("bos_token_id") ? undefined : (fields.optionalToken("bos_token_id") ?? bos);
  const hasPad = fields.has("pad_token_id") || fields.isNull("pad_token_id");
  const padTokenId = hasPad ? fields.optionalToken("pad_token_id") : pad;
  return {
    ...(bosTokenId !== undefined && { bosTokenId }),
    eosTokenIds: fields.isNull("eos_token_id") ? [] : fields.ids("eos_token_id", eos === undefined ? [] : [eos]),
    ...(padTokenId !== undefined && { padTokenId }),
  };
}

/** Formats the special tokens as fields of a `config.json`. */
export function specialTokenFields(config: SpecialTokens): Record<string, unknown> {
  checkRecord("specialTokenFields", "config", config);
  const { bosTokenId, eosTokenIds, padTokenId } = config;
  checkArray("specialTokenFields", "eosTokenIds", eosTokenIds);
  return {
    bos_token_id: bosTokenId ?? null,
    eos_token_id: eosTokenIds.length > 1 ? eosTokenIds : (eosTokenIds[0] ?? null),
    ...(padTokenId !== undefined && { pad_token_id: padTokenId }),
  };
}
