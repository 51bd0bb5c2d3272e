import { checkRecord } from "@qkv/ops";
import { readState, type StateEntry } from "@qkv/nn";
import { type SafeTensor, safeTensor, writeSafetensors } from "@qkv/safetensors";
import type { Tokenizer } from "@qkv/tokenizers";
import { CausalLanguageModel, MarianModel } from "@qkv/transformer";
import { formatPreprocessorConfig, type ImageProcessorConfig } from "@qkv/vit";
import { architectureOf, type PretrainedModel } from "../registry/architectures.ts";
import { generationFields } from "../loading/generationConfig.ts";
import { PretrainedError } from "../files/pretrainedError.ts";

/** Contents of a model folder. */
export interface SavePretrainedOptions {
  readonly model: PretrainedModel;
  readonly tokenizer?: Tokenizer;
  /** Settings of the image processor, for `preprocessor_config.json`. */
  readonly imageProcessor?: ImageProcessorConfig;
  /** The dtype of stored weights. F16 halves the file and keeps about three decimal digits. */
  readonly dtype?: "F32" | "F16";
  /** The languages that the model translates between, for `tokenizer_config.json`: `{ source: "en", target: "fr" }`. */
  readonly languages?: { readonly source: string; readonly target: string };
  /** More fields of `generation_config.json`, in Hugging Face's names: `{ num_beams: 4 }`. */
  readonly generationConfig?: Readonly<Record<string, unknown>>;
}

/**
 * Makes the files of a model folder by name, as Hugging Face transformers and {@link loadPretrained} open it: `config.json`
 * and `model.safetensors`; for a model that generates text `generation_config.json` too, and with a tokenizer
 * `tokenizer.json` and `tokenizer_config.json`, and with an image processor `preprocessor_config.json`.
 */
export async function pretrainedFiles(options: SavePretrainedOptions): Promise<Map<string, Uint8Array>> {
  checkRecord("pretrainedFiles", "options", options);
  const { model, tokenizer, imageProcessor, dtype = "F32", generationConfig = {}, languages } = options;
  model?.params?.checkInUse("savePretrained");
  const { className, formatConfig, names, pack } = architectureOf(model);
  const read = await readState(model.params, names);
  const state = pack?.(read) ?? read;
  // float32 for any stored dtype, so that Python computes as we do
  const dtypes = { dtype: "float32", torch_dtype: "float32" };
  const files = new Map([
    ["config.json", encode({ architectures: [className], ...formatConfig(model.config), ...dtypes })],
    ["model.safetensors", writeSafetensors(storeAs(dtype, state), { format: "pt" })],
  ]);
  if (imageProcessor !== undefined) {
    files.set("preprocessor_config.json", encode(formatPreprocessorConfig(imageProcessor)));
  }
  if (!(model instanceof MarianModel || model instanceof CausalLanguageModel)) return files;
  files.set("generation_config.json", encode({ ...generationFields(model.config), ...generationConfig }));
  if (tokenizer !== undefined) {
    files.set("tokenizer.json", encode(tokenizer.toJSON()));
    const about = tokenizerConfig(model.config, tokenizer);
    files.set("tokenizer_config.json", encode({ ...about, ...languageFields(languages) }));
  }
  return files;
}

function encode(json: unknown): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(json, undefined, 2)}\n`);
}

function storeAs(dtype: "F32" | "F16", state: ReadonlyMap<string, StateEntry>): Map<string, SafeTensor> {
  const tensors = new Map<string, SafeTensor>();
  for (const [name, { shape, data }] of state) {
    const beyond = dtype === "F16" ? data.find((value) => Math.abs(value) >= 65520) : undefined;
    if (beyond !== undefined) throw new PretrainedError(`${name}: expected numbers that F16 can hold, got ${beyond}`);
    tensors.set(name, safeTensor(data, shape, dtype));
  }
  return tensors;
}

/** The language fields of transformers' MarianTokenizer. */
function languageFields(languages: SavePretrainedOptions["languages"]): Record<string, string> {
  return languages === undefined ? {} : { source_lang: languages.source, target_lang: languages.target };
}

function tokenizerConfig(
  config: MarianModel["config"] | CausalLanguageModel["config"],
  tokenizer: Tokenizer,
): Record<string, unknown> {
  const { model } = tokenizer.toJSON() as { model?: { unk_token?: unknown } };
  const token = (id: number | undefined) => (id === undefined ? null : (tokenizer.idToToken(id) ?? null));
  return {
    tokenizer_class: "PreTrainedTokenizerFast",
    model_max_length: config.maxPositions,
    ...("bosTokenId" in config && { bos_token: token(config.bosTokenId) }),
    eos_token: token("gated" in config ? config.eosTokenIds[0] : config.eosTokenId),
    pad_token: token(config.padTokenId),
    unk_token: model?.unk_token ?? null,
    clean_up_tokenization_spaces: false,
    model_input_names: ["input_ids", "attention_mask"], // without it Python also passes token_type_ids
  };
}
