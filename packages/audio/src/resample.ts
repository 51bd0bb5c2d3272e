import { AudioError, shown } from "./audioError.ts";

/** Zero crossings of the sinc on each side. */
const WIDTH = 6;

/** Where the filter ends, of half of the lower rate: what is above would come back as a tone that is not there. */
const ROLLOFF = 0.99;

/**
 * Changes the sample rate, by a sinc under a Hann window: as `torchaudio.functional.resample` with its defaults.
 *
 * @param samples one channel
 * @param from samples a second, a whole number
 * @param to samples a second, a whole number
 */
export function resample(samples: Float32Array, from: number, to: number): Float32Array {
  if (!(samples instanceof Float32Array)) {
    throw new AudioError(`resample: expected samples as a Float32Array, got ${shown(samples)}`);
  }
  for (const [name, rate] of Object.entries({ from, to })) {
    if (!Number.isSafeInteger(rate) || rate < 1) {
      throw new AudioError(`resample: expected ${name} to be a whole number of hertz, got ${shown(rate)}`);
    }
  }
  if (from === to) return samples;
  const { old, next, base, width } = resamplingRatio(from, to);
  const kernels = Array.from({ length: next }, (_, phase) => kernelOf({ old, next, phase, base, width }));
  const result = new Float32Array(Math.ceil((next * samples.length) / old));
  for (let i = 0; i < result.length; i++) {
    const kernel = kernels[i % next] ?? new Float64Array();
    const first = Math.floor(i / next) * old - width;
    let sum = 0;
    for (let k = 0; k < kernel.length; k++) sum += (kernel[k] ?? 0) * (samples[first + k] ?? 0);
    result[i] = sum;
  }
  return result;
}

/** The filter between two rates: `next` new samples stand for `old` old ones, and each is made of those up to `reach` away. */
export function resamplingRatio(
  from: number,
  to: number,
): {
  readonly old: number;
  readonly next: number;
  readonly base: number;
  readonly width: number;
  readonly reach: number;
} {
  const divisor = greatestDivisor(from, to);
  const [old, next] = [from / divisor, to / divisor];
  const base = Math.min(old, next) * ROLLOFF;
  const width = Math.ceil((WIDTH * old) / base);
  return { old, next, base, width, reach: from === to ? 0 : width + old };
}

/** The weights of the samples around a new one, which lies `phase` of `next` parts behind an old one. */
function kernelOf(of: { old: number; next: number; phase: number; base: number; width: number }): Float64Array {
  const { old, next, phase, base, width } = of;
  return Float64Array.from({ length: 2 * width + old }, (_, k) => {
    const t = Math.max(-WIDTH, Math.min(WIDTH, ((k - width) / old - phase / next) * base));
    const window = Math.cos((t * Math.PI) / WIDTH / 2) ** 2;
    const x = t * Math.PI;
    return ((x === 0 ? 1 : Math.sin(x) / x) * window * base) / old;
  });
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}
