import type { GeneratedText, GenerateTextOptions, Prompt } from "@qkv/pretrained";
import { TokenizerError } from "@qkv/tokenizers";
import type { Context } from "hono";
import { streamSSE } from "hono/streaming";
import { ApiError } from "./apiError.ts";
import type { Metrics } from "./metrics.ts";
import type { RequestQueue } from "./requestQueue.ts";
import type { ServedModel } from "./servedModels.ts";

/** The parts of a server that requests share. */
export interface ServerParts {
  readonly models: readonly ServedModel[];
  readonly queue: RequestQueue;
  readonly metrics: Metrics;
  /** Aborted once the server shall end at once. */
  readonly ending: AbortSignal;
  /** The most new tokens where a request does not say it. */
  readonly maxTokens: number;
}

/** The form in which a kind of request is answered. */
export interface AnswerForm {
  /** What the whole answer has beside its usage. */
  whole(texts: readonly GeneratedText[]): object;
  /** Choices that are sent first, before there is text. */
  first(index: number): object | undefined;
  piece(index: number, text: string): object;
  last(index: number, finish: string): object;
  /** What each event has beside its choices. */
  readonly event: object;
}

/** What is asked for: texts that go on with prompts, one after the other. */
export interface TextRequest {
  readonly model: ServedModel & Required<Pick<ServedModel, "generator">>;
  readonly prompts: readonly Prompt[];
  readonly options: GenerateTextOptions;
  readonly form: AnswerForm;
  readonly isStream: boolean;
  /** Whether a stream ends with an event of the usage. */
  readonly tellsUsage: boolean;
}

/** Answers a request for texts, whole or as a stream of events, once it is its turn. It ends when the client goes away. */
export async function answerTexts(context: Context, request: TextRequest, parts: ServerParts): Promise<Response> {
  const gone = new AbortController();
  const signal = AbortSignal.any([context.req.raw.signal, parts.ending, gone.signal]);
  const leave = await parts.queue.enter(signal);
  const { model, options } = request;
  const usage = new Usage(model.id, parts.metrics);
  const stream = (prompt: Prompt) => model.generator.generator.stream(prompt, { ...options, signal });
  try {
    if (!request.isStream) {
      const texts: GeneratedText[] = [];
      for (const prompt of request.prompts) texts.push(usage.count(await lastOf(stream(prompt))));
      leave();
      return context.json({ ...request.form.whole(texts), usage: usage.fields });
    }
    const [head, ...rest] = request.prompts;
    const opened = stream(head ?? "");
    const first = await opened.next(); // what is wrong with the request is told before the stream begins
    return streamSSE(context, async (sse) => {
      sse.onAbort(() => gone.abort(new DOMException("the client is gone", "AbortError")));
      const send = (choices: readonly object[], others: object = {}) =>
        sse.writeSSE({ data: JSON.stringify({ ...request.form.event, choices, ...others }) });
      const sendAll = async (index: number, pieces: typeof opened, begun?: Awaited<typeof first>) => {
        const head = request.form.first(index);
        if (head !== undefined) await send([head]);
        for (let step = begun ?? (await pieces.next()); ; step = await pieces.next()) {
          if (step.done) return send([request.form.last(index, finishOf(usage.count(step.value)))]);
          await send([request.form.piece(index, step.value)]);
        }
      };
      try {
        await sendAll(0, opened, first);
        for (const [i, prompt] of rest.entries()) await sendAll(i + 1, stream(prompt));
        if (request.tellsUsage) await send([], { usage: usage.fields });
        await sse.writeSSE({ data: "[DONE]" });
      } catch (error) {
        if (!signal.aborted) {
          const { body } = new ApiError(500, "the model failed", { type: "server_error" });
          await sse.writeSSE({ data: JSON.stringify(body) });
          throw error;
        }
      } finally {
        await opened.return(undefined as never);
        leave();
      }
    });
  } catch (error) {
    leave();
    throw asApiError(error);
  }
}

/** What a request is told of an error: a prompt or an option that the model does not take is the client's. */
export function asApiError(error: unknown): unknown {
  const isClients = error instanceof RangeError || error instanceof TokenizerError;
  return isClients ? new ApiError(400, error.message, { code: "invalid_value" }) : error;
}

/** Why a text ended, in OpenAI's words. */
export function finishOf({ finishReason }: GeneratedText): "stop" | "length" {
  return finishReason === "length" ? "length" : "stop";
}

class Usage {
  readonly #model: string;
  readonly #metrics: Metrics;
  #prompt = 0;
  #completion = 0;

  constructor(model: string, metrics: Metrics) {
    this.#model = model;
    this.#metrics = metrics;
  }

  get fields(): object {
    return {
      prompt_tokens: this.#prompt,
      completion_tokens: this.#completion,
      total_tokens: this.#prompt + this.#completion,
    };
  }

  count(text: GeneratedText): GeneratedText {
    this.#prompt += text.promptTokens;
    this.#completion += text.newTokens;
    this.#metrics.add("qkv_prompt_tokens_total", { model: this.#model }, text.promptTokens);
    this.#metrics.add("qkv_generated_tokens_total", { model: this.#model }, text.newTokens);
    return text;
  }
}

async function lastOf<T>(stream: AsyncGenerator<unknown, T, undefined>): Promise<T> {
  for (;;) {
    const step = await stream.next();
    if (step.done) return step.value;
  }
}
