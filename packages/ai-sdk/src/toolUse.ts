import type { LanguageModelV3CallOptions, LanguageModelV3FunctionTool, SharedV3Warning } from "@ai-sdk/provider";
import { type JsonSchema, type KnownTools, toolCallSchema } from "@qkv/pretrained";

/** What a call's tools mean for its answer. */
export interface ToolUse extends KnownTools {
  /** The variable of the chat template. */
  readonly variable: readonly object[];
  /** What the whole answer is held to, where a tool has to be called. */
  readonly schema?: JsonSchema;
}

/** Reads the tools of a call; undefined if there is none to be called. What is not supported becomes a warning. */
export function toolUseOf(
  { tools = [], toolChoice }: Pick<LanguageModelV3CallOptions, "tools" | "toolChoice">,
  { takesTools, isJson }: { readonly takesTools: boolean; readonly isJson: boolean },
  warnings: SharedV3Warning[],
): ToolUse | undefined {
  const functions: LanguageModelV3FunctionTool[] = [];
  for (const tool of tools) {
    if (tool.type === "function") functions.push(tool);
    else warnings.push({ type: "unsupported", feature: `tool ${tool.id}`, details: "only tools of one's own are" });
  }
  if (functions.length === 0 || toolChoice?.type === "none") return undefined;
  const isForced = toolChoice?.type === "required" || toolChoice?.type === "tool";
  const refusal = isJson
    ? "an answer that is held to JSON calls none"
    : takesTools
      ? undefined
      : "the model's chat template takes none";
  if (refusal !== undefined) {
    warnings.push({ type: "unsupported", feature: "tools", details: refusal });
    return undefined;
  }
  for (const { name, strict } of functions) {
    if (!strict || isForced) continue;
    const details = `${name}: only a call that toolChoice forces is held to its schema`;
    warnings.push({ type: "unsupported", feature: "strict", details });
  }
  const forced = functions.filter(({ name }) => toolChoice?.type !== "tool" || toolChoice.toolName === name);
  const schemas = forced.map(({ name, inputSchema }) => toolCallSchema(name, inputSchema as JsonSchema));
  return {
    names: new Set(functions.map(({ name }) => name)),
    isParallel: true,
    variable: functions.map(({ name, description, inputSchema }) => ({
      type: "function",
      function: { name, ...(description !== undefined && { description }), parameters: inputSchema },
    })),
    ...(isForced && { schema: { anyOf: schemas } }),
  };
}
