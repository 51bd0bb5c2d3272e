import { AudioError, type Sound, type SoundSource } from "@qkv/audio";
import {
  type CtcSegment,
  type CtcTranscriber,
  type CtcTranscript,
  formatSubtitles,
  type Transcriber,
  type Transcript,
  type TranscriptSegment,
} from "@qkv/pretrained";
import type { Context } from "hono";
import { streamSSE } from "hono/streaming";
import { z } from "zod";
import { soundIn } from "../speech/openSound.ts";
import { asApiError, type ServerParts } from "./answers.ts";
import { ApiError, fieldError } from "./apiError.ts";
import { requestForm, unchanged } from "./requestBody.ts";
import { servedModel } from "./servedModels.ts";

const TRANSCRIPTION_REQUEST = z.strictObject({
  file: z.instanceof(File, { error: "expected a sound file" }),
  model: z.string(),
  language: z.string().min(1).optional(),
  response_format: z.enum(["json", "text", "srt", "verbose_json", "vtt"]).default("json"),
  temperature: z.coerce.number().min(0).max(1).default(0),
  timestamp_granularities: z.array(z.enum(["word", "segment"])).default([]),
  stream: z.enum(["true", "false"]).default("false"),
  prompt: unchanged(""),
  chunking_strategy: unchanged("auto"),
});
type TranscriptionRequest = z.infer<typeof TRANSCRIPTION_REQUEST>;

type Segment = TranscriptSegment | CtcSegment;

/** `POST /v1/audio/transcriptions`. */
export async function transcriptions(context: Context, parts: ServerParts): Promise<Response> {
  const request = await requestForm(context, TRANSCRIPTION_REQUEST);
  checkForm(request);
  const transcriber: Transcriber | CtcTranscriber = servedModel(parts.models, request.model, "transcriber").transcriber;
  const gone = new AbortController();
  const signal = AbortSignal.any([context.req.raw.signal, parts.ending, gone.signal]);
  const leave = await parts.queue.enter(signal);
  try {
    const sound = await soundIn(request.file);
    const seconds = secondsOf(sound);
    const options = { ...settingsOf(request), signal };
    if (request.stream === "false") {
      const transcript = await transcriber.transcribe(sound, options);
      leave();
      parts.metrics.add("qkv_sound_seconds_total", { model: request.model }, seconds);
      return answer(context, request, transcript, seconds);
    }
    const segments: AsyncGenerator<Segment, void, undefined> = transcriber.segments(sound, options);
    const first = await segments.next(); // what is wrong with the request is told before the stream begins
    return streamSSE(context, async (sse) => {
      sse.onAbort(() => gone.abort(new DOMException("the client is gone", "AbortError")));
      const send = (type: string, fields: object) => sse.writeSSE({ data: JSON.stringify({ type, ...fields }) });
      try {
        const found: Segment[] = [];
        for (let step = first; !step.done; step = await segments.next()) {
          const { text } = step.value;
          await send("transcript.text.delta", { delta: found.length === 0 ? text.trimStart() : text });
          found.push(step.value);
        }
        parts.metrics.add("qkv_sound_seconds_total", { model: request.model }, seconds);
        const text = found
          .map((segment) => segment.text)
          .join("")
          .trim();
        await send("transcript.text.done", { text, usage: usageOf(seconds) });
      } catch (error) {
        if (!signal.aborted) {
          await sse.writeSSE({
            data: JSON.stringify(new ApiError(500, "the model failed", { type: "server_error" }).body),
          });
          throw error;
        }
      } finally {
        await segments.return();
        leave();
      }
    });
  } catch (error) {
    leave();
    if (!(error instanceof AudioError)) throw asApiError(error);
    throw new ApiError(400, `file: ${error.message}`, { param: "file", code: "invalid_value" });
  }
}

/** Refuses fields that would have no effect together. */
function checkForm(request: TranscriptionRequest): void {
  const { response_format: format, timestamp_granularities: granularities, stream } = request;
  if (granularities.length > 0 && format !== "verbose_json") {
    throw fieldError("timestamp_granularities", "nothing but with a response_format of verbose_json", format);
  }
  if (stream === "true" && format !== "json" && format !== "text") {
    throw fieldError("stream", "false with this response_format", "true");
  }
}

/** Options of the transcriber. A temperature of 0 is tried first, and higher ones where its text is not good. */
function settingsOf({ language, temperature, timestamp_granularities: granularities }: TranscriptionRequest): object {
  return {
    ...(language !== undefined && { language }),
    ...(temperature > 0 && { temperatures: [temperature] }),
    ...(granularities.includes("word") && { words: true }),
  };
}

function answer(
  context: Context,
  request: TranscriptionRequest,
  { text, language, segments }: Transcript | CtcTranscript,
  seconds: number,
): Response {
  const { response_format: format } = request;
  if (format === "text") return context.text(`${text}\n`);
  if (format === "srt" || format === "vtt") return context.text(formatSubtitles(segments, format));
  if (format === "json") return context.json({ text, usage: usageOf(seconds) });
  const granularities = new Set(request.timestamp_granularities);
  return context.json({
    task: "transcribe",
    ...(language !== undefined && { language }),
    duration: seconds,
    text,
    ...((granularities.size === 0 || granularities.has("segment")) && { segments: segments.map(described) }),
    ...(granularities.has("word") && {
      words: segments.flatMap(({ words = [] }) =>
        words.map(({ text, start, end }) => ({ word: text.trim(), start, end })),
      ),
    }),
    usage: usageOf(seconds),
  });
}

function described(segment: Segment, id: number): object {
  const { text, start, end, ids, averageLogProbability, noSpeechProbability } = segment;
  return {
    ...{ id, start, end, text, tokens: ids, avg_logprob: averageLogProbability },
    ...(noSpeechProbability !== undefined && { no_speech_prob: noSpeechProbability }),
  };
}

function usageOf(seconds: number): object {
  return { type: "duration", seconds: Math.ceil(seconds) };
}

function secondsOf(sound: Sound | SoundSource): number {
  const length = "read" in sound ? sound.length : (sound.channels[0]?.length ?? 0);
  return length / sound.sampleRate;
}
