import { NoSuchModelError, type ProviderV3 } from "@ai-sdk/provider";
import { loadPretrained, type Pretrained } from "@qkv/pretrained";
import { QkvEmbeddingModel } from "./embeddingModel.ts";
import { QkvLanguageModel } from "./languageModel.ts";
import type { ModelOpener } from "./modelOpener.ts";
import { QkvTranscriptionModel, type SoundDecoder } from "./transcriptionModel.ts";

/** Options of {@link createQkv}. */
export interface QkvOptions {
  /** Opens a model by its id. Default `loadPretrained`, so that ids are those of a hub, or https addresses. */
  readonly open?: (modelId: string) => Promise<Pretrained>;
  /** Reads sound files. Default `decodeSound` of `@qkv/audio`; in Node that of `@qkv/audio/node` reads more kinds of them. */
  readonly decode?: SoundDecoder;
}

/** A provider of the AI SDK whose models run on this machine. Each is opened when it is first used, and stays open. */
export interface QkvProvider extends ProviderV3 {
  (modelId: string): QkvLanguageModel;
  languageModel(modelId: string): QkvLanguageModel;
  embeddingModel(modelId: string): QkvEmbeddingModel;
  textEmbeddingModel(modelId: string): QkvEmbeddingModel;
  transcriptionModel(modelId: string): QkvTranscriptionModel;
  /** Alias of `transcriptionModel`, as other providers have it. */
  transcription(modelId: string): QkvTranscriptionModel;
  /** Disposes of the models that were opened. */
  dispose(): Promise<void>;
}

/** Makes a provider for Vercel's AI SDK. A backend has to be started before its models are used: `initBackend`. */
export function createQkv(options: QkvOptions = {}): QkvProvider {
  if (typeof options !== "object" || options === null || "then" in options) {
    throw new RangeError("createQkv: expected options to be an object, got another value");
  }
  const { open = (modelId: string) => loadPretrained(modelId), decode } = options;
  const opened = new Map<string, Promise<Pretrained>>();
  const opener = (modelId: string): ModelOpener => {
    if (typeof modelId !== "string" || modelId === "") {
      throw new RangeError(`qkv: expected the id of a model, got ${modelId === "" ? "an empty one" : "another value"}`);
    }
    return () => {
      const found = opened.get(modelId) ?? open(modelId);
      opened.set(modelId, found);
      found.catch(() => opened.delete(modelId)); // it may be tried again
      return found;
    };
  };
  const languageModel = (modelId: string) => new QkvLanguageModel(modelId, opener(modelId));
  const embeddingModel = (modelId: string) => new QkvEmbeddingModel(modelId, opener(modelId));
  const transcriptionModel = (modelId: string) => new QkvTranscriptionModel(modelId, opener(modelId), decode);
  return Object.assign((modelId: string) => languageModel(modelId), {
    specificationVersion: "v3" as const,
    languageModel,
    embeddingModel,
    textEmbeddingModel: embeddingModel,
    transcriptionModel,
    transcription: transcriptionModel,
    imageModel: (modelId: string): never => {
      throw new NoSuchModelError({ modelId, modelType: "imageModel" });
    },
    dispose: async () => {
      const all = [...opened.values()];
      opened.clear();
      for (const one of await Promise.allSettled(all)) {
        if (one.status === "fulfilled") one.value.model.dispose();
      }
    },
  });
}
