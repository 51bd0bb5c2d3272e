import { AudioError, shown } from "../audioError.ts";
import type { Sound } from "../sound.ts";
import { BitReader } from "./bitReader.ts";
import { afterId3, holds } from "./soundFormat.ts";

/** What a file says of itself. */
interface StreamInfo {
  readonly sampleRate: number;
  readonly channels: number;
  /** Of a sample. */
  readonly bits: number;
  /** Samples of each channel; 0: not told. */
  readonly length: number;
}

/** Bits of a sample by their code in a frame. */
const BITS = [0, 8, 12, 0, 16, 20, 24, 32];

/**
 * Reads a FLAC file (RFC 9639), to the bit.
 *
 * @throws AudioError for another kind of file, and one that is damaged
 */
export function decodeFlac(bytes: Uint8Array): Sound {
  if (!(bytes instanceof Uint8Array)) {
    throw new AudioError(`decodeFlac: expected the bytes of a FLAC file, got ${shown(bytes)}`);
  }
  const start = afterId3(bytes);
  if (!holds(bytes, start, "fLaC")) throw new AudioError(`decodeFlac: expected a FLAC file, got ${bytes.length} bytes`);
  try {
    const { info, frames } = readHeader(bytes, start + 4);
    return { channels: readFrames(bytes, frames, info), sampleRate: info.sampleRate };
  } catch (error) {
    throw error instanceof AudioError ? new AudioError(`decodeFlac: ${error.message}`) : error;
  }
}

function readHeader(bytes: Uint8Array, start: number): { info: StreamInfo; frames: number } {
  let info: StreamInfo | undefined;
  for (let at = start, isLast = false; !isLast;) {
    const block = new BitReader(bytes, at);
    isLast = block.unsigned(1) === 1;
    const [kind, size] = [block.unsigned(7), block.unsigned(24)];
    if (kind === 0) {
      const reader = new BitReader(bytes, at + 4 + 10); // behind the sizes of blocks and frames
      info = {
        sampleRate: reader.unsigned(20),
        channels: reader.unsigned(3) + 1,
        bits: reader.unsigned(5) + 1,
        length: reader.unsigned(36),
      };
    }
    at += 4 + size;
    if (isLast && info !== undefined) {
      if (info.sampleRate === 0) throw new AudioError("expected a sample rate, got 0");
      return { info, frames: at };
    }
  }
  throw new AudioError("expected STREAMINFO, got none");
}

function readFrames(bytes: Uint8Array, start: number, info: StreamInfo): Float32Array[] {
  const blocks: Int32Array[][] = [];
  let length = 0;
  for (let at = start; at + 2 < bytes.length && (info.length === 0 || length < info.length);) {
    const frame = readFrame(bytes, at, info);
    blocks.push(frame.samples);
    length += frame.samples[0]?.length ?? 0;
    at = frame.end;
  }
  if (length < info.length) {
    throw new AudioError(`expected ${info.length} samples, got ${length}: the file is cut off`);
  }
  const scale = 2 ** (1 - info.bits);
  return Array.from({ length: info.channels }, (_, channel) => {
    const joined = new Float32Array(info.length || length);
    let at = 0;
    for (const block of blocks) {
      const samples = block[channel] ?? new Int32Array();
      for (let i = 0; i < samples.length && at < joined.length; i++, at++) joined[at] = (samples[i] ?? 0) * scale;
    }
    return joined;
  });
}

function readFrame(bytes: Uint8Array, start: number, info: StreamInfo): { samples: Int32Array[]; end: number } {
  const reader = new BitReader(bytes, start);
  if (reader.unsigned(15) !== 0x7ffc) throw new AudioError(`expected a frame at byte ${start}, got none`);
  reader.unsigned(1); // whether blocks differ in size
  const [sizeCode, rateCode, layout, bitsCode] = [4, 4, 4, 3].map((width) => reader.unsigned(width)) as [number, number, number, number]; // prettier-ignore
  reader.unsigned(1);
  const ones = leadingOnes(reader); // the frame's number, as UTF-8 writes numbers
  if (ones > 1) reader.unsigned(8 * (ones - 1));
  const size = blockSize(reader, sizeCode);
  if (rateCode >= 12) reader.unsigned(rateCode === 12 ? 8 : 16);
  reader.unsigned(8); // a checksum of the header, which that of the frame counts too
  const bits = bitsCode === 0 ? info.bits : (BITS[bitsCode] ?? 0);
  const count = layout < 8 ? layout + 1 : 2;
  if (count !== info.channels || bits !== info.bits || layout > 10) {
    throw new AudioError(`expected frames of ${info.channels} channels of ${info.bits} bits, got ${count} of ${bits}`);
  }
  const samples = Array.from({ length: count }, (_, channel) => {
    const isSide = (layout === 8 && channel === 1) || (layout === 9 && channel === 0) || (layout === 10 && channel === 1); // prettier-ignore
    return readChannel(reader, size, bits + (isSide ? 1 : 0));
  });
  reader.align();
  const end = reader.place;
  if (checksum(bytes, start, end) !== reader.unsigned(16)) {
    throw new AudioError(`expected the checksum of the frame at byte ${start}, got another: the file is damaged`);
  }
  unite(samples, layout);
  return { samples, end: end + 2 };
}

function leadingOnes(reader: BitReader): number {
  const first = reader.unsigned(8);
  return first < 0x80 ? 0 : Math.clz32(~(first << 24));
}

function blockSize(reader: BitReader, code: number): number {
  if (code === 1) return 192;
  if (code >= 2 && code <= 5) return 576 * 2 ** (code - 2);
  if (code === 6 || code === 7) return reader.unsigned(code === 6 ? 8 : 16) + 1;
  if (code >= 8) return 2 ** code;
  throw new AudioError("expected the size of a frame, got 0");
}

/** The samples of one channel: constant, as they are, or what a prediction left. */
function readChannel(reader: BitReader, size: number, width: number): Int32Array {
  if (reader.unsigned(1) !== 0) throw new AudioError("expected a subframe, got none: the file is damaged");
  const kind = reader.unsigned(6);
  const wasted = reader.unsigned(1) === 1 ? reader.zeros() + 1 : 0;
  const bits = width - wasted;
  const samples = new Int32Array(size);
  if (kind === 0) samples.fill(reader.signed(bits));
  else if (kind === 1) for (let i = 0; i < size; i++) samples[i] = reader.signed(bits);
  else if (kind >= 8 && kind <= 12) predicted(reader, samples, bits, FIXED[kind - 8] ?? []);
  else if (kind >= 32) {
    const order = kind - 31;
    predicted(reader, samples, bits, order);
  } else throw new AudioError(`expected a kind of subframe, got ${kind}`);
  if (wasted > 0) for (let i = 0; i < size; i++) samples[i] = (samples[i] ?? 0) * 2 ** wasted;
  return samples;
}

/** Factors of the samples before, the last first, of the predictions that need not be told. */
const FIXED: readonly (readonly number[])[] = [[], [1], [2, -1], [3, -3, 1], [4, -6, 4, -1]];

/** @param how factors, or their number where the file tells them */
function predicted(reader: BitReader, samples: Int32Array, bits: number, how: readonly number[] | number): void {
  const order = typeof how === "number" ? how : how.length;
  if (order > samples.length)
    throw new AudioError(`expected a frame of ${order} samples or more, got ${samples.length}`);
  for (let i = 0; i < order; i++) samples[i] = reader.signed(bits);
  let [factors, shift]: [readonly number[], number] = [[], 0];
  if (typeof how === "number") {
    const precision = reader.unsigned(4) + 1;
    shift = reader.signed(5);
    if (precision === 16 || shift < 0) throw new AudioError("expected factors of a prediction, got none");
    factors = Array.from({ length: order }, () => reader.signed(precision));
  } else factors = how;
  readResidual(reader, samples, order);
  const scale = 2 ** shift;
  for (let i = order; i < samples.length; i++) {
    let sum = 0;
    for (let k = 0; k < order; k++) sum += (factors[k] ?? 0) * (samples[i - 1 - k] ?? 0);
    samples[i] = (samples[i] ?? 0) + Math.floor(sum / scale);
  }
}

/** What a prediction left, in Rice's codes, into the samples behind the first `order`. */
function readResidual(reader: BitReader, samples: Int32Array, order: number): void {
  const method = reader.unsigned(2);
  if (method > 1) throw new AudioError(`expected a code of Rice's, got method ${method}`);
  const width = method === 0 ? 4 : 5;
  const partitions = 2 ** reader.unsigned(4);
  const size = samples.length / partitions;
  if (!Number.isInteger(size) || size < order) throw new AudioError(`expected parts of a frame, got ${partitions}`);
  for (let part = 0; part < partitions; part++) {
    const parameter = reader.unsigned(width);
    const raw = parameter === 2 ** width - 1 ? reader.unsigned(5) : undefined;
    for (let i = part === 0 ? order : part * size; i < (part + 1) * size; i++) {
      if (raw !== undefined) samples[i] = reader.signed(raw);
      else {
        const code = reader.zeros() * 2 ** parameter + reader.unsigned(parameter);
        samples[i] = code % 2 === 0 ? code / 2 : -(code + 1) / 2;
      }
    }
  }
}

/** Makes left and right of one of them and their difference, or of their mean and difference. */
function unite([first = new Int32Array(), second = new Int32Array()]: Int32Array[], layout: number): void {
  if (layout < 8) return;
  for (let i = 0; i < first.length; i++) {
    const [a, b] = [first[i] ?? 0, second[i] ?? 0];
    if (layout === 8) second[i] = a - b;
    else if (layout === 9) first[i] = a + b;
    else {
      const sum = 2 * a + (b & 1);
      [first[i], second[i]] = [(sum + b) / 2, (sum - b) / 2];
    }
  }
}

/** CRC-16 of polynomial 0x8005, of the bytes of a frame. */
function checksum(bytes: Uint8Array, start: number, end: number): number {
  let crc = 0;
  for (let i = start; i < end; i++) crc = ((crc << 8) & 0xffff) ^ (CRC[((crc >> 8) ^ (bytes[i] ?? 0)) & 255] ?? 0);
  return crc;
}

const CRC = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 8;
  for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? (crc << 1) ^ 0x8005 : crc << 1;
  return crc & 0xffff;
});
