import type {
  LanguageModelV3,
  LanguageModelV3CallOptions,
  LanguageModelV3Content,
  LanguageModelV3FinishReason,
  LanguageModelV3GenerateResult,
  LanguageModelV3StreamPart,
  LanguageModelV3StreamResult,
  LanguageModelV3Usage,
  SharedV3Warning,
} from "@ai-sdk/provider";
import {
  type AnswerReader,
  type ChatToolCall,
  createGenerator,
  type GeneratedText,
  type GenerateTextOptions,
  type Prompt,
  type TextGenerator,
  textReader,
  toolCallReader,
} from "@qkv/pretrained";
import { callSettings } from "./callSettings.ts";
import { checkOpener, type ModelOpener } from "./modelOpener.ts";
import { promptOf } from "./prompt.ts";

/** A decoder-only model or an encoder-decoder as the AI SDK's `generateText`, `streamText` and `generateObject` take it. */
export class QkvLanguageModel implements LanguageModelV3 {
  readonly specificationVersion = "v3";
  readonly provider = "qkv";
  readonly modelId: string;
  readonly supportedUrls = {};
  readonly #open: ModelOpener;
  #generator: TextGenerator | undefined;

  constructor(modelId: string, open: ModelOpener) {
    checkOpener("QkvLanguageModel", modelId, open);
    this.modelId = modelId;
    this.#open = open;
  }

  /** Generates a whole answer. @throws the signal's reason if it is aborted */
  async doGenerate(options: LanguageModelV3CallOptions): Promise<LanguageModelV3GenerateResult> {
    const { pieces, reader, warnings } = await this.#begin(options);
    const content: LanguageModelV3Content[] = [];
    const add = (part: string | ChatToolCall) => {
      const last = content.at(-1);
      if (typeof part !== "string") content.push(toolCall(part));
      else if (last?.type === "text") content[content.length - 1] = { type: "text", text: last.text + part };
      else if (part !== "") content.push({ type: "text", text: part });
    };
    for (;;) {
      const step = await pieces.next();
      for (const part of step.done ? reader.end() : reader.push(step.value)) add(part);
      if (!step.done) continue;
      return {
        content,
        warnings,
        finishReason: finishOf(
          step.value,
          content.some(({ type }) => type === "tool-call"),
        ),
        usage: usageOf(step.value),
        response: { modelId: this.modelId, timestamp: new Date() },
      };
    }
  }

  /** Generates the same as a stream. What is wrong with the call rejects before it begins; leaving it ends the generation. */
  async doStream(options: LanguageModelV3CallOptions): Promise<LanguageModelV3StreamResult> {
    const { pieces, reader, warnings } = await this.#begin(options);
    const first = await pieces.next();
    const parts = this.#parts(pieces, first, reader, warnings);
    const stream = new ReadableStream<LanguageModelV3StreamPart>({
      async pull(controller) {
        try {
          const { done, value } = await parts.next();
          if (done) controller.close();
          else controller.enqueue(value);
        } catch (error) {
          if (options.abortSignal?.aborted) return controller.error(error);
          controller.enqueue({ type: "error", error });
          controller.close();
        }
      },
      async cancel() {
        await parts.return();
        await pieces.return(undefined as never);
      },
    });
    return { stream };
  }

  async #begin(options: LanguageModelV3CallOptions): Promise<Begun> {
    options.abortSignal?.throwIfAborted();
    const generator = (this.#generator ??= createGenerator(await this.#open()));
    const { settings, tools, warnings } = callSettings(options, generator);
    const prompt: Prompt = promptOf(options.prompt, generator, warnings);
    const given: GenerateTextOptions = {
      ...settings,
      ...(options.abortSignal !== undefined && { signal: options.abortSignal }),
    };
    return {
      pieces: generator.stream(prompt, given),
      reader: tools === undefined ? textReader : toolCallReader(tools),
      warnings,
    };
  }

  async *#parts(
    pieces: Begun["pieces"],
    first: IteratorResult<string, GeneratedText>,
    reader: AnswerReader,
    warnings: SharedV3Warning[],
  ): AsyncGenerator<LanguageModelV3StreamPart, void, undefined> {
    yield { type: "stream-start", warnings };
    yield { type: "response-metadata", modelId: this.modelId, timestamp: new Date() };
    let [blocks, isText, hasCalls] = [0, false, false];
    for (let step = first; ; step = await pieces.next()) {
      for (const part of step.done ? reader.end() : reader.push(step.value)) {
        if (part === "") continue;
        if (typeof part === "string") {
          if (!isText) yield { type: "text-start", id: `${blocks}` };
          isText = true;
          yield { type: "text-delta", id: `${blocks}`, delta: part };
          continue;
        }
        if (isText) yield { type: "text-end", id: `${blocks++}` };
        [isText, hasCalls] = [false, true];
        const call = toolCall(part);
        yield { type: "tool-input-start", id: call.toolCallId, toolName: call.toolName };
        yield { type: "tool-input-delta", id: call.toolCallId, delta: call.input };
        yield { type: "tool-input-end", id: call.toolCallId };
        yield call;
      }
      if (!step.done) continue;
      if (isText) yield { type: "text-end", id: `${blocks}` };
      return yield { type: "finish", usage: usageOf(step.value), finishReason: finishOf(step.value, hasCalls) };
    }
  }
}

/** A generation that has begun. */
interface Begun {
  readonly pieces: AsyncGenerator<string, GeneratedText, undefined>;
  readonly reader: AnswerReader;
  readonly warnings: SharedV3Warning[];
}

function toolCall({ id, name, arguments: given }: ChatToolCall) {
  return { type: "tool-call" as const, toolCallId: id, toolName: name, input: JSON.stringify(given) };
}

function finishOf({ finishReason }: GeneratedText, hasCalls: boolean): LanguageModelV3FinishReason {
  const unified = finishReason === "length" ? "length" : hasCalls ? "tool-calls" : "stop";
  return { unified, raw: finishReason };
}

function usageOf({ promptTokens, newTokens }: GeneratedText): LanguageModelV3Usage {
  return {
    inputTokens: { total: promptTokens, noCache: promptTokens, cacheRead: undefined, cacheWrite: undefined },
    outputTokens: { total: newTokens, text: newTokens, reasoning: undefined },
  };
}
