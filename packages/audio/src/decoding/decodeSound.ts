import { AudioError, shown } from "../audioError.ts";
import { decodeWav } from "../decodeWav.ts";
import type { Sound } from "../sound.ts";
import { decodeFlac } from "./decodeFlac.ts";
import { otherFormat, soundFormat } from "./soundFormat.ts";

/** Options of reading a sound file. */
export interface DecodeSoundOptions {
  /** The rate at which the browser gives what it decodes, in hertz. Default 16,000, as models hear. WAV and FLAC keep their own. */
  readonly sampleRate?: number;
}

/**
 * Reads a sound file: WAV and FLAC, and in a page whatever the browser plays. `@qkv/audio/node` reads MP3 and Ogg in Node.
 *
 * @throws AudioError naming the format where it cannot be read
 */
export async function decodeSound(bytes: Uint8Array, options: DecodeSoundOptions = {}): Promise<Sound> {
  if (!(bytes instanceof Uint8Array)) {
    throw new AudioError(`decodeSound: expected the bytes of a sound file, got ${shown(bytes)}`);
  }
  const format = soundFormat(bytes);
  if (format === "WAV") return decodeWav(bytes);
  if (format === "FLAC") return decodeFlac(bytes);
  const { sampleRate = 16_000 } = options;
  if (!Number.isSafeInteger(sampleRate) || sampleRate < 3000 || sampleRate > 384_000) {
    throw new AudioError(`decodeSound: expected sampleRate to be a whole number of hertz from 3000 to 384000, got ${shown(sampleRate)}`); // prettier-ignore
  }
  const what = format ?? otherFormat(bytes);
  if (typeof OfflineAudioContext === "undefined") {
    throw new AudioError(
      `decodeSound: expected a WAV or FLAC file outside of a page, got ${what}; see @qkv/audio/node`,
    );
  }
  const context = new OfflineAudioContext(1, 1, sampleRate);
  const decoded = await context.decodeAudioData(bytes.slice().buffer).catch((error: unknown) => {
    throw new AudioError(`decodeSound: expected a sound file that this browser plays, got ${what}`, { cause: error });
  });
  const channels = Array.from({ length: decoded.numberOfChannels }, (_, i) => decoded.getChannelData(i));
  return { channels, sampleRate: decoded.sampleRate };
}
