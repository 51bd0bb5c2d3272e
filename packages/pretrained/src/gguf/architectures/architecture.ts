import type { MetadataValue } from "@qkv/gguf";
import type { GgufModel } from "../header/ggufModel.ts";
import type { MetadataFields } from "../header/metadataFields.ts";

/** What the header of every architecture says. */
export interface Sizes {
  readonly width: number;
  readonly heads: number;
  readonly keyValueHeads: number;
  readonly headDim: number;
  readonly layers: number;
  readonly ffnDim: number;
  readonly maxPositions: number;
}

/** The names of {@link Sizes} in a `config.json`; undefined: it follows from the others. */
export type SizeNames = Readonly<Record<keyof Sizes, string | undefined>>;

/** A key of the header that is a field of `config.json`. */
export interface KeyField {
  /** Without the architecture before it. */
  readonly key: string;
  readonly field: string;
  readonly kind: "float" | "flag";
  /** What llama.cpp takes where the file has none. Left out: the key is needed. */
  readonly absent?: number | boolean;
}

/** What an architecture's own fields are read from. */
export interface Header extends GgufModel {
  readonly sizes: Sizes;
  /** The whole of a key: the architecture before its name. */
  readonly at: (key: string) => string;
}

/** The fields of a `config.json`. */
export type Json = Readonly<Record<string, unknown>>;

/** A key without the architecture before it, and its value. */
export type Entry = readonly [key: string, value: MetadataValue];

/** An architecture of llama.cpp's files: its names and keys, by those of Hugging Face. */
export interface GgufArchitecture {
  /** `general.architecture`. */
  readonly name: string;
  /** Tells it from another of the same name. Left out: it is the one that others are told from. */
  readonly isOf?: (fields: MetadataFields) => boolean;
  /** The classes of Hugging Face by `model_type`, the usual one first. */
  readonly classes: Readonly<Record<string, string>>;
  /** The tensors by the names of Hugging Face's, `*` being the layer's number. */
  readonly names: Readonly<Record<string, string>>;
  /** Names that are others in files with a tensor, by that tensor's name. */
  readonly namesWith?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /**
   * Tensors whose rows are those of queries, of keys and of values, by the names that these have alone. Those that
   * `names` has too are written alone.
   */
  readonly joined?: Readonly<Record<string, readonly string[]>>;
  /** Tensors of several matrices one behind another, [N, O, I], by the name that each has alone, `#` being its number. */
  readonly stacked?: Readonly<Record<string, string>>;
  /** Tensors that may have one axis, of matrices that have one row. */
  readonly oneRow?: readonly string[];
  /** Tensors that each layer needs, without `blk.*.` and `.weight`. */
  readonly needed: readonly string[];
  /** Whether rows of queries and keys are woven: neighbouring features turn together, in Hugging Face's the two halves of a head. */
  readonly isWoven?: boolean;
  /** Whether norms are stored with 1 added: Hugging Face's Gemma multiplies by 1 and the weight. */
  readonly hasShiftedNorms?: boolean;
  readonly sizeNames: SizeNames;
  readonly keys: readonly KeyField[];
  /** Whether whole heads turn with their positions, or a share of each that the file says; undefined: nothing turns. */
  readonly rotary?: "whole" | "partial";
  /** Fields of `config.json` that are the same in all of its files. */
  readonly fixed?: Json;
  /** Reads what is its own. @throws PretrainedError naming the key */
  readonly read?: (header: Header, json: Json) => Json;
  /** The keys of what is its own; what they do not hold, reading them back finds. */
  readonly write?: (json: Json) => readonly Entry[];
}

/** The names that Llama and its relatives have for sizes. */
export const DECODER_SIZES: SizeNames = {
  width: "hidden_size",
  heads: "num_attention_heads",
  keyValueHeads: "num_key_value_heads",
  headDim: "head_dim",
  layers: "num_hidden_layers",
  ffnDim: "intermediate_size",
  maxPositions: "max_position_embeddings",
};

/** The epsilon of norms without a mean. */
export const RMS_EPS: KeyField = {
  key: "attention.layer_norm_rms_epsilon",
  field: "rms_norm_eps",
  kind: "float",
};

/** The epsilon of norms with a mean, by the name of its field. */
export function layerNormEps(field: string): KeyField {
  return { key: "attention.layer_norm_epsilon", field, kind: "float" };
}

/** Names of a weight and a bias by those of another pair. */
export function withBias(name: string, theirs: string): Readonly<Record<string, string>> {
  return { [`${name}.weight`]: `${theirs}.weight`, [`${name}.bias`]: `${theirs}.bias` };
}

/** The joined queries, keys and values of a layer, weights and biases, by the attention's name in Hugging Face's files. */
export function joinedHeads(
  attention: string,
  parts: readonly string[] = ["q", "k", "v"],
): Readonly<Record<string, readonly string[]>> {
  const of = (kind: string) => parts.map((part) => `${attention}.${part}.${kind}`);
  return { "blk.*.attn_qkv.weight": of("weight"), "blk.*.attn_qkv.bias": of("bias") };
}
