import { readFile } from "node:fs/promises";
import { AudioError, shown } from "../audioError.ts";
import type { Sound } from "../sound.ts";
import { decodeSound as decodeInPage } from "./decodeSound.ts";
import { mp3Gaps } from "./mp3Gaps.ts";
import { oggPackets } from "./oggPackets.ts";
import { otherFormat, type SoundFormat, soundFormat } from "./soundFormat.ts";

/**
 * Reads a sound file: WAV and FLAC, and with optional packages MP3 (`minimp3-wasm`), Ogg Opus (`opus-decoder`) and Ogg Vorbis
 * (`stb-vorbis`). Each is loaded with the first file that needs it.
 *
 * @throws AudioError naming the format, or the package that is not installed
 */
export async function decodeSound(bytes: Uint8Array): Promise<Sound> {
  if (!(bytes instanceof Uint8Array)) {
    throw new AudioError(`decodeSound: expected the bytes of a sound file, got ${shown(bytes)}`);
  }
  const format = soundFormat(bytes);
  if (format === "WAV" || format === "FLAC") return decodeInPage(bytes);
  if (format === undefined) {
    throw new AudioError(
      `decodeSound: expected a WAV, FLAC, MP3, Ogg Opus or Ogg Vorbis file, got ${otherFormat(bytes)}`,
    );
  }
  try {
    return await DECODERS[format](bytes);
  } catch (error) {
    if (error instanceof AudioError) throw error;
    throw new AudioError(`decodeSound: expected a whole ${format} file, got one that is damaged: ${(error as Error).message}`, { cause: error }); // prettier-ignore
  }
}

const DECODERS: Readonly<Record<Exclude<SoundFormat, "WAV" | "FLAC">, (bytes: Uint8Array) => Promise<Sound>>> = {
  MP3: decodeMp3,
  "Ogg Opus": decodeOpus,
  "Ogg Vorbis": decodeVorbis,
};

async function decodeMp3(bytes: Uint8Array): Promise<Sound> {
  const exports = await minimp3();
  const { Decoder } = await import("minimp3-wasm");
  const { pcm, numChannels, samplingRate } = new Decoder(exports, bytes).decode(MOST_SECONDS);
  if (numChannels === 0 || samplingRate === 0) throw new Error("no frames");
  const { skip, length = Infinity } = mp3Gaps(bytes);
  const end = Math.min(pcm.length / numChannels, skip + length);
  const channels = Array.from({ length: numChannels }, (_, channel) =>
    Float32Array.from(
      { length: Math.max(0, end - skip) },
      (_, i) => (pcm[(skip + i) * numChannels + channel] ?? 0) / 32_768,
    ),
  );
  return { channels, sampleRate: samplingRate };
}

/** More than any file has, in seconds. */
const MOST_SECONDS = 1e6;

/** A new decoder each time: it keeps a file in its memory. */
async function minimp3(): Promise<WebAssembly.Exports> {
  try {
    const { createRequire } = await import("node:module");
    const file = createRequire(import.meta.url).resolve("minimp3-wasm/dist/decoder.opt.wasm");
    const { instance } = await WebAssembly.instantiate(await readFile(file), {});
    return instance.exports;
  } catch (error) {
    throw missing("minimp3-wasm", "MP3", error);
  }
}

async function decodeOpus(bytes: Uint8Array): Promise<Sound> {
  const { OpusDecoder } = await loadOpus();
  const { packets, end } = oggPackets(bytes);
  const [head = new Uint8Array(), , ...frames] = packets;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  if (head.length < 19) throw new Error("no header");
  const [channels, preSkip, family] = [view.getUint8(9), view.getUint16(10, true), view.getUint8(18)];
  const gain = 10 ** (view.getInt16(16, true) / (20 * 256));
  const mapping =
    family === 0
      ? {
          channels,
          streamCount: 1,
          coupledStreamCount: channels - 1,
          channelMappingTable: channels === 2 ? [0, 1] : [0],
        }
      : {
          channels,
          streamCount: view.getUint8(19),
          coupledStreamCount: view.getUint8(20),
          channelMappingTable: [...head.subarray(21, 21 + channels)],
        };
  const decoder = new OpusDecoder(mapping);
  await decoder.ready;
  try {
    const { channelData, sampleRate, errors } = decoder.decodeFrames(frames);
    if (errors.length > 0) throw new Error(errors[0]?.message ?? "frames that cannot be read");
    const last = Math.max(preSkip, end || Infinity);
    return {
      channels: channelData.map((data) => data.slice(preSkip, last).map((sample) => sample * gain)),
      sampleRate,
    };
  } finally {
    decoder.free();
  }
}

async function loadOpus() {
  try {
    return await import("opus-decoder");
  } catch (error) {
    throw missing("opus-decoder", "Ogg Opus", error);
  }
}

async function decodeVorbis(bytes: Uint8Array): Promise<Sound> {
  const { StbVorbis } = await loadVorbis();
  await StbVorbis.ready;
  return StbVorbis.decode(bytes);
}

async function loadVorbis() {
  try {
    return await import("stb-vorbis");
  } catch (error) {
    throw missing("stb-vorbis", "Ogg Vorbis", error);
  }
}

function missing(name: string, format: string, cause: unknown): AudioError {
  return new AudioError(`decodeSound: expected the package ${name} for ${format} files, got none: install it`, {
    cause,
  });
}
