import { checkRecord, describeArgument, type Weight } from "@qkv/ops";
import type { SpectrogramConfig, WaveformConfig } from "@qkv/audio";
import { joinState, readState, type StateEntry } from "@qkv/nn";
import { type SafeTensor, safeTensor, writeSafetensors } from "@qkv/safetensors";
import type { Tokenizer } from "@qkv/tokenizers";
import { type FamilyConfig, type FamilyModel, weightRulesOf } from "@qkv/transformer";
import { formatPreprocessorConfig, type ImageProcessorConfig } from "@qkv/vit";
import type { CaptionPadding } from "../loading/captionPadding.ts";
import type { CtcVocabulary } from "../loading/ctcVocabulary.ts";
import { FAMILIES } from "../registry/families.ts";
import { type AnyFamily, checkFamilies, familyOfModel } from "../registry/findFamily.ts";
import { expectFileName } from "../files/fileName.ts";
import { exactDtype } from "./exactDtype.ts";
import { CODE_LAYOUTS, codedArrays, type CodeLayoutName } from "./codedArrays.ts";
import { configText, formatConfig } from "./formatConfig.ts";
import { PretrainedError } from "../files/pretrainedError.ts";

/** Contents of a model folder. */
export interface SavePretrainedOptions {
  readonly model: FamilyModel;
  /** The families that it may be of. Default all of this project. */
  readonly families?: readonly AnyFamily[];
  readonly tokenizer?: Tokenizer;
  /** How texts are padded, of a model that compares them with images, for `tokenizer_config.json`. */
  readonly captionPadding?: CaptionPadding;
  /** Settings of the image processor, for `preprocessor_config.json`. */
  readonly imageProcessor?: ImageProcessorConfig;
  /** What a spectrogram is like, of a model that hears, for `preprocessor_config.json`. */
  readonly spectrogram?: SpectrogramConfig;
  /** What samples are like, of a model that reads them as they are, for `preprocessor_config.json`. */
  readonly waveform?: WaveformConfig;
  /** The characters of a model of connectionist temporal classification, for `vocab.json` and `tokenizer_config.json`. */
  readonly ctcVocabulary?: CtcVocabulary;
  /**
   * The dtype of stored weights. F16 halves the file and keeps about three decimal digits. `auto` stores every number as it
   * is, in as few bytes as hold it: halves where they are exact, and codes of a quantized model. Default F32.
   */
  readonly dtype?: "F32" | "F16" | "auto";
  /**
   * The layout of a quantized model's codes, where `dtype` is `auto`: MLX's, which Python's transformers does not open, or that
   * of compressed-tensors, which it opens with the package of that name, and which has no offsets and no tables. Default `mlx`.
   */
  readonly layout?: CodeLayoutName;
  /** The languages that the model translates between, for `tokenizer_config.json`: `{ source: "en", target: "fr" }`, or as a model of many names them. */
  readonly languages?: { readonly source: string; readonly target: string };
  /** More files of the folder, by name: each in the place of the one that would be written, if there is one. */
  readonly files?: ReadonlyMap<string, Uint8Array>;
  /** More fields of `generation_config.json`, in Hugging Face's names: `{ num_beams: 4 }`. */
  readonly generationConfig?: Readonly<Record<string, unknown>>;
}

type StoredDtype = NonNullable<SavePretrainedOptions["dtype"]>;

const DTYPES: readonly StoredDtype[] = ["F32", "F16", "auto"];

/**
 * Makes the files of a model folder by name, as Hugging Face transformers and {@link loadPretrained} open it: `config.json`
 * and `model.safetensors`; for a model that generates text `generation_config.json` too, and with a tokenizer
 * `tokenizer.json` and `tokenizer_config.json`, and with what it sees or hears `preprocessor_config.json`.
 */
export async function pretrainedFiles(options: SavePretrainedOptions): Promise<Map<string, Uint8Array>> {
  checkRecord("pretrainedFiles", "options", options);
  const {
    model,
    families = FAMILIES as readonly AnyFamily[],
    tokenizer,
    captionPadding,
    imageProcessor,
    spectrogram,
    waveform,
    ctcVocabulary,
    dtype = "F32",
    layout,
    generationConfig = {},
    languages,
    files: others = new Map<string, Uint8Array>(),
  } = options;
  model?.params?.checkInUse("savePretrained");
  checkFamilies("savePretrained", families);
  const { family, architecture } = familyOfModel("savePretrained", model, families);
  const { className } = architecture;
  const weights = weightRulesOf(architecture, model.config);
  if (!DTYPES.includes(dtype)) {
    const got = typeof dtype === "string" ? JSON.stringify(dtype) : describeArgument(dtype);
    throw new PretrainedError(`savePretrained: expected dtype to be ${DTYPES.join(" or ")}, got ${got}`);
  }
  if (layout !== undefined && !Object.hasOwn(CODE_LAYOUTS, layout)) {
    const got = typeof layout === "string" ? JSON.stringify(layout) : describeArgument(layout);
    throw new PretrainedError(
      `savePretrained: expected layout to be ${Object.keys(CODE_LAYOUTS).join(" or ")}, got ${got}`,
    );
  }
  if (layout !== undefined && dtype !== "auto") {
    throw new PretrainedError(`savePretrained: expected layout with dtype auto, which stores codes, got ${dtype}`);
  }
  const isCoded = (_: string, { format }: Weight) => dtype === "auto" && typeof format === "object";
  const floats = (path: string, weight: Weight) => !isCoded(path, weight);
  const coded = await codedArrays(model.params, weights, isCoded, CODE_LAYOUTS[layout ?? "mlx"]);
  const state = joinState(await readState(model.params, weights.rename, floats), weights, model.config);
  // float32 for any stored dtype, so that Python computes as we do
  const dtypes = { dtype: "float32", torch_dtype: "float32" };
  const files = new Map([
    [
      "config.json",
      new TextEncoder().encode(
        configText({ architectures: [className], ...formatConfig(family, model.config), ...dtypes, ...coded.config }),
      ),
    ],
    ["model.safetensors", writeSafetensors(new Map([...storeAs(dtype, state), ...coded.tensors]), { format: "pt" })],
  ]);
  if (imageProcessor !== undefined) {
    files.set("preprocessor_config.json", encode(formatPreprocessorConfig(imageProcessor)));
  }
  if (spectrogram !== undefined || waveform !== undefined) {
    const { formatSpectrogramConfig, formatWaveformConfig } = await import("@qkv/audio"); // for models that hear alone
    if (spectrogram !== undefined) files.set("preprocessor_config.json", encode(formatSpectrogramConfig(spectrogram)));
    if (waveform !== undefined) files.set("preprocessor_config.json", encode(formatWaveformConfig(waveform)));
  }
  if (ctcVocabulary !== undefined) {
    const { formatCtcVocabulary } = await import("../loading/ctcVocabulary.ts");
    for (const [name, json] of Object.entries(formatCtcVocabulary(ctcVocabulary))) files.set(name, encode(json));
  }
  const generation = family.formatGeneration?.(model.config);
  if (generation !== undefined) {
    files.set("generation_config.json", encode({ ...generation, ...generationConfig }));
  }
  if (tokenizer !== undefined) {
    files.set("tokenizer.json", encode(tokenizer.toJSON()));
    const about = { ...tokenizerConfig(model.config, generation ?? {}, tokenizer), ...fieldsOf(family, tokenizer) };
    files.set(
      "tokenizer_config.json",
      encode({ ...about, ...languageFields(languages, model.config.modelType), ...paddingFields(captionPadding) }),
    );
  }
  for (const [name, bytes] of others) {
    expectFileName("savePretrained", name);
    if (name === "model.safetensors" || name === "config.json") {
      throw new PretrainedError(`savePretrained: expected files beside the model's own, got ${name}`);
    }
    files.set(name, bytes);
  }
  return files;
}

function encode(json: unknown): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(json, undefined, 2)}\n`);
}

function storeAs(dtype: StoredDtype, state: ReadonlyMap<string, StateEntry>): Map<string, SafeTensor> {
  const tensors = new Map<string, SafeTensor>();
  for (const [name, { shape, data }] of state) {
    const beyond = dtype === "F16" ? data.find((value) => Math.abs(value) >= 65520) : undefined;
    if (beyond !== undefined) throw new PretrainedError(`${name}: expected numbers that F16 can hold, got ${beyond}`);
    tensors.set(name, safeTensor(data, shape, dtype === "auto" ? exactDtype(data) : dtype));
  }
  return tensors;
}

/** The language fields of transformers' MarianTokenizer, and of the tokenizers of many languages. */
function languageFields(languages: SavePretrainedOptions["languages"], modelType: string): Record<string, string> {
  if (languages === undefined) return {};
  const { source, target } = languages;
  const isOfMany = modelType === "m2m_100" || modelType === "mbart";
  return isOfMany ? { src_lang: source, tgt_lang: target } : { source_lang: source, target_lang: target };
}

/** What `tokenizer_config.json` says of padding. */
function paddingFields(padding: CaptionPadding | undefined): Record<string, unknown> {
  if (padding === undefined) return {};
  const { padToken, direction, isMasked } = padding;
  const names = ["input_ids", ...(isMasked ? ["attention_mask"] : [])];
  return { pad_token: padToken, padding_side: direction, model_input_names: names };
}

/** A family's own fields, without the tokens that the vocabulary lacks. */
function fieldsOf({ tokenizerFields = {} }: AnyFamily, tokenizer: Tokenizer): Record<string, unknown> {
  const fields = Object.entries(tokenizerFields);
  return Object.fromEntries(
    fields.filter(([, field]) => typeof field !== "string" || tokenizer.tokenToId(field) !== undefined),
  );
}

function tokenizerConfig(
  config: FamilyConfig & { readonly maxPositions?: number },
  generation: Readonly<Record<string, unknown>>,
  tokenizer: Tokenizer,
): Record<string, unknown> {
  const { model } = tokenizer.toJSON() as { model?: { unk_token?: unknown } };
  const token = (field: string) => {
    const id = [generation[field]].flat()[0];
    return typeof id === "number" ? (tokenizer.idToToken(id) ?? null) : null;
  };
  return {
    tokenizer_class: "PreTrainedTokenizerFast",
    ...(config.maxPositions !== undefined && { model_max_length: config.maxPositions }),
    ...("bos_token_id" in generation && { bos_token: token("bos_token_id") }),
    eos_token: token("eos_token_id"),
    pad_token: token("pad_token_id"),
    unk_token: model?.unk_token ?? null,
    clean_up_tokenization_spaces: false,
    model_input_names: ["input_ids", "attention_mask"], // without it Python also passes token_type_ids
  };
}
