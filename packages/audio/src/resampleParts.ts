import { AudioError, shown } from "./audioError.ts";
import { resample, resamplingRatio } from "./resample.ts";

/**
 * Changes the sample rate of a sound that comes part by part: together, to the bit, what `resample` makes of the whole.
 *
 * @param parts one channel
 * @param from samples a second, a whole number
 * @param to samples a second, a whole number
 */
export async function* resampleParts(
  parts: AsyncIterable<Float32Array> | Iterable<Float32Array>,
  from: number,
  to: number,
): AsyncGenerator<Float32Array, void, undefined> {
  checkHertz("resampleParts", "from", from);
  checkHertz("resampleParts", "to", to);
  if (from === to) return yield* parts;
  const { old, next, reach } = resamplingRatio(from, to);
  const margin = Math.ceil(reach / old); // in blocks of `old` samples, which are `next` new ones
  let held = new Float32Array(); // begins at block `first`
  let [first, done] = [0, 0]; // blocks
  for await (const part of parts) {
    const all = new Float32Array(held.length + part.length);
    all.set(held);
    all.set(part, held.length);
    held = all;
    const ready = first + Math.floor(held.length / old) - margin;
    if (ready <= done) continue;
    const samples = resample(held, from, to);
    yield samples.slice((done - first) * next, (ready - first) * next);
    done = ready;
    const kept = Math.max(first, done - margin);
    held = held.slice((kept - first) * old);
    first = kept;
  }
  const rest = resample(held, from, to).slice((done - first) * next);
  if (rest.length > 0) yield rest;
}

/** Refuses what is no sample rate. */
export function checkHertz(who: string, name: string, rate: number): void {
  if (!Number.isSafeInteger(rate) || rate < 1) {
    throw new AudioError(`${who}: expected ${name} to be a whole number of hertz, got ${shown(rate)}`);
  }
}
