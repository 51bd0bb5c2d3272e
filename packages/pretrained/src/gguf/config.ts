import { ARCHITECTURES } from "./architectures/all.ts";
import type { GgufArchitecture, Header, Json, KeyField, Sizes } from "./architectures/architecture.ts";
import { type GgufModel, single } from "./header/ggufModel.ts";
import type { MetadataFields } from "./header/metadataFields.ts";
import { ropeFields } from "./rope.ts";

/** What a header says: its architecture, and the `config.json` of the same model. */
export interface GgufConfig {
  readonly architecture: GgufArchitecture;
  readonly sizes: Sizes;
  readonly json: Json;
}

/**
 * The `config.json` of a GGUF file, from the keys that llama.cpp reads
 * (https://github.com/ggml-org/llama.cpp/tree/master/src/models, `load_arch_hparams`).
 *
 * @throws PretrainedError naming the key that is missing, wrong or not known
 */
export function configOf(model: GgufModel): GgufConfig {
  const { fields, tensors } = model;
  fields.expectNeutral("general.type", ["model"]);
  const architecture = architectureOf(fields);
  const at = (key: string) => `${architecture.name}.${key}`;
  const sizes = sizesOf(fields, at);
  const header: Header = { ...model, at, sizes };
  const vocab = tensors.get("token_embd.weight")?.shape[0] ?? fields.requiredNumber(at("vocab_size"));
  const common = {
    model_type: Object.keys(architecture.classes)[0] as string,
    vocab_size: vocab,
    ...namedSizes(architecture, sizes),
    ...Object.fromEntries(architecture.keys.map((key) => [key.field, valueOf(fields, at, key)])),
    tie_word_embeddings: !tensors.has("output.weight"),
    ...ropeFields(header, architecture.rotary),
    ...architecture.fixed,
    ...specialTokensOf(fields),
  };
  const json: Json = { ...common, ...architecture.read?.(header, common) };
  checkNeutral(header, vocab);
  fields.expectNoOthers(at(""));
  const { [json["model_type"] as string]: className } = architecture.classes;
  return { architecture, sizes, json: { ...json, architectures: [className] } };
}

function architectureOf(fields: MetadataFields): GgufArchitecture {
  const key = "general.architecture";
  const name = fields.string(key);
  const named = ARCHITECTURES.filter((each) => each.name === name);
  const found = named.find(({ isOf }) => isOf?.(fields)) ?? named.find(({ isOf }) => isOf === undefined);
  if (found !== undefined) return found;
  const known = [...new Set(ARCHITECTURES.map((each) => each.name))].join(", ");
  return fields.fail(key, known, name === undefined ? "nothing" : JSON.stringify(name));
}

function sizesOf(fields: MetadataFields, at: Header["at"]): Sizes {
  const same = (key: string) => fields.sameNumber(at(key)) ?? fields.requiredNumber(at(key));
  const width = fields.requiredNumber(at("embedding_length"));
  const heads = same("attention.head_count");
  return {
    width,
    heads,
    keyValueHeads: fields.sameNumber(at("attention.head_count_kv")) ?? heads,
    headDim: fields.number(at("attention.key_length")) ?? width / heads,
    layers: fields.requiredNumber(at("block_count")),
    ffnDim: same("feed_forward_length"),
    maxPositions: fields.requiredNumber(at("context_length")),
  };
}

function namedSizes({ sizeNames }: GgufArchitecture, sizes: Sizes): Json {
  const entries = Object.entries(sizeNames) as [keyof Sizes, string | undefined][];
  return Object.fromEntries(entries.flatMap(([size, name]) => (name === undefined ? [] : [[name, sizes[size]]])));
}

function valueOf(fields: MetadataFields, at: Header["at"], { key, kind, absent }: KeyField): number | boolean {
  if (kind === "flag") return fields.boolean(at(key)) ?? absent ?? fields.fail(at(key), "a boolean", "nothing");
  return single(fields.number(at(key)) ?? (absent as number | undefined) ?? fields.requiredNumber(at(key)));
}

function specialTokensOf(fields: MetadataFields): Json {
  const id = (name: string) => fields.number(`tokenizer.ggml.${name}_token_id`);
  const ends = [...new Set([id("eos"), id("eot"), id("eom")])].filter((each) => each !== undefined);
  return {
    bos_token_id: id("bos") ?? null,
    eos_token_id: ends.length > 1 ? ends : (ends[0] ?? null),
    pad_token_id: id("padding") ?? null, // absent is a family's own
  };
}

/** Checks the keys that change numbers in a way that the model has not, and those that only say what is said already. */
function checkNeutral({ fields, at, sizes }: Header, vocab: number): void {
  const { headDim } = sizes;
  const neutral: Readonly<Record<string, readonly (number | boolean | string)[]>> = {
    expert_count: [0],
    expert_used_count: [0],
    "attention.max_alibi_bias": [0],
    "attention.clamp_kqv": [0],
    attn_logit_softcapping: [0],
    final_logit_softcapping: [0],
    logit_scale: [0, 1],
    residual_scale: [0, 1],
    embedding_scale: [0, 1],
    "attention.scale": [0, Math.fround(headDim ** -0.5), headDim ** -0.5],
    "attention.value_length": [headDim],
    "attention.causal": [true],
    use_parallel_residual: [false],
    tensor_data_layout: ["Meta AI original pth"],
    vocab_size: [vocab],
  };
  for (const [key, values] of Object.entries(neutral)) {
    if (!fields.wasAsked(at(key))) fields.expectNeutral(at(key), values);
  }
  fields.expectNeutral(at("vocab_size"), [vocab]);
}
