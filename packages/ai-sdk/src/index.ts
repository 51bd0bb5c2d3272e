export { createQkv, type QkvOptions, type QkvProvider } from "./provider.ts";
export { QkvEmbeddingModel } from "./embeddingModel.ts";
export { QkvLanguageModel } from "./languageModel.ts";
export { QkvTranscriptionModel, type SoundDecoder } from "./transcriptionModel.ts";
export type { ModelOpener } from "./modelOpener.ts";
