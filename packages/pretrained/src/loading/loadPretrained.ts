import type { Pretrained } from "./pretrained.ts";
import { checkBackend, checkOptions, describeArgument, type OptionNames } from "@qkv/ops";
import { openTokenizer, type Tokenizer, TokenizerError, type TokenizerOptions } from "@qkv/tokenizers";
import { type ImageProcessorConfig, parsePreprocessorConfig } from "@qkv/vit";
import {
  type AnyArchitecture,
  ARCHITECTURES,
  architecturesOf,
  isModelType,
  type ModelType,
  type PretrainedModel,
} from "../registry/architectures.ts";
import { type Direction, directionOf } from "./direction.ts";
import { IMAGE_ARCHITECTURES } from "../registry/imageArchitectures.ts";
import { checkList } from "./argumentChecks.ts";
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
import { loadModel } from "./loadModel.ts";

/** Options of opening a model: the accepted types, and for a remote model how it is fetched and cached. */
export interface LoadPretrainedOptions<T extends ModelType = ModelType> extends ReadOptions, RemoteOptions {
  /** The accepted model types: `["marian"]`. Default all. */
  readonly modelTypes?: readonly T[];
  /** The tokenizer's limit of steps for each character of a text: `TokenizerOptions` of `@qkv/tokenizers`. Default 512. */
  readonly maxSteps?: number;
}

/**
 * Opens a model folder in Hugging Face's format: `config.json`, `model.safetensors` or shards of it, `tokenizer.json`,
 * `preprocessor_config.json` and `generation_config.json`. Every parameter must be there with its shape, and nothing else may be.
 *
 * @param source its files, or a reference for {@link remoteFiles}: an id on the hub (`owner/name`) or an https address
 * @throws PretrainedError naming the file; no tensor is left behind
 */
export async function loadPretrained<T extends ModelType = ModelType>(
  source: ModelFiles | string,
  given: LoadPretrainedOptions<T> = {},
): Promise<Pretrained<T>> {
  checkOptions("loadPretrained", given, OPTIONS);
  const { modelTypes, maxSteps, ...options } = given;
  if (modelTypes !== undefined) checkList("loadPretrained", "modelTypes", modelTypes);
  const files = filesOf(source, options);
  checkBackend("loadPretrained");
  const json = await readJson(files, "config.json", options);
  const [modelType, architecture] = architectureFor(pathOf(files, "config.json"), json, modelTypes);
  const generation = await readOptionalJson(files, "generation_config.json", options);
  const tokenizer = await readTokenizer(files, options, maxSteps === undefined ? {} : { maxSteps });
  const direction = modelType === "marian" ? await readDirection(files, options) : undefined;
  const imageProcessor = await readImageProcessor(files, modelType, options);

  const config = parseConfig(architecture, files, json, generation);
  const { model, dtypes } = await loadModel(files, architecture, config, options);
  return {
    name: files.name,
    modelType,
    architecture: architecture.className,
    config: model.config,
    model,
    ...(tokenizer !== undefined && { tokenizer }),
    ...(direction !== undefined && { direction }),
    ...(imageProcessor !== undefined && { imageProcessor }),
    generationConfig: generationOf(json, generation),
    dtypes,
  } as Pretrained<T>;
}

const OPTIONS: OptionNames<LoadPretrainedOptions> = {
  modelTypes: true,
  maxSteps: true,
  signal: true,
  cache: true,
  onProgress: true,
  onUnkept: true,
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

function architectureFor(
  path: string,
  { model_type: type, architectures }: Record<string, unknown>,
  wanted: readonly ModelType[] = Object.keys(ARCHITECTURES) as ModelType[],
): [ModelType, AnyArchitecture] {
  if (!isModelType(type) || !wanted.includes(type)) {
    const known = wanted.join(", ");
    throw new PretrainedError(`${path}: expected a model_type of ${known}, got ${JSON.stringify(type) ?? "none"}`);
  }
  const classes = architecturesOf(type);
  // A model's base class has other weights than the class with the head on it.
  const named: unknown = architectures ?? [];
  const isNamed = ({ className }: AnyArchitecture) => Array.isArray(named) && named.includes(className);
  const found = Array.isArray(named) && named.length === 0 ? classes[0] : classes.find(isNamed);
  if (found === undefined) {
    const known = classes.map(({ className }) => className).join(" or ");
    throw new PretrainedError(`${path}: expected architectures to name ${known}, got ${JSON.stringify(architectures)}`);
  }
  return [type, found];
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

async function readImageProcessor(
  files: ModelFiles,
  modelType: ModelType,
  options: ReadOptions,
): Promise<ImageProcessorConfig | undefined> {
  if (!Object.hasOwn(IMAGE_ARCHITECTURES, modelType)) return undefined; // a text model may have one of another kind
  const json = await readOptionalJson(files, PREPROCESSOR, options);
  try {
    return json === undefined ? undefined : parsePreprocessorConfig(json, modelType);
  } catch (error) {
    throw errorIn(pathOf(files, PREPROCESSOR), error);
  }
}

const PREPROCESSOR = "preprocessor_config.json";

function parseConfig(
  { parseConfig }: AnyArchitecture,
  files: ModelFiles,
  json: Record<string, unknown>,
  generation: Record<string, unknown> | undefined,
): PretrainedModel["config"] {
  let blamed = "config.json";
  try {
    // Alone first, to separate its errors from those of the other file.
    if (generation !== undefined) parseConfig(withoutGeneration(json));
    blamed = generation === undefined ? blamed : "generation_config.json";
    return parseConfig(withGeneration(json, generation));
  } catch (error) {
    throw errorIn(pathOf(files, blamed), error);
  }
}
