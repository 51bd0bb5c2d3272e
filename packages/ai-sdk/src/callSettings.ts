import type { LanguageModelV3CallOptions, SharedV3Warning } from "@ai-sdk/provider";
import type { GenerateTextOptions, JsonSchema, KnownTools, TextGenerator } from "@qkv/pretrained";
import { toolUseOf } from "./toolUse.ts";

/** What a call of the AI SDK asks a generator for. */
export interface CallSettings {
  readonly settings: GenerateTextOptions;
  /** The tools that may be called; undefined: none. */
  readonly tools?: KnownTools | undefined;
  /** What is not supported of it. */
  readonly warnings: SharedV3Warning[];
}

/**
 * Reads the options of a call. Without a `temperature` the model's files say whether tokens are drawn; 0 takes the likeliest.
 * `providerOptions.qkv` are further options of a generator, over these.
 */
export function callSettings(
  options: LanguageModelV3CallOptions,
  { defaults, takesTools }: Pick<TextGenerator, "defaults" | "takesTools">,
): CallSettings {
  const { maxOutputTokens, temperature, topP, topK, stopSequences = [], seed } = options;
  const warnings: SharedV3Warning[] = [];
  for (const feature of ["presencePenalty", "frequencyPenalty"] as const) {
    if (options[feature]) {
      const details = "providerOptions.qkv.repetitionPenalty is what the models here have";
      warnings.push({ type: "unsupported", feature, details });
    }
  }
  const json = schemaOf(options);
  const tools = toolUseOf(options, { takesTools, isJson: json !== undefined }, warnings);
  const schema = tools?.schema ?? json;
  const draws =
    temperature === 0
      ? false
      : [temperature, topP, topK].some((given) => given !== undefined) || defaults.sampling !== undefined;
  const sampling = {
    seed: seed ?? globalThis.crypto.getRandomValues(new Uint32Array(1))[0] ?? 0,
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { topP }),
    ...(topK !== undefined && { topK }),
  };
  return {
    warnings,
    tools,
    settings: {
      sampling: draws ? sampling : null,
      numBeams: 1, // a search of several is known only at its end
      ...(maxOutputTokens !== undefined && { maxNewTokens: maxOutputTokens }),
      ...(stopSequences.length > 0 && { stopStrings: stopSequences }),
      ...(schema !== undefined && { json: schema }),
      ...(tools !== undefined && { templateVariables: { tools: tools.variable } }),
      ...(options.providerOptions?.["qkv"] as GenerateTextOptions | undefined),
    },
  };
}

function schemaOf({ responseFormat }: LanguageModelV3CallOptions): JsonSchema | undefined {
  if (responseFormat?.type !== "json") return undefined;
  return (responseFormat.schema as JsonSchema | undefined) ?? { type: "object" };
}
