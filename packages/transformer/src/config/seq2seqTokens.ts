import { checkRecord } from "@qkv/ops";
import { checkFields, type ConfigFields } from "./configFields.ts";

/** Where a target starts and ends, in the config of an encoder-decoder. */
export interface Seq2SeqTokens {
  readonly padTokenId: number;
  /** The first of the tokens that end a text. */
  readonly eosTokenId: number;
  /** All of them, where there are several or none. */
  readonly eosTokenIds?: readonly number[];
  readonly decoderStartTokenId: number;
  readonly forcedEosTokenId?: number | readonly number[];
  /** The longest target, start token included. Absent: 20 new tokens, as in generation. */
  readonly maxLength?: number;
  readonly badWordsIds?: readonly (readonly number[])[];
}

/** What a type has where a `config.json` says nothing. */
export interface Seq2SeqTokenDefaults {
  readonly pad: number;
  readonly eos: number;
  /** Default the padding token. */
  readonly start?: number;
  /** Default none. */
  readonly forcedEos?: number;
}

/** Reads the tokens of a `config.json`; null means none, and absent means the default. */
export function seq2seqTokens(fields: ConfigFields, defaults: Seq2SeqTokenDefaults): Seq2SeqTokens {
  checkFields("seq2seqTokens", fields);
  checkRecord("seq2seqTokens", "defaults", defaults);
  const { forcedEos } = defaults;
  const eos = fields.isNull("eos_token_id") ? [] : fields.ids("eos_token_id", [defaults.eos]);
  const forced = fields.isNull("forced_eos_token_id")
    ? []
    : fields.ids("forced_eos_token_id", forcedEos === undefined ? [] : [forcedEos]);
  const maxLength = fields.optionalInteger("max_length");
  const badWordsIds = fields.optionalIdLists("bad_words_ids");
  const padTokenId = fields.integer("pad_token_id", defaults.pad);
  return {
    padTokenId,
    eosTokenId: eos[0] ?? 0,
    ...(eos.length !== 1 && { eosTokenIds: eos }),
    decoderStartTokenId: fields.integer("decoder_start_token_id", defaults.start ?? padTokenId),
    ...(forced.length > 0 && { forcedEosTokenId: forced.length === 1 ? (forced[0] as number) : forced }),
    ...(maxLength !== undefined && { maxLength }),
    ...(badWordsIds !== undefined && { badWordsIds }),
  };
}

/** Formats the tokens that `config.json` has. */
export function seq2seqTokenFields(config: Seq2SeqTokens): Record<string, unknown> {
  checkRecord("seq2seqTokenFields", "config", config);
  const { padTokenId, eosTokenId, eosTokenIds = [eosTokenId], decoderStartTokenId } = config;
  return {
    pad_token_id: padTokenId,
    eos_token_id: eosTokenIds.length > 1 ? eosTokenIds : (eosTokenIds[0] ?? null),
    decoder_start_token_id: decoderStartTokenId,
  };
}

/** Formats all of it, as `generation_config.json` has it. */
export function seq2seqGenerationFields(config: Seq2SeqTokens): Record<string, unknown> {
  checkRecord("seq2seqGenerationFields", "config", config);
  const { forcedEosTokenId, badWordsIds, maxLength } = config;
  return {
    ...seq2seqTokenFields(config),
    ...(forcedEosTokenId !== undefined && { forced_eos_token_id: forcedEosTokenId }),
    ...(badWordsIds !== undefined && { bad_words_ids: badWordsIds }),
    ...(maxLength !== undefined && { max_length: maxLength }),
  };
}
