import {
  InvalidPromptError,
  type LanguageModelV3Message,
  type LanguageModelV3Prompt,
  type LanguageModelV3ToolResultOutput,
  type SharedV3Warning,
  UnsupportedFunctionalityError,
} from "@ai-sdk/provider";
import type { ChatMessage, Prompt, TextGenerator } from "@qkv/pretrained";

/**
 * Turns the AI SDK's messages into those of chat templates. For a model without a template one message of the user is the text
 * that it goes on with.
 *
 * @throws UnsupportedFunctionalityError for images and other files
 * @throws InvalidPromptError for several messages, where the model has no chat template
 */
export function promptOf(
  prompt: LanguageModelV3Prompt,
  { hasChat }: Pick<TextGenerator, "hasChat">,
  warnings: SharedV3Warning[],
): Prompt {
  const messages = prompt.flatMap((message) => messagesOf(message, warnings));
  if (hasChat) return messages;
  const [only, ...others] = messages;
  if (only?.role === "user" && others.length === 0) return only.content;
  const message = "expected one message of the user, as the model has no chat template, got others";
  throw new InvalidPromptError({ prompt, message });
}

function messagesOf(message: LanguageModelV3Message, warnings: SharedV3Warning[]): ChatMessage[] {
  if (message.role === "system") return [{ role: "system", content: message.content }];
  if (message.role === "tool") {
    return message.content.map((part) => {
      if (part.type !== "tool-result") throw unsupported(part.type);
      return { role: "tool", content: resultText(part.output), toolCallId: part.toolCallId, name: part.toolName };
    });
  }
  let content = "";
  const toolCalls: NonNullable<ChatMessage["toolCalls"]>[number][] = [];
  for (const part of message.content) {
    if (part.type === "text") {
      content += part.text;
    } else if (part.type === "tool-call" && !part.providerExecuted) {
      const given = part.input as Readonly<Record<string, unknown>>;
      toolCalls.push({ id: part.toolCallId, name: part.toolName, arguments: given });
    } else if (part.type === "reasoning") {
      warnings.push({ type: "unsupported", feature: "reasoning", details: "what was thought before is left out" });
    } else {
      throw unsupported(part.type);
    }
  }
  return [{ role: message.role, content, ...(toolCalls.length > 0 && { toolCalls }) }];
}

/** What a tool gave, as text. */
function resultText(output: LanguageModelV3ToolResultOutput): string {
  switch (output.type) {
    case "text":
    case "error-text":
      return output.value;
    case "json":
    case "error-json":
      return JSON.stringify(output.value);
    case "execution-denied":
      return output.reason ?? "denied";
    case "content":
      return output.value
        .map((part) => {
          if (part.type === "text") return part.text;
          throw unsupported(part.type);
        })
        .join("");
  }
}

function unsupported(part: string): UnsupportedFunctionalityError {
  return new UnsupportedFunctionalityError({ functionality: `${part} in a message` });
}
