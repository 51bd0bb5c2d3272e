import { AudioError } from "../audioError.ts";
import { holds } from "./soundFormat.ts";

/** The first stream of an Ogg file. */
export interface OggStream {
  readonly packets: readonly Uint8Array[];
  /** The place behind the last sample, as the last page tells it; what it counts depends on the codec. */
  readonly end: number;
}

/** Takes an Ogg file apart (RFC 3533). @throws AudioError for pages that are none */
export function oggPackets(bytes: Uint8Array): OggStream {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const packets: Uint8Array[] = [];
  let [begun, serial, end]: [Uint8Array[], number | undefined, number] = [[], undefined, 0];
  for (let at = 0; at + 27 <= bytes.length;) {
    if (!holds(bytes, at, "OggS")) throw new AudioError(`expected a page of Ogg at byte ${at}, got none`);
    const sizes = bytes.subarray(at + 27, at + 27 + (bytes[at + 26] ?? 0));
    let place = at + 27 + sizes.length;
    const total = sizes.reduce((sum, size) => sum + size, 0);
    if (place + total > bytes.length) break; // a recording that was stopped
    const own = view.getUint32(at + 14, true);
    serial ??= own;
    if (own === serial) {
      const granule = view.getBigInt64(at + 6, true);
      if (granule >= 0n) end = Number(granule);
      for (let i = 0; i < sizes.length;) {
        let size = 0;
        let isWhole = false;
        while (i < sizes.length && !isWhole) {
          const lace = sizes[i++] ?? 0;
          size += lace;
          isWhole = lace < 255;
        }
        begun.push(bytes.subarray(place, place + size));
        place += size;
        if (isWhole) {
          packets.push(joined(begun));
          begun = [];
        }
      }
    }
    at = at + 27 + sizes.length + total;
  }
  return { packets, end };
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const [first = new Uint8Array()] = parts;
  if (parts.length === 1) return first;
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
