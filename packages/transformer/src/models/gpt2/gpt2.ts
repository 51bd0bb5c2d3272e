import { checkRecord } from "@qkv/ops";
import type { NameMap, StateDict, StateEntry } from "@qkv/nn";
import { ACTIVATION_NAMES, ACTIVATIONS_BY_NAME } from "../../config/activationNames.ts";
import { ConfigFields } from "../../config/configFields.ts";
import type { CausalConfig } from "../causal/config.ts";
import { specialTokens, specialTokenFields } from "../causal/specialTokens.ts";

/**
 * Reads Hugging Face's `config.json` of `model_type` "gpt2" (https://huggingface.co/docs/transformers/model_doc/gpt2).
 * Absent fields have transformers' defaults.
 *
 * @throws ConfigError naming the field
 */
export function parseGpt2Config(json: unknown): CausalConfig {
  const fields = new ConfigFields(json);
  fields.expect("model_type", "gpt2");
  const dModel = fields.integer("n_embd", 768);
  const numHeads = fields.divisor("n_head", 12, dModel);
  // Both only change in what order single-precision numbers are multiplied, or add layers that a text alone never uses.
  for (const name of ["reorder_and_upcast_attn", "add_cross_attention"]) fields.boolean(name, false);
  return {
    vocabSize: fields.integer("vocab_size", 50257),
    ...{ dModel, numHeads, numKeyValueHeads: numHeads, headDim: dModel / numHeads },
    numLayers: fields.integer("n_layer", 12),
    ffnDim: fields.integer("n_inner", 4 * dModel),
    activation: fields.oneOf("activation_function", ACTIVATIONS_BY_NAME, "gelu_new"),
    ...{ gated: false, norm: "layerNorm", qkNorm: false },
    normEps: fields.number("layer_norm_epsilon", 1e-5),
    ...{ attentionBias: { q: true, k: true, v: true, out: true }, ffnBias: true },
    ...(!fields.boolean("scale_attn_weights", true) && { scaleScores: false }),
    ...(fields.boolean("scale_attn_by_inverse_layer_idx", false) && { scaleScoresByLayer: true }),
    maxPositions: fields.integer("n_positions", 1024),
    tieWordEmbeddings: fields.boolean("tie_word_embeddings", true),
    embeddingDropout: fields.rate("embd_pdrop", 0.1),
    dropout: fields.rate("resid_pdrop", 0.1),
    attentionDropout: fields.rate("attn_pdrop", 0.1),
    initializerRange: fields.number("initializer_range", 0.02),
    ...specialTokens(fields, { bos: 50256, eos: 50256 }),
  };
}

/** Formats a `config.json` that transformers loads as GPT-2: {@link parseGpt2Config} reads it back. */
export function formatGpt2Config(config: CausalConfig): Record<string, unknown> {
  checkRecord("formatGpt2Config", "config", config);
  return {
    model_type: "gpt2",
    vocab_size: config.vocabSize,
    n_positions: config.maxPositions,
    n_embd: config.dModel,
    n_layer: config.numLayers,
    n_head: config.numHeads,
    n_inner: config.ffnDim,
    activation_function: ACTIVATION_NAMES[config.activation],
    layer_norm_epsilon: config.normEps,
    initializer_range: config.initializerRange,
    embd_pdrop: config.embeddingDropout,
    resid_pdrop: config.dropout,
    attn_pdrop: config.attentionDropout,
    tie_word_embeddings: config.tieWordEmbeddings,
    ...(config.scaleScores === false && { scale_attn_weights: false }),
    ...(config.scaleScoresByLayer && { scale_attn_by_inverse_layer_idx: true }),
    ...specialTokenFields(config),
  };
}

/** Whether a model is exactly a GPT-2. */
export function isGpt2Config(config: CausalConfig): boolean {
  checkRecord("isGpt2Config", "config", config);
  const { gated, norm, qkNorm, rotary, numHeads, numKeyValueHeads } = config;
  const { q, k, v, out } = config.attentionBias;
  return (
    ![gated, qkNorm, rotary !== undefined, config.windows !== undefined].includes(true) &&
    [q, k, v, out, config.ffnBias, norm === "layerNorm", numHeads === numKeyValueHeads].every(Boolean) &&
    config.headDim * numHeads === config.dModel
  );
}

/** Parameter names -> those of `GPT2LMHeadModel`, after {@link unpackGpt2} split its matrices. */
export const GPT2_CHECKPOINT_NAMES: NameMap = {
  "embedding.weight": "transformer.wte.weight",
  "positions.weight": "transformer.wpe.weight",
  "layers.*.selfAttnNorm.weight": "transformer.h.*.ln_1.weight",
  "layers.*.selfAttnNorm.bias": "transformer.h.*.ln_1.bias",
  "layers.*.selfAttn.qProj.weight": "transformer.h.*.attn.q.weight",
  "layers.*.selfAttn.qProj.bias": "transformer.h.*.attn.q.bias",
  "layers.*.selfAttn.kProj.weight": "transformer.h.*.attn.k.weight",
  "layers.*.selfAttn.kProj.bias": "transformer.h.*.attn.k.bias",
  "layers.*.selfAttn.vProj.weight": "transformer.h.*.attn.v.weight",
  "layers.*.selfAttn.vProj.bias": "transformer.h.*.attn.v.bias",
  "layers.*.selfAttn.outProj.weight": "transformer.h.*.attn.c_proj.weight",
  "layers.*.selfAttn.outProj.bias": "transformer.h.*.attn.c_proj.bias",
  "layers.*.ffnNorm.weight": "transformer.h.*.ln_2.weight",
  "layers.*.ffnNorm.bias": "transformer.h.*.ln_2.bias",
  "layers.*.ffn.fc1.weight": "transformer.h.*.mlp.c_fc.weight",
  "layers.*.ffn.fc1.bias": "transformer.h.*.mlp.c_fc.bias",
  "layers.*.ffn.fc2.weight": "transformer.h.*.mlp.c_proj.weight",
  "layers.*.ffn.fc2.bias": "transformer.h.*.mlp.c_proj.bias",
  "norm.weight": "transformer.ln_f.weight",
  "norm.bias": "transformer.ln_f.bias",
  "lmHead.weight": "lm_head.weight",
};

/**
 * Names of further arrays in published files, which are ignored: a copy of the tied weights, and the causal masks of
 * older releases.
 */
export const GPT2_IGNORED_NAMES: readonly string[] = [
  "lm_head.weight",
  "transformer.h.*.attn.bias",
  "transformer.h.*.attn.masked_bias",
  "h.*.attn.bias",
  "h.*.attn.masked_bias",
];

const PACKED = /^(.*\.attn)\.c_attn\.(weight|bias)$/;
const TRANSPOSED = /\.(?:attn\.c_proj|mlp\.c_fc|mlp\.c_proj)\.weight$/;
const PARTS = ["q", "k", "v"] as const;

/** An array of {@link GPT2_CHECKPOINT_NAMES}, and its conversion from the array in a file. */
export interface UnpackedGpt2Array {
  readonly name: string;
  readonly shape: readonly number[];
  /** Converts the elements of the file's array. */
  readonly of: (data: Float32Array) => Float32Array;
}

/**
 * Splits an array of a GPT-2 file: matrices become those of a linear map, [out, in], and queries, keys and values
 * separate; the files store them [in, out], the three side by side. Files from before 2022 lack the prefix
 * "transformer.".
 *
 * @returns undefined if the array needs no change
 */
export function unpackGpt2Array(stored: string, shape: readonly number[]): UnpackedGpt2Array[] | undefined {
  const name = /^(?:h\.|wte\.|wpe\.|ln_f\.)/.test(stored) ? `transformer.${stored}` : stored;
  const [, attention, kind] = PACKED.exec(name) ?? [];
  if (attention !== undefined) return PARTS.map((part, i) => thirdOf(`${attention}.${part}.${kind}`, shape, i));
  if (TRANSPOSED.test(name)) return [columnsOf(name, shape, 0, shape[1] ?? 0)];
  return name === stored ? undefined : [{ name, shape, of: (data) => data }];
}

/** Splits all arrays of a file by {@link unpackGpt2Array}. */
export function unpackGpt2(state: StateDict): StateDict {
  checkRecord("unpackGpt2", "state", state);
  const unpacked = new Map<string, StateEntry>();
  for (const [stored, entry] of state) {
    const parts = unpackGpt2Array(stored, entry.shape);
    if (parts === undefined) unpacked.set(stored, entry);
    for (const { name, shape, of } of parts ?? []) unpacked.set(name, { shape, data: of(entry.data) });
  }
  return unpacked;
}

/** Packs arrays as in GPT-2's files: {@link unpackGpt2} reads them back. */
export function packGpt2(state: StateDict): StateDict {
  checkRecord("packGpt2", "state", state);
  const packed = new Map<string, StateEntry>();
  for (const [name, entry] of state) {
    const [, attention, part, kind] = /^(.*\.attn)\.([qkv])\.(weight|bias)$/.exec(name) ?? [];
    if (attention === undefined) packed.set(name, TRANSPOSED.test(name) ? transposed(entry) : entry);
    else if (part === "q") {
      const parts = PARTS.map((each) => state.get(`${attention}.${each}.${kind}`) as StateEntry);
      packed.set(`${attention}.c_attn.${kind}`, sideBySide(parts));
    }
  }
  return packed;
}

/** [in, 3 * out] -> the i-th [out, in]; [3 * out] -> the i-th [out] */
function thirdOf(name: string, shape: readonly number[], i: number): UnpackedGpt2Array {
  const size = (shape.at(-1) ?? 0) / 3;
  if (shape.length === 2) return columnsOf(name, shape, i * size, size);
  return { name, shape: [size], of: (data) => data.slice(i * size, (i + 1) * size) };
}

/** [rows, columns] -> `count` of the columns as rows, [count, rows] */
function columnsOf(name: string, [rows = 0, columns = 0]: readonly number[], first: number, count: number) {
  const of = (data: Float32Array): Float32Array => {
    const turned = new Float32Array(count * rows);
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < count; j++) turned[j * rows + i] = data[i * columns + first + j] as number;
    }
    return turned;
  };
  return { name, shape: [count, rows], of };
}

function sideBySide(parts: readonly StateEntry[]): StateEntry {
  const [rows = 0, ...rest] = parts[0]?.shape ?? [];
  const data = new Float32Array(parts.reduce((sum, part) => sum + part.data.length, 0));
  let start = 0;
  for (const part of parts) {
    data.set(part.data, start);
    start += part.data.length;
  }
  const entry = { shape: [3 * rows, ...rest], data };
  return rest.length === 0 ? entry : transposed(entry);
}

function transposed({ shape, data }: StateEntry): StateEntry {
  const turned = columnsOf("", shape, 0, shape[1] ?? 0);
  return { shape: turned.shape, data: turned.of(data) };
}
