import {
  type AnswerPart,
  type AnswerReader,
  type ChatToolCall,
  type GeneratedText,
  type GenerateTextOptions,
  type Prompt,
  textReader,
} from "@qkv/pretrained";
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

/** Why an answer ended, in OpenAI's words. */
export type Finish = "stop" | "length" | "tool_calls";

/** A whole answer. */
export interface Answer {
  readonly text: string;
  readonly calls: readonly ChatToolCall[];
  readonly finish: Finish;
}

/** The form in which a kind of request is answered. */
export interface AnswerForm {
  /** What the whole answer has beside its usage. */
  whole(answers: readonly Answer[]): object;
  /** Choices that are sent first, before there is text. */
  first(index: number): object | undefined;
  text(index: number, text: string): object;
  /** A call of a tool, which only an answer with a reader of them has. */
  call?(index: number, call: ChatToolCall, place: number): object;
  last(index: number, finish: Finish): object;
  /** What each event has beside its choices. */
  readonly event: object;
}

/** What is asked for: texts that go on with prompts, one after the other. */
export interface TextRequest {
  readonly model: ServedModel & Required<Pick<ServedModel, "generator">>;
  readonly prompts: readonly Prompt[];
  readonly options: GenerateTextOptions;
  readonly form: AnswerForm;
  /** Makes what reads the answer to each prompt. Left out: all of it is text. */
  readonly reader?: () => AnswerReader;
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
      const answers: Answer[] = [];
      for (const prompt of request.prompts) {
        const reading = new Reading(request.reader?.());
        const generated = usage.count(await eachPiece(stream(prompt), (piece) => void reading.push(piece)));
        reading.end();
        answers.push({ text: reading.text, calls: reading.calls, finish: finishOf(generated, reading) });
      }
      leave();
      return context.json({ ...request.form.whole(answers), usage: usage.fields });
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
        const reading = new Reading(request.reader?.());
        const sendParts = async (parts: readonly AnswerPart[]) => {
          for (const part of parts) {
            if (typeof part === "string") await send([request.form.text(index, part)]);
            else await send([request.form.call?.(index, part, reading.calls.indexOf(part)) ?? {}]);
          }
        };
        const generated = usage.count(await eachPiece(pieces, (piece) => sendParts(reading.push(piece)), begun));
        await sendParts(reading.end());
        await send([request.form.last(index, finishOf(generated, reading))]);
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

function finishOf({ finishReason }: GeneratedText, { calls }: Reading): Finish {
  if (finishReason === "length") return "length";
  return calls.length > 0 ? "tool_calls" : "stop";
}

/** What was read of an answer so far. */
class Reading {
  readonly #reader: AnswerReader;
  text = "";
  readonly calls: ChatToolCall[] = [];

  constructor(reader: AnswerReader = textReader) {
    this.#reader = reader;
  }

  push(piece: string): readonly AnswerPart[] {
    return this.#keep(this.#reader.push(piece));
  }

  end(): readonly AnswerPart[] {
    return this.#keep(this.#reader.end());
  }

  #keep(parts: readonly AnswerPart[]): readonly AnswerPart[] {
    for (const part of parts) {
      if (typeof part === "string") this.text += part;
      else this.calls.push(part);
    }
    return parts;
  }
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

/** Does something with each piece of a stream, and gives what it ends with. */
async function eachPiece<T, Last>(
  stream: AsyncGenerator<T, Last, undefined>,
  use: (piece: T) => void | Promise<void>,
  begun?: IteratorResult<T, Last>,
): Promise<Last> {
  for (let step = begun ?? (await stream.next()); ; step = await stream.next()) {
    if (step.done) return step.value;
    await use(step.value);
  }
}
