import { type JsonSchema, type KnownTools, toolCallSchema } from "@qkv/pretrained";
import { z } from "zod";
import { ApiError, fieldError } from "./apiError.ts";

const TOOL = z.strictObject({
  type: z.literal("function"),
  function: z.strictObject({
    name: z.string().regex(/^[\w-]{1,64}$/, { error: "expected letters, digits, _ and -, at most 64" }),
    description: z.string().nullish(),
    parameters: z.record(z.string(), z.unknown()).nullish(),
    strict: z.boolean().nullish(),
  }),
});

/** The fields of a request that tell of tools. */
export const TOOL_FIELDS = {
  tools: z.array(TOOL).max(128).nullish(),
  tool_choice: z
    .union(
      [
        z.enum(["none", "auto", "required"]),
        z.strictObject({ type: z.literal("function"), function: z.strictObject({ name: z.string() }) }),
      ],
      { error: "expected none, auto, required or a function" },
    )
    .nullish(),
  parallel_tool_calls: z.boolean().nullish(),
};

/** The tools of a request, and whether one has to be called. */
export type ToolRequest = z.infer<z.ZodObject<typeof TOOL_FIELDS>>;

/** What a request's tools mean for its answer. */
export interface ToolUse extends KnownTools {
  /** The variable of the chat template. */
  readonly tools: readonly object[];
  /** What the whole answer is held to, where one has to be called. */
  readonly schema?: JsonSchema;
}

/**
 * Reads the tools of a request; undefined if it has none, or they are not to be called.
 *
 * @throws ApiError naming a field that contradicts another, or asks for what is not supported
 */
export function toolUseOf(request: ToolRequest): ToolUse | undefined {
  const { tools, tool_choice: choice, parallel_tool_calls: parallel } = request;
  const given = tools ?? [];
  if (given.length === 0) {
    if (choice == null || choice === "none" || choice === "auto") return undefined;
    throw fieldError("tool_choice", "none or auto where there are no tools", JSON.stringify(choice));
  }
  const names = new Set<string>();
  for (const [i, { function: tool }] of given.entries()) {
    if (names.has(tool.name)) throw fieldError(`tools.${i}.function.name`, "a name of its own", tool.name);
    names.add(tool.name);
  }
  if (choice === "none") return undefined;
  const isForced = choice != null && choice !== "auto";
  for (const [i, { function: tool }] of given.entries()) {
    if (!tool.strict || isForced) continue;
    throw new ApiError(
      400,
      `tools.${i}.function.strict: expected false, or a tool_choice that forces a call, which alone is held to a schema, got true`,
      { param: `tools.${i}.function.strict`, code: "invalid_value" },
    );
  }
  const wanted = typeof choice === "object" && choice !== null ? choice.function.name : undefined;
  if (wanted !== undefined && !names.has(wanted)) {
    throw fieldError("tool_choice.function.name", `one of ${[...names].join(", ")}`, wanted);
  }
  const forced = given.filter(({ function: tool }) => wanted === undefined || tool.name === wanted);
  return {
    names,
    tools: given,
    isParallel: parallel ?? true,
    ...(isForced && {
      schema: { anyOf: forced.map(({ function: tool }) => toolCallSchema(tool.name, tool.parameters ?? undefined)) },
    }),
  };
}
