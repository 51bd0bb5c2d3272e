import type { DecoderConfig } from "../decoders/createDecoder.ts";
import type { Json } from "../json/configValue.ts";
import type { NormalizerConfig } from "../normalizers/createNormalizer.ts";
import type { PostProcessorConfig } from "../postProcessors/createPostProcessor.ts";
import { templateProcessing } from "../postProcessors/template.ts";
import type { PreTokenizerConfig } from "../preTokenizers/createPreTokenizer.ts";
import type { TokenFlags } from "./sideFiles.ts";

/** The pipeline of a class around a vocabulary, which replaces that of a tokenizer.json. */
export interface ClassPipeline {
  readonly normalizer: NormalizerConfig | null;
  readonly pre_tokenizer: PreTokenizerConfig | null;
  readonly decoder: DecoderConfig;
  /** Fields of the model besides its vocabulary and merges. */
  readonly model: Readonly<Record<string, unknown>>;
}

/**
 * The text and the id of a special token by its field, `cls_token`, or by itself, `<|startoftranscript|>`, `en_XX`.
 *
 * @param place which id, if the vocabulary has the text twice. Default last
 */
export type SpecialTokenOf = (field: string, place?: "first" | "last") => readonly [text: string, id: number];

/** A class of transformers that rebuilds its tokenizer from a vocabulary and fields of tokenizer_config.json. */
export interface TokenizerClass {
  readonly model: "BPE" | "Unigram" | "WordPiece";
  /** The default special tokens. */
  readonly special: Readonly<Record<string, string>>;
  /** @param charsMap base64 of SentencePiece's map of characters, if the tokenizer.json has one */
  readonly pipeline: (config: Json, special: SpecialTokenOf, charsMap: string | undefined) => ClassPipeline;
  /** The post-processor, if the class does not use the given one, such as a tokenizer.json's. */
  readonly postProcessor?: (config: Json, special: SpecialTokenOf, given: PostProcessorConfig | null) => PostProcessorConfig; // prettier-ignore
  /** Whether the post-processor of a tokenizer.json is ignored. */
  readonly forgetsPostProcessor?: boolean;
  /**
   * Whether all special tokens are special, unnamed ones too, and lose the flags that the files give them, such as `lstrip`;
   * `texts`: those lose none that have some.
   */
  readonly plainSpecials?: boolean | "texts";
  /** Whether the class reads a tokenizer.json alone, not the files of older versions. */
  readonly isOfWholeFiles?: boolean;
  /** Tokens of which the vocabulary must have one: transformers makes another vocabulary of one without. */
  readonly oneOf?: readonly string[];
  /** The flags of a special token by its field, where the files have its text alone. Default none. */
  readonly flags?: (field: string) => Partial<TokenFlags>;
  /** Unnamed special tokens if tokenizer_config.json lists none, made from those of special_tokens_map.json. */
  readonly additional?: (config: Json, given?: readonly TokenFlags[]) => readonly TokenFlags[];
}

/** The model of a byte-level BPE. */
export const BYTE_LEVEL_BPE = { unk_token: null, fuse_unk: false, byte_fallback: false };

/** A byte-level pre-tokenizer or decoder. */
export function byteLevel(add_prefix_space: boolean, use_regex: boolean) {
  return { type: "ByteLevel", add_prefix_space, trim_offsets: true, use_regex } as const;
}

/** GPT-2's pipeline behind a normalizer. */
export function byteLevelPipeline(config: Json, normalizer: NormalizerConfig | null): ClassPipeline {
  return {
    normalizer,
    pre_tokenizer: byteLevel(config.at("add_prefix_space").booleanOr(false), true),
    decoder: byteLevel(true, true),
    model: BYTE_LEVEL_BPE,
  };
}

/** Where spaces are put before a text. */
export type PrependScheme = "always" | "never";

/** Where a space goes before a text: `add_prefix_space`. */
export function prefixScheme(config: Json): PrependScheme {
  return config.at("add_prefix_space").booleanOr(true) ? "always" : "never";
}

/** SentencePiece's words, split at white space. */
export function metaspacePipeline(
  normalizer: NormalizerConfig | null,
  prepend_scheme: PrependScheme,
  unk_id: number,
): ClassPipeline {
  const metaspace = { type: "Metaspace", replacement: "▁", prepend_scheme, split: true } as const;
  return {
    normalizer,
    pre_tokenizer: { type: "Sequence", pretokenizers: [{ type: "WhitespaceSplit" }, metaspace] },
    decoder: metaspace,
    model: { unk_id, byte_fallback: false },
  };
}

/** SentencePiece's normalizer by its map of characters. */
export function precompiled(charsMap: string | undefined): NormalizerConfig | null {
  return charsMap === undefined ? null : { type: "Precompiled", precompiled_charsmap: charsMap };
}

/** BERT's template. */
export function pairTemplate(
  [cls, clsId]: readonly [string, number],
  [sep, sepId]: readonly [string, number],
): PostProcessorConfig {
  return templateProcessing({
    single: `${cls} $A ${sep}`,
    pair: `${cls} $A ${sep} $B:1 ${sep}:1`,
    specialTokens: { [cls]: clsId, [sep]: sepId },
  });
}

/** SentencePiece's words, with white space as it is: as converters write them. */
export function spacedPipeline(normalizer: NormalizerConfig | null, model: ClassPipeline["model"]): ClassPipeline {
  const metaspace = { type: "Metaspace", replacement: "▁", prepend_scheme: "always", split: true } as const;
  return { normalizer, pre_tokenizer: metaspace, decoder: metaspace, model };
}

/** One space for several, behind SentencePiece's normalizer or what stands for it. */
export function withoutRuns(charsMap: string | undefined, ...otherwise: NormalizerConfig[]): NormalizerConfig {
  const map = precompiled(charsMap);
  const spaces: NormalizerConfig = { type: "Replace", pattern: { Regex: " {2,}" }, content: " " };
  return { type: "Sequence", normalizers: [...(map === null ? otherwise : [map]), spaces] };
}
