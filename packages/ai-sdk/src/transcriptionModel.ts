import type { TranscriptionModelV3, TranscriptionModelV3CallOptions } from "@ai-sdk/provider";
import { decodeSound, type Sound } from "@qkv/audio";
import { createTranscriber, type TranscribeOptions } from "@qkv/pretrained";
import { checkOpener, type ModelOpener } from "./modelOpener.ts";

/** Reads the bytes of a sound file. */
export type SoundDecoder = (bytes: Uint8Array) => Promise<Sound>;

/** A Whisper, a wav2vec 2.0 or a HuBERT as the AI SDK's `transcribe` takes it. `providerOptions.qkv` are options of a `Transcriber`. */
export class QkvTranscriptionModel implements TranscriptionModelV3 {
  readonly specificationVersion = "v3";
  readonly provider = "qkv";
  readonly modelId: string;
  readonly #open: ModelOpener;
  readonly #decode: SoundDecoder;

  constructor(modelId: string, open: ModelOpener, decode: SoundDecoder = (bytes) => decodeSound(bytes)) {
    checkOpener("QkvTranscriptionModel", modelId, open);
    this.modelId = modelId;
    this.#open = open;
    this.#decode = decode;
  }

  /** Writes what is said in a sound file. @throws the signal's reason if it is aborted */
  async doGenerate(
    options: TranscriptionModelV3CallOptions,
  ): Promise<Awaited<ReturnType<TranscriptionModelV3["doGenerate"]>>> {
    const { audio, abortSignal, providerOptions } = options;
    abortSignal?.throwIfAborted();
    const sound = await this.#decode(typeof audio === "string" ? bytesOf(audio) : audio);
    const transcriber = createTranscriber(await this.#open());
    const { text, segments, language } = await transcriber.transcribe(sound, {
      ...(providerOptions?.["qkv"] as TranscribeOptions | undefined),
      ...(abortSignal !== undefined && { signal: abortSignal }),
    });
    return {
      text,
      segments: segments.map(({ text, start, end }) => ({ text, startSecond: start, endSecond: end })),
      language,
      durationInSeconds: (sound.channels[0]?.length ?? 0) / sound.sampleRate,
      warnings: [],
      response: { timestamp: new Date(), modelId: this.modelId },
    };
  }
}

function bytesOf(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}
