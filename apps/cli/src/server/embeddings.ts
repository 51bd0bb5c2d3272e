import type { Context } from "hono";
import { z } from "zod";
import { fieldError } from "./apiError.ts";
import { asApiError, type ServerParts } from "./answers.ts";
import { requestBody } from "./requestBody.ts";
import { servedModel } from "./servedModels.ts";

const EMBEDDING_REQUEST = z.strictObject({
  model: z.string(),
  input: z.union([z.string().min(1), z.array(z.string().min(1)).min(1).max(2048)], {
    error: "expected a text or a list of texts",
  }),
  encoding_format: z.enum(["float", "base64"]).nullish(),
  dimensions: z.int().min(1).nullish(),
  user: z.unknown().optional(),
});

/** `POST /v1/embeddings`. */
export async function embeddings(context: Context, parts: ServerParts): Promise<Response> {
  const { model: id, input, encoding_format: format, dimensions } = await requestBody(context, EMBEDDING_REQUEST);
  const { embedder, tokenizer } = servedModel(parts.models, id, "embedder").embedder;
  const texts = [input].flat();
  const signal = AbortSignal.any([context.req.raw.signal, parts.ending]);
  const leave = await parts.queue.enter(signal);
  try {
    const vectors = await embedder.embedBatch(texts, {
      signal,
      ...(dimensions && { dimensions }),
      onTruncated: ({ index, tokens, kept }) => {
        throw fieldError(`input.${index}`, `at most ${kept} tokens, which are all that the model reads`, `${tokens}`);
      },
    });
    const lengths = texts.map((text) => tokenizer.encode(text, { truncation: false, padding: false }).length);
    const tokens = lengths.reduce((sum, length) => sum + length, 0);
    parts.metrics.add("qkv_prompt_tokens_total", { model: id }, tokens);
    return context.json({
      object: "list",
      model: id,
      data: vectors.map((vector, index) => ({
        object: "embedding",
        index,
        embedding: format === "base64" ? base64Of(vector) : Array.from(vector),
      })),
      usage: { prompt_tokens: tokens, total_tokens: tokens },
    });
  } catch (error) {
    throw asApiError(error);
  } finally {
    leave();
  }
}

/** The numbers as float32, little-endian. */
function base64Of(vector: Float32Array): string {
  const bytes = Buffer.alloc(4 * vector.length);
  for (const [i, value] of vector.entries()) bytes.writeFloatLE(value, 4 * i);
  return bytes.toString("base64");
}
