import type { Pretrained } from "./pretrained.ts";
import type { SpectrogramConfig } from "@qkv/audio";
import { checkBackend, describeArgument, type OptionNames } from "@qkv/ops";
import { openTokenizer, type Tokenizer, TokenizerError, type TokenizerOptions } from "@qkv/tokenizers";
import type { FamilyConfig, ModelTask } from "@qkv/transformer";
import type { ImageProcessorConfig } from "@qkv/vit";
import { type AnyFamily, classesOf, familyOfConfig, type Found } from "../registry/findFamily.ts";
import { readCaptionPadding } from "./captionPadding.ts";
import { readChatTemplate } from "./chatTemplate.ts";
import { type Direction, directionOf } from "./direction.ts";
import { generationOf, withGeneration, withoutGeneration } from "./generationConfig.ts";
import {
  type ModelFiles,
  pathOf,
  readJson,
  readOptionalFile,
  readOptionalJson,
  type ReadOptions,
} from "../files/modelFiles.ts";
import { errorIn, PretrainedError } from "../files/pretrainedError.ts";
import { remoteFiles } from "../remote/remoteFiles.ts";
import type { RemoteOptions } from "../remote/options.ts";
import { withGguf } from "./ggufOf.ts";
import type { InitializeOptions } from "./initialize.ts";
import { type LoadDtype, loadModel } from "./loadModel.ts";

/** Options of opening a model, and for a remote model how it is fetched and cached. */
export interface OpenOptions extends ReadOptions, RemoteOptions {
  /** The tokenizer's limit of steps for each character of a text: `TokenizerOptions` of `@qkv/tokenizers`. Default 512. */
  readonly maxSteps?: number;
  /** The GGUF file of the source that is opened, by its name or what that ends with before `.gguf`: `Q4_K_M`. */
  readonly file?: string;
  /**
   * How matrices and tables are held. `auto`: as they are stored, in 16, 8 or 4 bits, where the backend multiplies them so
   * (wasm and webgpu; of 16 bits from 32 MB on, since smaller models are faster as floats); they then take as much memory as in
   * the file, and do not train. `float32`: as floats, to train all of them.
   * Default `auto`.
   */
  readonly dtype?: LoadDtype;
  /**
   * The bytes that the model's weights may take, as they would be held: a model that takes more is refused before any of them is
   * read. What computing takes comes on top. Default no limit but the backend's.
   */
  readonly memoryBudget?: number;
  /** What starts anew, of a model that is to be trained: another head, or all of it. Default nothing. */
  readonly initialize?: InitializeOptions;
}

/**
 * Opens a model folder as one of `families`: `loadPretrained` says how.
 *
 * @param hint what to say of a type that is none of theirs
 */
export async function openPretrained<F extends AnyFamily>(
  families: readonly F[],
  source: ModelFiles | string,
  { maxSteps, file, ...options }: OpenOptions,
  hint?: string,
): Promise<Pretrained<F>> {
  const given = filesOf(source, options);
  if (options.dtype !== undefined && options.dtype !== "auto" && options.dtype !== "float32") {
    throw new PretrainedError(
      `loadPretrained: expected dtype to be auto or float32, got ${describeArgument(options.dtype)}`,
    );
  }
  const { initialize, memoryBudget } = options;
  if (memoryBudget !== undefined && !(memoryBudget > 0)) {
    throw new PretrainedError(
      `loadPretrained: expected memoryBudget to be a number of bytes, got ${describeArgument(memoryBudget)}`,
    );
  }
  const fresh = initialize && (await import("./initialize.ts")).freshParts(initialize); // for training alone
  checkBackend("loadPretrained");
  const files = await withGguf(given, file, options);
  const json = await readJson(files, "config.json", options);
  const named = familyOfConfig(pathOf(files, "config.json"), json, families, hint);
  const stored = await classOf(files, named, families, options);
  const configPath = pathOf(files, "config.json");
  const { modelType, family, architecture } = fresh?.classOf(configPath, stored, families) ?? stored;
  const generation = await readOptionalJson(files, "generation_config.json", options);
  const isCtc = architecture.task === "speechCtc"; // its tokens are characters
  const ctc = isCtc ? await readCtc(files, options) : {};
  const tokenizer = isCtc ? undefined : await readTokenizer(files, options, maxSteps === undefined ? {} : { maxSteps });
  const direction = architecture.task === "seq2seqLM" ? await readDirection(files, options) : undefined;
  const chatTemplate = architecture.task === "causalLM" ? await readChatTemplate(files, options) : undefined;
  const { task } = architecture;
  const use = READERS.has(task) ? await (await textUse()).readTextUse(task, files, json, options) : {};
  const spectrogram = task === "speechSeq2seq" ? await readSpectrogram(files, options) : undefined;
  const captionPadding = task === "imageTextEncoder" ? await readCaptionPadding(files, tokenizer, options) : undefined;
  const imageProcessor = await readImageProcessor(files, family, modelType, options);

  const parsed = parseConfig(family, files, json, generation);
  const config = fresh?.withLabels(configPath, parsed) ?? parsed;
  const { model, dtypes } = await loadModel(files, architecture, config, json, {
    ...options,
    fresh: fresh?.weights(architecture, { task: stored.architecture.task, config: parsed }, config),
  });
  return {
    name: files.name,
    modelType,
    architecture: architecture.className,
    task: architecture.task,
    config: model.config,
    model,
    ...(tokenizer !== undefined && { tokenizer }),
    ...(direction !== undefined && { direction }),
    ...(chatTemplate !== undefined && { chatTemplate }),
    ...use,
    ...(captionPadding !== undefined && { captionPadding }),
    ...(spectrogram !== undefined && { spectrogram }),
    ...ctc,
    ...(imageProcessor !== undefined && { imageProcessor }),
    generationConfig: generationOf(json, generation),
    ...(isRecord(json["task_specific_params"]) && { taskParams: json["task_specific_params"] }),
    dtypes,
  } as unknown as Pretrained<F>;
}

/** The names of {@link OpenOptions}. */
export const OPEN_OPTIONS: OptionNames<OpenOptions> = {
  maxSteps: true,
  file: true,
  dtype: true,
  memoryBudget: true,
  initialize: true,
  signal: true,
  cache: true,
  onProgress: true,
  onCacheError: true,
  endpoint: true,
  token: true,
  fetch: true,
  timeoutMs: true,
  limits: true,
};

function filesOf(source: ModelFiles | string, options: RemoteOptions): ModelFiles {
  if (typeof source === "string") return remoteFiles(source, options);
  if (typeof source?.read === "function") return source;
  throw new PretrainedError(
    `loadPretrained: expected a model's files, its id on a hub or an https address, got ${describeArgument(source)}`,
  );
}

async function readTokenizer(
  files: ModelFiles,
  options: ReadOptions,
  limits: TokenizerOptions,
): Promise<Tokenizer | undefined> {
  try {
    return await openTokenizer((file) => readOptionalFile(files, file, options), limits);
  } catch (error) {
    if (!(error instanceof TokenizerError)) throw error;
    throw new PretrainedError(pathOf(files, error.message), { cause: error }); // the message begins with the file's name
  }
}

async function readDirection(files: ModelFiles, options: ReadOptions): Promise<Direction | undefined> {
  const { source_lang: from, target_lang: to } =
    (await readOptionalJson(files, "tokenizer_config.json", options)) ?? {};
  return typeof from === "string" && typeof to === "string" ? { from, to } : directionOf(files.name);
}

/**
 * The class of a folder: as `config.json` names it, but that folders of Sentence Transformers hold a model without a head, also
 * where they name that with which it was trained.
 */
async function classOf(
  files: ModelFiles,
  named: Found,
  families: readonly AnyFamily[],
  options: ReadOptions,
): Promise<Found> {
  const { task } = named.architecture;
  if (task !== "maskedLM" && task !== "causalLM") return named;
  if ((await readOptionalFile(files, "modules.json", options)) === undefined) return named;
  const classes = classesOf(named.modelType, families);
  return classes.find(({ architecture }) => architecture.task === "textEncoder") ?? named;
}

/** Classes that read whole texts. What reads how they are to be used is loaded for them alone. */
const READERS: ReadonlySet<ModelTask> = new Set([
  ...(["textEncoder", "maskedLM", "sequenceClassification", "tokenClassification", "questionAnswering"] as const),
]);

const textUse = () => import("../sentenceModules/textUse.ts");

async function readImageProcessor(
  files: ModelFiles,
  family: AnyFamily,
  modelType: string,
  options: ReadOptions,
): Promise<ImageProcessorConfig | undefined> {
  if (family.parseProcessor === undefined) return undefined; // a text model may have one of another kind
  const json = await readOptionalJson(files, PREPROCESSOR, options);
  try {
    return json === undefined ? undefined : (family.parseProcessor(json, modelType) as ImageProcessorConfig);
  } catch (error) {
    throw errorIn(pathOf(files, PREPROCESSOR), error);
  }
}

async function readSpectrogram(files: ModelFiles, options: ReadOptions): Promise<SpectrogramConfig | undefined> {
  const json = await readOptionalJson(files, PREPROCESSOR, options);
  if (json === undefined) return undefined;
  const { parseSpectrogramConfig } = await import("@qkv/audio"); // for models that hear alone
  try {
    return parseSpectrogramConfig(json);
  } catch (error) {
    throw errorIn(pathOf(files, PREPROCESSOR), error);
  }
}

/** What a model of characters hears and writes. */
async function readCtc(
  files: ModelFiles,
  options: ReadOptions,
): Promise<Pick<Pretrained, "waveform" | "ctcVocabulary">> {
  const json = await readOptionalJson(files, PREPROCESSOR, options);
  const { readCtcVocabulary } = await import("./ctcVocabulary.ts");
  const ctcVocabulary = await readCtcVocabulary(files, options);
  const { parseWaveformConfig } = await import("@qkv/audio");
  try {
    return {
      ...(json !== undefined && { waveform: parseWaveformConfig(json) }),
      ...(ctcVocabulary !== undefined && { ctcVocabulary }),
    };
  } catch (error) {
    throw errorIn(pathOf(files, PREPROCESSOR), error);
  }
}

const PREPROCESSOR = "preprocessor_config.json";

function parseConfig(
  family: AnyFamily,
  files: ModelFiles,
  json: Record<string, unknown>,
  generation: Record<string, unknown> | undefined,
): FamilyConfig {
  let blamed = "config.json";
  try {
    // Alone first, to separate its errors from those of the other file.
    if (generation !== undefined) family.parseConfig(withoutGeneration(json));
    blamed = generation === undefined ? blamed : "generation_config.json";
    return family.parseConfig(withGeneration(json, generation));
  } catch (error) {
    throw errorIn(pathOf(files, blamed), error);
  }
}

function isRecord(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
