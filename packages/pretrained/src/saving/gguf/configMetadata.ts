import { type RotaryConfig, rotaryFrequencies } from "@qkv/attention";
import type { FamilyConfig } from "@qkv/transformer";
import { PretrainedError } from "../../files/pretrainedError.ts";
import { ARCHITECTURES } from "../../gguf/architectures/all.ts";
import type { Entry, GgufArchitecture, Json, Sizes } from "../../gguf/architectures/architecture.ts";
import { count, flag, float, type Gathered, text } from "../../gguf/header/metadataValues.ts";
import { ROPE_FACTORS } from "../../gguf/rope.ts";

/** A config of the kind that GGUF files hold. */
export interface ConfigToWrite extends FamilyConfig {
  readonly maxPositions: number;
  readonly rotary?: RotaryConfig;
  readonly windows?: readonly (number | null)[];
}

/** The architecture of a config. @throws PretrainedError naming the `model_type`s that have one */
export function architectureOf({ modelType: type }: FamilyConfig): GgufArchitecture {
  const found = ARCHITECTURES.find(({ classes }) => Object.hasOwn(classes, type));
  if (found !== undefined) return found;
  const known = ARCHITECTURES.flatMap(({ classes }) => Object.keys(classes)).join(", ");
  throw new PretrainedError(
    `saveGguf: expected a model of ${known}, got one of ${type}: savePretrained writes a folder`,
  );
}

/** The sizes of a model, from its fields in `config.json`. */
export function sizesOf({ sizeNames }: GgufArchitecture, json: Json): Sizes {
  const at = (size: keyof Sizes) => {
    const name = sizeNames[size];
    return name === undefined ? undefined : (json[name] as number);
  };
  const [width, heads] = [at("width") as number, at("heads") as number];
  return {
    width,
    heads,
    keyValueHeads: at("keyValueHeads") ?? heads,
    headDim: at("headDim") ?? width / heads,
    layers: at("layers") as number,
    ffnDim: at("ffnDim") ?? 4 * width,
    maxPositions: at("maxPositions") as number,
  };
}

/** The keys of a config, from its fields in `config.json`. What they do not hold, reading them back finds. */
export function configMetadata(
  architecture: GgufArchitecture,
  sizes: Sizes,
  { rotary, maxPositions }: ConfigToWrite,
  json: Json,
): Gathered {
  const own: Entry[] = [
    ["vocab_size", count(json["vocab_size"] as number)],
    ["context_length", count(sizes.maxPositions)],
    ["embedding_length", count(sizes.width)],
    ["block_count", count(sizes.layers)],
    ["feed_forward_length", count(sizes.ffnDim)],
    ["attention.head_count", count(sizes.heads)],
    ["attention.head_count_kv", count(sizes.keyValueHeads)],
    ["attention.key_length", count(sizes.headDim)],
    ["attention.value_length", count(sizes.headDim)],
    ...architecture.keys.map(({ key, field, kind }): Entry => [
      key,
      kind === "flag" ? flag(json[field] as boolean) : float(json[field] as number),
    ]),
    ...(rotary === undefined ? [] : rotaryMetadata(rotary, maxPositions)),
    ...(architecture.write?.(json) ?? []),
  ];
  return new Map([
    ["general.architecture", text(architecture.name)],
    ["general.type", text("model")],
    ...own.map(([key, value]) => [`${architecture.name}.${key}`, value] as const),
    ...specialTokens(json),
  ]);
}

function rotaryMetadata(rotary: RotaryConfig, maxPositions: number): readonly Entry[] {
  const { dim, base = 10000, scaling } = rotary;
  const common: readonly Entry[] = [
    ["rope.dimension_count", count(dim)],
    ["rope.freq_base", float(base)],
  ];
  if (scaling?.type === "longrope" && !isOneForAll(rotary)) {
    return [
      ...common,
      ["rope.scaling.type", text("longrope")],
      ["rope.scaling.attn_factor", float(rotaryFrequencies(rotary, 2 * maxPositions).scale)],
      ["rope.scaling.original_context_length", count(scaling.originalLength)],
    ];
  }
  if (scaling?.type !== "linear" && scaling?.type !== "yarn") return [...common, ["rope.scaling.type", text("none")]];
  const fields: Entry[] = [
    ...common,
    ["rope.scaling.type", text(scaling.type)],
    ["rope.scaling.factor", float(scaling.factor)],
  ];
  if (scaling.type === "linear") return fields;
  const { betaFast, betaSlow } = scaling;
  fields.push(["rope.scaling.original_context_length", count(scaling.originalLength)]);
  if (betaFast !== undefined) fields.push(["rope.scaling.yarn_beta_fast", float(betaFast)]);
  if (betaSlow !== undefined) fields.push(["rope.scaling.yarn_beta_slow", float(betaSlow)]);
  return fields;
}

/** Whether a LongRoPE divides frequencies alike at every length, which is what Llama 3's are read as. */
function isOneForAll({ scaling }: RotaryConfig): boolean {
  if (scaling?.type !== "longrope") return false;
  const { shortFactors, longFactors, attentionFactor } = scaling;
  return attentionFactor === 1 && shortFactors.every((factor, i) => factor === longFactors[i]);
}

/** The tokens that texts begin and end with. Of several ends the others are those of a turn and of a message. */
function specialTokens(json: Json): Entry[] {
  const ends = [json["eos_token_id"] ?? []].flat() as number[];
  const [eos, eot, eom] = ends;
  const ids = { bos: json["bos_token_id"], eos, eot, eom, padding: json["pad_token_id"] };
  return Object.entries(ids).flatMap(([name, id]) =>
    typeof id === "number" ? [[`tokenizer.ggml.${name}_token_id`, count(id)] as const] : [],
  );
}

/**
 * What each frequency of the rotary positions is divided by, of a scaling that divides them one by one: Llama 3's, and
 * LongRoPE's. By the names of the tensors, which are in single precision.
 */
export function ropeFactors({ rotary, maxPositions }: ConfigToWrite): ReadonlyMap<string, Float32Array> {
  const { scaling, ...plain } = rotary ?? { dim: 0 };
  if (rotary !== undefined && scaling?.type === "longrope") {
    const [short, long] = [scaling.shortFactors, scaling.longFactors].map((each) => Float32Array.from(each));
    if (isOneForAll(rotary)) return new Map([[ROPE_FACTORS.all, short as Float32Array]]);
    return new Map([
      [ROPE_FACTORS.long, long as Float32Array],
      [ROPE_FACTORS.short, short as Float32Array],
    ]);
  }
  if (rotary === undefined || scaling?.type !== "llama3") return new Map();
  const [before, after] = [plain, rotary].map((each) => rotaryFrequencies(each, maxPositions).frequencies) as [
    Float64Array,
    Float64Array,
  ];
  return new Map([[ROPE_FACTORS.all, Float32Array.from(before, (frequency, i) => frequency / (after[i] as number))]]);
}
