import { ConfigError, ConfigFields } from "@qkv/transformer";
import { isFileName } from "../files/fileName.ts";
import { type ModelFiles, pathOf, readOptionalFile, readOptionalJson, type ReadOptions } from "../files/modelFiles.ts";
import { errorIn, PretrainedError } from "../files/pretrainedError.ts";
import { type DenseStep, readDense } from "./dense.ts";
import { parsePooling, type Pooling } from "./pooling.ts";

/** How a model makes one vector of a text: the modules of Sentence Transformers (https://sbert.net). */
export interface SentenceModules {
  /** The most tokens of a text; absent: what the model takes. */
  readonly maxTokens?: number;
  /** Whether texts are lowercased before they are encoded. */
  readonly lowercases: boolean;
  readonly pooling: Pooling;
  /** What the pooled vector goes through, in this order. */
  readonly steps: readonly (DenseStep | { readonly kind: "normalize" })[];
  /** Texts that are put before a text, by the names of their use: `query`, `document`. */
  readonly prompts: Readonly<Record<string, string>>;
  /** The prompt of texts for which none is asked. */
  readonly defaultPrompt?: string;
  /** The number of dimensions that are kept; absent: all. */
  readonly dimensions?: number;
  /** How its vectors are compared. */
  readonly similarity: Similarity;
}

/** How two vectors are compared; distances are negative, so that more is nearer. */
export type Similarity = (typeof SIMILARITIES)[number];

/** Every {@link Similarity}. */
export const SIMILARITIES = ["cosine", "dot", "euclidean", "manhattan"] as const;

const MODULES = "modules.json";

/**
 * Reads the modules of a folder of Sentence Transformers; undefined if it has no `modules.json`.
 *
 * @throws PretrainedError naming a file, and a module or a field that is not known
 */
export async function readSentenceModules(
  files: ModelFiles,
  options: ReadOptions,
): Promise<SentenceModules | undefined> {
  const bytes = await readOptionalFile(files, MODULES, options);
  if (bytes === undefined) return undefined;
  const modules = parseModules(pathOf(files, MODULES), bytes);
  const [first, second, ...others] = modules;
  if (first?.kind !== "Transformer" || second?.kind !== "Pooling" || first.path !== "") {
    const got = modules.map(({ kind, path }) => `${kind} in ${path === "" ? "the folder itself" : path}`).join(", ");
    throw new PretrainedError(
      `${pathOf(files, MODULES)}: expected a Transformer in the folder itself, then Pooling, got ${got || "nothing"}`,
    );
  }
  const poolingFile = `${second.path}/config.json`;
  const pooling = await parsed(files, poolingFile, options, parsePooling);
  if (pooling === undefined) throw new PretrainedError(`${pathOf(files, poolingFile)}: expected a file, got nothing`);
  const steps: SentenceModules["steps"][number][] = [];
  for (const { kind, path } of others) {
    if (kind === "Normalize") steps.push({ kind: "normalize" });
    else if (kind === "Dense") steps.push(await readDense(files, path, options));
    else if (kind !== "Dropout") {
      throw new PretrainedError(
        `${pathOf(files, MODULES)}: expected the modules Transformer, Pooling, Dense, Normalize, got ${kind}`,
      );
    }
  }
  const limits = await parsed(files, "sentence_bert_config.json", options, parseLimits);
  const uses = await parsed(files, "config_sentence_transformers.json", options, parseUses);
  return { pooling, steps, ...(limits ?? NO_LIMITS), ...(uses ?? NO_USES) };
}

interface Module {
  /** The name of its class. */
  readonly kind: string;
  /** Its folder; empty for that of the model. */
  readonly path: string;
}

function parseModules(path: string, bytes: Uint8Array): Module[] {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    throw errorIn(path, error);
  }
  const isModule = (each: unknown): each is { type: string; path: string } => {
    const { type, path: folder } = (each ?? {}) as { type?: unknown; path?: unknown };
    return typeof type === "string" && typeof folder === "string" && (folder === "" || isFileName(folder));
  };
  if (!Array.isArray(json) || !json.every(isModule)) {
    throw new PretrainedError(`${path}: expected a list of modules, each with a type and the path of a folder below`);
  }
  return json.map(({ type, path: folder }) => ({ kind: type.slice(type.lastIndexOf(".") + 1), path: folder }));
}

/** Reads a file's fields; undefined if the file is missing. */
async function parsed<T>(
  files: ModelFiles,
  file: string,
  options: ReadOptions,
  parse: (fields: ConfigFields, json: Readonly<Record<string, unknown>>) => T,
): Promise<T | undefined> {
  const json = await readOptionalJson(files, file, options);
  if (json === undefined) return undefined;
  try {
    return parse(new ConfigFields(json), json);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new PretrainedError(`${pathOf(files, file)}: ${error.message.replace(/^config\.json: /, "")}`, {
      cause: error,
    });
  }
}

type Limits = Pick<SentenceModules, "maxTokens" | "lowercases">;
type Uses = Pick<SentenceModules, "prompts" | "defaultPrompt" | "dimensions" | "similarity">;

const NO_LIMITS: Limits = { lowercases: false };
const NO_USES: Uses = { prompts: {}, similarity: "cosine" };

function parseLimits(fields: ConfigFields): Limits {
  fields.oneOf("transformer_task", { "feature-extraction": true }, "feature-extraction");
  fields.oneOf("module_output_name", { token_embeddings: true }, "token_embeddings");
  const text = fields.optionalObject("modality_config")?.optionalObject("text");
  text?.oneOf("method", { forward: true }, "forward");
  text?.oneOf("method_output_name", { last_hidden_state: true }, "last_hidden_state");
  const maxTokens = fields.optionalInteger("max_seq_length");
  return { ...(maxTokens !== undefined && { maxTokens }), lowercases: fields.boolean("do_lower_case", false) };
}

function parseUses(fields: ConfigFields, json: Readonly<Record<string, unknown>>): Uses {
  fields.oneOf("model_type", { SentenceTransformer: true }, "SentenceTransformer");
  const prompts = parsePrompts(fields, json["prompts"] ?? {});
  const defaultPrompt = fields.has("default_prompt_name")
    ? fields.oneOf("default_prompt_name", prompts, "")
    : undefined;
  const dimensions = fields.optionalInteger("truncate_dim");
  return {
    prompts,
    ...(defaultPrompt !== undefined && { defaultPrompt }),
    ...(dimensions !== undefined && { dimensions }),
    similarity: fields.oneOf("similarity_fn_name", NAMES, "cosine"),
  };
}

function parsePrompts(fields: ConfigFields, prompts: unknown): Readonly<Record<string, string>> {
  const entries = typeof prompts === "object" && prompts !== null ? Object.entries(prompts) : undefined;
  const said = entries?.filter(([, prompt]) => prompt !== null); // a use that has none
  if (said?.every((entry): entry is [string, string] => typeof entry[1] === "string")) return Object.fromEntries(said);
  return fields.fail("prompts", "an object of texts");
}

const NAMES = Object.fromEntries(SIMILARITIES.map((name) => [name, name])) as Record<Similarity, Similarity>;
