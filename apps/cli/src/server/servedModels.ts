import type { CacheDtype, KeyValueCache } from "@qkv/attention";
import {
  createEmbedder,
  createGenerator,
  createTranscriber,
  type CtcTranscriber,
  type Embedder,
  loadPretrained,
  type TextGenerator,
  type Transcriber,
} from "@qkv/pretrained";
import type { Tokenizer } from "@qkv/tokenizers";
import { openModelFiles } from "../openModelFiles.ts";
import { tokenizerOptions } from "../tokenizerOptions.ts";
import { UsageError } from "../usageError.ts";
import { ApiError } from "./apiError.ts";

/** A model that a server answers with. */
export interface ServedModel {
  /** As `--model` named it. */
  readonly id: string;
  /** When it was opened, in seconds since 1970. */
  readonly created: number;
  readonly generator?: { readonly generator: TextGenerator; readonly cache: KeyValueCache };
  readonly embedder?: { readonly embedder: Embedder; readonly tokenizer: Tokenizer };
  readonly transcriber?: Transcriber | CtcTranscriber;
  dispose(): void;
}

/** Opens the models that are named. @throws UsageError for a model that neither generates nor embeds texts, nor writes speech */
export async function openServedModels(
  refs: readonly string[],
  signal: AbortSignal,
  cacheDtype?: CacheDtype,
): Promise<ServedModel[]> {
  const models: ServedModel[] = [];
  try {
    for (const id of new Set(refs)) models.push(await openServedModel(id, signal, cacheDtype));
    return models;
  } catch (error) {
    for (const model of models) model.dispose();
    throw error;
  }
}

async function openServedModel(
  id: string,
  signal: AbortSignal,
  cacheDtype: CacheDtype | undefined,
): Promise<ServedModel> {
  const pretrained = await loadPretrained(await openModelFiles(id), { signal, ...tokenizerOptions() });
  const { model, task, tokenizer, architecture } = pretrained;
  const served = { id, created: Math.floor(Date.now() / 1000) };
  try {
    if (tokenizer !== undefined && (task === "causalLM" || task === "seq2seqLM")) {
      const generator = createGenerator(pretrained);
      const cache = generator.model.createCache({ dtype: cacheDtype });
      const dispose = () => {
        cache.dispose();
        model.dispose();
      };
      return { ...served, generator: { generator, cache }, dispose };
    }
    if (tokenizer !== undefined && task === "textEncoder") {
      const embedder = { embedder: createEmbedder(pretrained), tokenizer };
      return { ...served, embedder, dispose: () => model.dispose() };
    }
    if (task === "speechSeq2seq" || task === "speechCtc") {
      return { ...served, transcriber: createTranscriber(pretrained), dispose: () => model.dispose() };
    }
    const expected =
      "--model: expected a model that writes speech, or one with a tokenizer that generates or embeds texts";
    throw new UsageError(
      `${expected}, got ${id}: ${architecture}${tokenizer === undefined ? ", without a tokenizer" : ""}`,
    );
  } catch (error) {
    model.dispose();
    throw error;
  }
}

/** Finds the model that a request names. @throws ApiError 404 for another, 400 for one that cannot do it */
export function servedModel<Kind extends keyof typeof DOES>(
  models: readonly ServedModel[],
  id: string,
  kind: Kind,
): ServedModel & Required<Pick<ServedModel, Kind>> {
  const model = models.find((each) => each.id === id);
  if (model === undefined) {
    const known = models.map((each) => each.id).join(", ");
    throw new ApiError(404, `model: expected one of ${known}, got ${id}`, { param: "model", code: "model_not_found" });
  }
  if (model[kind] === undefined) {
    throw new ApiError(400, `model: expected one that ${DOES[kind]}, got ${id}`, {
      param: "model",
      code: "invalid_value",
    });
  }
  return model as ServedModel & Required<Pick<ServedModel, Kind>>;
}

const DOES = { generator: "generates text", embedder: "embeds texts", transcriber: "writes speech" };
