import { AudioError, shown } from "./audioError.ts";
import type { Sound } from "./sound.ts";

/** How a file stores samples: whole numbers, or floats. */
const [PCM, FLOAT, EXTENSIBLE] = [1, 3, 0xfffe];

/**
 * Reads a WAV file (RIFF): whole numbers of 8, 16, 24 and 32 bits, floats of 32 and 64. What a recorder that was stopped left, data
 * shorter than its header says, is read as far as it goes.
 *
 * @throws AudioError for another kind of file, and for samples that are compressed
 */
export function decodeWav(bytes: Uint8Array): Sound {
  if (!(bytes instanceof Uint8Array)) {
    throw new AudioError(`decodeWav: expected the bytes of a WAV file, got ${shown(bytes)}`);
  }
  const { format, start, size } = readHeader("decodeWav", bytes, bytes.length);
  return { channels: readSamples(bytes.subarray(start, start + size), format), sampleRate: format.rate };
}

/** Where the samples of a WAV file are, and what they are like. */
export interface WavHeader {
  readonly format: Format;
  /** The first byte of the samples. */
  readonly start: number;
  /** Their bytes, as far as the file goes. */
  readonly size: number;
}

/**
 * Finds the samples of a WAV file.
 *
 * @param bytes the beginning of the file
 * @param length bytes of the whole file
 * @throws AudioError if they are not found
 */
export function readHeader(who: string, bytes: Uint8Array, length: number): WavHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const name = (at: number) => (at + 4 <= bytes.length ? String.fromCharCode(...bytes.subarray(at, at + 4)) : "");
  if (name(0) !== "RIFF" || name(8) !== "WAVE") {
    throw new AudioError(`${who}: expected a WAV file, got ${length} bytes that begin ${JSON.stringify(name(0))}`);
  }
  let format: Format | undefined;
  for (let at = 12; at + 8 <= bytes.length;) {
    const [kind, size, start] = [name(at), view.getUint32(at + 4, true), at + 8];
    if (kind === "fmt ") format = readFormat(who, view, start, size);
    if (kind === "data") {
      if (format === undefined) throw new AudioError(`${who}: expected fmt before data, got data first`);
      return { format, start, size: Math.min(size, length - start) };
    }
    at = start + size + (size % 2);
  }
  throw new AudioError(`${who}: expected samples (a data chunk), got none: the file is cut off`);
}

/** How samples are stored. */
export interface Format {
  readonly kind: number;
  readonly channels: number;
  readonly rate: number;
  /** Of a sample, in bits. */
  readonly bits: number;
}

function readFormat(who: string, view: DataView, at: number, size: number): Format {
  if (size < 16 || at + size > view.byteLength) {
    throw new AudioError(`${who}: expected fmt of 16 bytes or more, got ${Math.min(size, view.byteLength - at)}`);
  }
  const given = view.getUint16(at, true);
  const kind = given === EXTENSIBLE && size >= 26 ? view.getUint16(at + 24, true) : given;
  const [channels, rate, bits] = [
    view.getUint16(at + 2, true),
    view.getUint32(at + 4, true),
    view.getUint16(at + 14, true),
  ];
  const known = kind === PCM ? [8, 16, 24, 32] : kind === FLOAT ? [32, 64] : [];
  if (!known.includes(bits)) {
    throw new AudioError(
      `${who}: expected whole numbers of 8 to 32 bits or floats of 32 or 64, got format ${kind} of ${bits} bits`,
    );
  }
  if (channels === 0 || rate === 0) {
    throw new AudioError(`${who}: expected channels and a sample rate, got ${channels} channels at ${rate} Hz`);
  }
  return { kind, channels, rate, bits };
}

/** Reads samples from bytes, channel by channel. */
export function readSamples(bytes: Uint8Array, { kind, channels, bits }: Format): Float32Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const width = bits / 8;
  const length = Math.floor(bytes.length / (width * channels));
  const read = reader(view, kind, bits);
  return Array.from({ length: channels }, (_, channel) =>
    Float32Array.from({ length }, (_, i) => read((i * channels + channel) * width)),
  );
}

/** The sample at a byte, from -1 to 1. */
function reader(view: DataView, kind: number, bits: number): (at: number) => number {
  if (kind === FLOAT) return bits === 32 ? (at) => view.getFloat32(at, true) : (at) => view.getFloat64(at, true);
  switch (bits) {
    case 8:
      return (at) => (view.getUint8(at) - 128) / 128;
    case 16:
      return (at) => view.getInt16(at, true) / 2 ** 15;
    case 24:
      return (at) => ((view.getInt8(at + 2) << 16) | view.getUint16(at, true)) / 2 ** 23;
    default:
      return (at) => view.getInt32(at, true) / 2 ** 31;
  }
}
