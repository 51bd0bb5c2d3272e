import { loadCheckpoint } from "@qkv/nn";
import type { Dtype } from "@qkv/safetensors";
import { openTokenizer, Tokenizer, TokenizerError } from "@qkv/tokenizers";
import {
  ARCHITECTURES,
  type Architecture,
  isModelType,
  type ModelType,
  type PretrainedModel,
} from "./architectures.ts";
import { withGeneration } from "./generationConfig.ts";
import {
  type ModelFiles,
  pathOf,
  readJson,
  readOptionalFile,
  readOptionalJson,
  type ReadOptions,
} from "./modelFiles.ts";
import { errorIn, PretrainedError } from "./pretrainedError.ts";
import { readWeights, type Weights } from "./readWeights.ts";

/** A model with all that its folder says about it. The caller owns the model and disposes of it. */
export interface Pretrained<Model extends PretrainedModel = PretrainedModel> {
  /** Where it came from, for messages. */
  readonly name: string;
  readonly modelType: ModelType;
  /** The class of Hugging Face transformers that the folder was made for. */
  readonly architecture: string;
  readonly config: Model["config"];
  readonly model: Model;
  /** Absent if the folder has none, in any of the forms that `openTokenizer` of `@qkv/tokenizers` knows. */
  readonly tokenizer?: Tokenizer;
  /** `generation_config.json` as it is, Hugging Face's names; empty if there is none. */
  readonly generationConfig: Readonly<Record<string, unknown>>;
  /** How many arrays the files store in each dtype. */
  readonly dtypes: ReadonlyMap<Dtype, number>;
}

/**
 * Opens a model folder in Hugging Face's form: `config.json`, `model.safetensors` or shards of it, `tokenizer.json`
 * and `generation_config.json`. Every parameter must be there with its shape, and nothing else may be.
 *
 * @throws PretrainedError naming the file; no tensor is left behind
 */
export async function loadPretrained(files: ModelFiles, options: ReadOptions = {}): Promise<Pretrained> {
  const json = await readJson(files, "config.json", options);
  const modelType = modelTypeOf(pathOf(files, "config.json"), json);
  const generationConfig = (await readOptionalJson(files, "generation_config.json", options)) ?? {};
  const tokenizer = await readTokenizer(files, options);

  const architecture = ARCHITECTURES[modelType];
  const config = parseConfig(architecture, pathOf(files, "config.json"), withGeneration(json, generationConfig));
  const weights = await readWeights(files, { ...options, ignore: architecture.ignore });
  const model = build(architecture, config, weights);
  return {
    name: files.name,
    modelType,
    architecture: architecture.className,
    config,
    model,
    ...(tokenizer !== undefined && { tokenizer }),
    generationConfig,
    dtypes: weights.dtypes,
  };
}

function modelTypeOf(path: string, { model_type: type, architectures }: Record<string, unknown>): ModelType {
  if (!isModelType(type)) {
    const known = Object.keys(ARCHITECTURES).join(", ");
    throw new PretrainedError(`${path}: expected a model_type of ${known}, got ${JSON.stringify(type) ?? "none"}`);
  }
  const { className } = ARCHITECTURES[type];
  // A model's base class has other weights than the class with the head on it.
  if (architectures !== undefined && !(Array.isArray(architectures) && architectures.includes(className))) {
    throw new PretrainedError(
      `${path}: expected architectures to name ${className}, got ${JSON.stringify(architectures)}`,
    );
  }
  return type;
}

async function readTokenizer(files: ModelFiles, options: ReadOptions): Promise<Tokenizer | undefined> {
  const json = await readOptionalJson(files, "tokenizer.json", options);
  try {
    if (json !== undefined) return Tokenizer.fromJSON(json);
    return await openTokenizer((file) => readOptionalFile(files, file, options));
  } catch (error) {
    if (!(error instanceof TokenizerError)) throw error;
    if (json !== undefined) throw errorIn(pathOf(files, "tokenizer.json"), error);
    throw new PretrainedError(pathOf(files, error.message), { cause: error }); // the message begins with the file's name
  }
}

function parseConfig<C, M>(architecture: Architecture<C, M>, path: string, json: unknown): C {
  try {
    return architecture.parseConfig(json);
  } catch (error) {
    throw errorIn(path, error);
  }
}

function build<C, M>({ names, ignore, build }: Architecture<C, M>, config: C, { state, path }: Weights): M {
  try {
    return loadCheckpoint(state, names, (params) => build(params, config), { ignore });
  } catch (error) {
    throw errorIn(path, error);
  }
}
