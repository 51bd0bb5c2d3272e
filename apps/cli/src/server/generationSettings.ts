import { randomInt } from "node:crypto";
import type { GenerateTextOptions, TextGenerator } from "@qkv/pretrained";

/** The fields of a request that say how a text is generated. */
export interface GenerationRequest {
  readonly max_tokens?: number | null | undefined;
  readonly temperature?: number | null | undefined;
  readonly top_p?: number | null | undefined;
  readonly top_k?: number | null | undefined;
  readonly min_p?: number | null | undefined;
  readonly repetition_penalty?: number | null | undefined;
  readonly seed?: number | null | undefined;
  readonly stop?: string | readonly string[] | null | undefined;
  readonly logit_bias?: Readonly<Record<string, number>> | null | undefined;
}

/**
 * The options of a request. Without a `temperature` the model's files say whether tokens are drawn; 0 takes the likeliest. Without
 * a `seed` each answer is drawn anew.
 *
 * @param maxTokens where the request does not say it
 */
export function generationSettings(
  request: GenerationRequest,
  { defaults }: Pick<TextGenerator, "defaults">,
  maxTokens: number,
): GenerateTextOptions {
  const { temperature, top_p: topP, top_k: topK, min_p: minP, repetition_penalty: repetitionPenalty } = request;
  const draws =
    temperature === 0
      ? false
      : [temperature, topP, topK, minP].some((given) => given != null) || defaults.sampling !== undefined;
  const sampling = {
    seed: request.seed ?? randomInt(2 ** 31),
    ...(temperature != null && { temperature }),
    ...(topP != null && { topP }),
    ...(topK != null && { topK }),
    ...(minP != null && { minP }),
  };
  const biases = Object.entries(request.logit_bias ?? {}).map(([id, bias]) => ({ ids: [Number(id)], bias }));
  const stopStrings = [request.stop ?? []].flat() as readonly string[];
  return {
    maxNewTokens: request.max_tokens ?? maxTokens,
    sampling: draws ? sampling : null,
    numBeams: 1, // a search of several is known only at its end
    ...(stopStrings.length > 0 && { stopStrings }),
    ...(repetitionPenalty != null && { repetitionPenalty }),
    ...(biases.length > 0 && { sequenceBias: biases }),
  };
}
