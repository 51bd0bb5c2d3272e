import { AudioError, shown } from "./audioError.ts";
import { readHeader, readSamples, type WavHeader } from "./decodeWav.ts";
import type { SoundSource } from "./soundSource.ts";

/** Where most headers end. */
const HEADER_BYTES = 2 ** 16;

/**
 * Opens a WAV file as a source that reads only the parts that are asked for: an hour takes no more memory than a minute. In Node
 * `openAsBlob` of `node:fs` makes a blob of a file.
 *
 * @throws AudioError for another kind of file, and for samples that are compressed
 */
export async function openWav(file: Blob): Promise<SoundSource> {
  if (!(file instanceof Blob)) throw new AudioError(`openWav: expected a Blob, got ${shown(file)}`);
  const { format, start, size } = await headerOf(file);
  const frame = (format.bits / 8) * format.channels;
  const read = async (from: number, to: number) => {
    const bytes = await bytesOf(file, start + from * frame, Math.min(start + size, start + to * frame));
    return { channels: readSamples(bytes, format), sampleRate: format.rate };
  };
  return { sampleRate: format.rate, length: Math.floor(size / frame), read };
}

/** Reads more of the file until its samples are found: other chunks may come before them. */
async function headerOf(file: Blob): Promise<WavHeader> {
  for (let bytes = HEADER_BYTES; ; bytes *= 16) {
    try {
      return readHeader("openWav", await bytesOf(file, 0, bytes), file.size);
    } catch (error) {
      if (bytes >= file.size) throw error;
    }
  }
}

async function bytesOf(file: Blob, start: number, end: number): Promise<Uint8Array> {
  return new Uint8Array(await file.slice(start, end).arrayBuffer());
}
