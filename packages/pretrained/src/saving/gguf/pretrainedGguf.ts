import { type GgmlType, ggufParts, isQuantized, type TensorToWrite } from "@qkv/gguf";
import { checkpointName } from "@qkv/nn";
import { checkOptions, describeArgument, type OptionNames } from "@qkv/ops";
import type { Tokenizer } from "@qkv/tokenizers";
import { type FamilyModel, weightRulesOf } from "@qkv/transformer";
import { PretrainedError } from "../../files/pretrainedError.ts";
import type { GgufArchitecture, Json, Sizes } from "../../gguf/architectures/architecture.ts";
import { ggufPlace, shiftOf, woven, wovenHeads } from "../../gguf/tensorNames.ts";
import { FAMILIES } from "../../registry/families.ts";
import { type AnyFamily, checkFamilies, familyOfModel } from "../../registry/findFamily.ts";
import { architectureOf, configMetadata, type ConfigToWrite, ropeFactors, sizesOf } from "./configMetadata.ts";
import { expectSameConfig } from "./expectSameConfig.ts";
import { count, type Gathered, text } from "../../gguf/header/metadataValues.ts";
import { tokenizerMetadata } from "./tokenizerMetadata.ts";
import { joinTensors, type ReadTensor } from "./joinTensors.ts";
import { type FloatType, weightTensor } from "./weightTensor.ts";

/** Contents of a GGUF file. */
export interface SaveGgufOptions {
  /** A decoder of an architecture that llama.cpp has too. What it holds in blocks or halves is written bit for bit. */
  readonly model: FamilyModel;
  readonly tokenizer?: Tokenizer;
  /** The template of a chat, in Jinja, for `tokenizer.chat_template`. */
  readonly chatTemplate?: string;
  /** For `general.name`. */
  readonly name?: string;
  /** The type of matrices and tables that the model holds as floats. Default `F32`. */
  readonly dtype?: FloatType;
  /** The families that it may be of. Default all of this project. */
  readonly families?: readonly AnyFamily[];
}

const OPTIONS: OptionNames<SaveGgufOptions> = {
  ...{ model: true, tokenizer: true, chatTemplate: true, name: true, dtype: true, families: true },
};

const FLOATS: readonly FloatType[] = ["F32", "F16", "BF16", "auto"];

/**
 * Makes the bytes of a GGUF file, as llama.cpp and {@link loadPretrained} open it, part by part: memory holds the model and
 * one tensor besides. The whole of it is checked before the first part: a config or a tokenizer that would be read as
 * another, and codes that no block holds exactly, are refused by name.
 *
 * @throws PretrainedError naming the field, the component or the parameter
 */
export async function* pretrainedGguf(options: SaveGgufOptions): AsyncGenerator<Uint8Array, void, undefined> {
  checkOptions("saveGguf", options, OPTIONS);
  const { model, tokenizer, families = FAMILIES as readonly AnyFamily[], dtype = "F32", chatTemplate, name } = options;
  model?.params?.checkInUse("saveGguf");
  checkFamilies("saveGguf", families);
  if (!FLOATS.includes(dtype)) {
    const got = typeof dtype === "string" ? JSON.stringify(dtype) : describeArgument(dtype);
    throw new PretrainedError(`saveGguf: expected dtype to be ${FLOATS.join(" or ")}, got ${got}`);
  }
  const { family, architecture } = familyOfModel("saveGguf", model, families);
  const { config } = model;
  const gguf = architectureOf(config);
  const toWrite = config as ConfigToWrite;
  const json: Json = family.formatConfig(config);
  const sizes = sizesOf(gguf, json);
  const factors = ropeFactors(toWrite);
  const { rename } = weightRulesOf(architecture, config);
  const tensors = await tensorsOf(model, rename, gguf, sizes, dtype);
  const metadata = configMetadata(gguf, sizes, toWrite, json);
  expectSameConfig(family, toWrite, metadata, tensors, factors);
  const all: Gathered = new Map([
    ...metadata,
    ...(name === undefined ? [] : [["general.name", text(name)] as const]),
    ...fileType([...tensors.values()].map(({ type }) => type)),
    ...(tokenizer === undefined
      ? [["tokenizer.ggml.model", text("none")] as const]
      : tokenizerMetadata(tokenizer, json["vocab_size"] as number, metadata)),
    ...(chatTemplate === undefined ? [] : [["tokenizer.chat_template", text(chatTemplate)] as const]),
  ]);
  for (const [tensor, values] of factors) {
    tensors.set(tensor, { shape: [values.length], type: "F32", bytes: new Uint8Array(values.buffer) });
  }
  yield* ggufParts(tensors, all);
}

async function tensorsOf(
  { params }: FamilyModel,
  rename: Readonly<Record<string, string>>,
  architecture: GgufArchitecture,
  sizes: Sizes,
  dtype: FloatType,
): Promise<Map<string, TensorToWrite>> {
  const tensors = new Map<string, TensorToWrite>();
  const joined = new Map<string, ReadTensor[]>();
  const stacked = new Set<string>();
  for (const [path, weight] of params.weights()) {
    if (weight.adapter !== undefined) {
      const way = "fold it in with mergeLora or take it off with removeLora first";
      throw new PretrainedError(`saveGguf: expected weights without adapters, got one of ${path}: ${way}`);
    }
    const stored = checkpointName(rename, path);
    const place = stored === undefined ? undefined : ggufPlace(architecture, stored);
    if (place === undefined)
      throw new PretrainedError(`saveGguf: ${path}: expected a parameter with a name in GGUF files`);
    const heads = wovenHeads(architecture, sizes, place.name);
    const move = (bytes: Uint8Array, rows: number) => (heads === undefined ? bytes : woven(bytes, rows, heads));
    const tensor = await weightTensor(path, weight, dtype, move, shiftOf(architecture, place.name));
    if (place.part === undefined) tensors.set(place.name, tensor);
    else joined.set(place.name, Object.assign(joined.get(place.name) ?? [], { [place.part]: tensor }));
    if (place.isStacked === true) stacked.add(place.name);
  }
  for (const [name, parts] of joined) tensors.set(name, joinTensors(name, parts, stacked.has(name)));
  return tensors;
}

/** llama.cpp's numbers of what most matrices of a file are (`enum llama_ftype`). */
const FILE_TYPES: Readonly<Partial<Record<GgmlType, number>>> = {
  ...{ F32: 0, F16: 1, BF16: 32, Q4_0: 2, Q4_1: 3, Q8_0: 7, Q5_0: 8, Q5_1: 9 },
  ...{ Q2_K: 10, Q3_K: 12, Q4_K: 15, Q5_K: 17, Q6_K: 18, IQ4_NL: 25, IQ4_XS: 30, MXFP4: 38 },
};

function fileType(types: readonly GgmlType[]): readonly (readonly [string, ReturnType<typeof count>])[] {
  const counts = new Map<GgmlType, number>();
  for (const type of types) if (type !== "F32") counts.set(type, (counts.get(type) ?? 0) + 1);
  const [most = "F32"] = [...counts].sort(([, a], [, b]) => b - a)[0] ?? [];
  const number = FILE_TYPES[most];
  return [
    ...(number === undefined ? [] : [["general.file_type", count(number)] as const]),
    ...(types.some(isQuantized) ? [["general.quantization_version", count(2)] as const] : []),
  ];
}
