import type {
  EmbeddingModelV3,
  EmbeddingModelV3CallOptions,
  EmbeddingModelV3Result,
  SharedV3Warning,
} from "@ai-sdk/provider";
import { createEmbedder, type EmbedOptions } from "@qkv/pretrained";
import { checkOpener, type ModelOpener } from "./modelOpener.ts";

/** A text encoder as the AI SDK's `embed` and `embedMany` take it. `providerOptions.qkv` are options of an `Embedder`. */
export class QkvEmbeddingModel implements EmbeddingModelV3 {
  readonly specificationVersion = "v3";
  readonly provider = "qkv";
  readonly modelId: string;
  readonly maxEmbeddingsPerCall = undefined;
  readonly supportsParallelCalls = false;
  readonly #open: ModelOpener;

  constructor(modelId: string, open: ModelOpener) {
    checkOpener("QkvEmbeddingModel", modelId, open);
    this.modelId = modelId;
    this.#open = open;
  }

  /** Embeds texts. One that is longer than the model reads is a warning. @throws the signal's reason if it is aborted */
  async doEmbed(options: EmbeddingModelV3CallOptions): Promise<EmbeddingModelV3Result> {
    const { values, abortSignal, providerOptions } = options;
    abortSignal?.throwIfAborted();
    const pretrained = await this.#open();
    const embedder = createEmbedder(pretrained);
    const warnings: SharedV3Warning[] = [];
    const vectors = await embedder.embedBatch(values, {
      ...(providerOptions?.["qkv"] as EmbedOptions | undefined),
      ...(abortSignal !== undefined && { signal: abortSignal }),
      onTruncated: ({ index, tokens, kept }) => {
        const message = `values.${index}: expected at most ${kept} tokens, which are all that is read, got ${tokens}`;
        warnings.push({ type: "other", message });
      },
    });
    const lengths = values.map(
      (text) => pretrained.tokenizer?.encode(text, { truncation: false, padding: false }).length,
    );
    const tokens = lengths.reduce<number>((sum, length = 0) => sum + Math.min(length, embedder.maxTokens), 0);
    return { embeddings: vectors.map((vector) => Array.from(vector)), usage: { tokens }, warnings };
  }
}
