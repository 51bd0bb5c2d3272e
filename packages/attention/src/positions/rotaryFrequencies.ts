import { checkRecord } from "@qkv/ops";
import { checkInteger, checkPositive } from "../checks/argumentChecks.ts";

/** Scaling of rotary positions beyond the length that a model was trained on, as in Hugging Face's `rope_scaling`. */
export type RotaryScaling =
  /** Positions divided by `factor` (arXiv:2306.15595). */
  | { readonly type: "linear"; readonly factor: number }
  /** A base that grows once the text is longer than `originalLength` ("NTK-aware", dynamic). */
  | { readonly type: "dynamic"; readonly factor: number; readonly originalLength: number }
  /** Slow features stretched, fast ones kept, a ramp between them (YaRN, arXiv:2309.00071). */
  | {
      readonly type: "yarn";
      readonly factor: number;
      readonly originalLength: number;
      /** Turns within `originalLength` from which a feature is kept. Default 32. */
      readonly betaFast?: number;
      /** Turns up to which a feature is stretched in full. Default 1. */
      readonly betaSlow?: number;
      /** Multiplies both cosines and sines. Default 0.1 ln(factor) + 1, the paper's. */
      readonly attentionFactor?: number;
      /** Whether the ramp begins and ends at whole features. Default true; gpt-oss has false. */
      readonly truncate?: boolean;
    }
  /** A divisor for each feature, one list up to `originalLength` and one beyond (LongRoPE, arXiv:2402.13753). */
  | {
      readonly type: "longrope";
      readonly factor: number;
      readonly originalLength: number;
      /** dim / 2 numbers */
      readonly shortFactors: readonly number[];
      /** dim / 2 numbers */
      readonly longFactors: readonly number[];
      /** Multiplies both cosines and sines. Default sqrt(1 + ln(factor) / ln(originalLength)). */
      readonly attentionFactor?: number;
    }
  /** The fastest features turn, a share `proportion` of them, and the others stay as they are (Gemma 3n). */
  | { readonly type: "proportional"; readonly factor: number; readonly proportion: number }
  /** Slow features stretched, fast ones kept, with bounds on the wavelength (Llama 3.1). */
  | {
      readonly type: "llama3";
      readonly factor: number;
      readonly originalLength: number;
      readonly lowFreqFactor: number;
      readonly highFreqFactor: number;
    };

/** Configuration of rotary positions. */
export interface RotaryConfig {
  /** Number of a head's features that are rotated: all, or the first ones. Even. */
  readonly dim: number;
  /** Default 10000. */
  readonly base?: number;
  /** Pairs of features: i and i + dim / 2, or 2i and 2i + 1. Default `halves`. */
  readonly layout?: "halves" | "interleaved";
  readonly scaling?: RotaryScaling;
}

/** The angle by which each pair turns from one position to the next, and a factor for cosines and sines. */
export interface RotaryFrequencies {
  /** dim / 2 numbers */
  readonly frequencies: Float64Array;
  readonly scale: number;
}

/**
 * The frequencies of rotary positions, as Hugging Face's `modeling_rope_utils.py` computes them.
 *
 * @param length number of positions so far; only `dynamic` and `longrope` depend on it
 * @throws RangeError if a number makes no sense
 */
export function rotaryFrequencies(config: RotaryConfig, length: number): RotaryFrequencies {
  checkRecord("rotaryFrequencies", "config", config);
  checkRotary(config);
  const { dim, base = 10000, scaling } = config;
  const plain = geometric(dim, base);
  switch (scaling?.type) {
    case undefined:
      return { frequencies: plain, scale: 1 };
    case "linear":
      return { frequencies: plain.map((frequency) => frequency / scaling.factor), scale: 1 };
    case "dynamic": {
      const { factor, originalLength } = scaling;
      const growth = (factor * Math.max(length, originalLength)) / originalLength - (factor - 1);
      return { frequencies: geometric(dim, base * growth ** (dim / (dim - 2))), scale: 1 };
    }
    case "yarn":
      return yarn(plain, scaling, dim, base);
    case "llama3":
      return { frequencies: plain.map((frequency) => llama3(frequency, scaling)), scale: 1 };
    case "longrope":
      return longrope(plain, scaling, length);
    case "proportional":
      return { frequencies: proportional(plain, scaling), scale: 1 };
    default:
      throw new TypeError(
        `rotaryFrequencies: expected scaling of type linear, dynamic, yarn, longrope, llama3 or proportional, got ${String((scaling as { type: unknown }).type)}`,
      );
  }
}

function geometric(dim: number, base: number): Float64Array {
  return Float64Array.from({ length: dim / 2 }, (_, i) => base ** ((-2 * i) / dim));
}

type Scaling<Type> = Extract<RotaryScaling, { readonly type: Type }>;

function yarn(plain: Float64Array, scaling: Scaling<"yarn">, dim: number, base: number): RotaryFrequencies {
  const { factor, originalLength, betaFast = 32, betaSlow = 1, truncate = true } = scaling;
  // The feature with that many turns within the original length.
  const featureOf = (turns: number) => (dim * Math.log(originalLength / (turns * 2 * Math.PI))) / (2 * Math.log(base));
  const [first, last] = [featureOf(betaFast), featureOf(betaSlow)];
  const low = Math.max(truncate ? Math.floor(first) : first, 0);
  const high = Math.min(truncate ? Math.ceil(last) : last, dim - 1);
  const span = high === low ? 0.001 : high - low;
  const frequencies = plain.map((frequency, i) => {
    const stretched = Math.min(Math.max((i - low) / span, 0), 1);
    return (frequency / factor) * stretched + frequency * (1 - stretched);
  });
  const attention = factor <= 1 ? 1 : 0.1 * Math.log(factor) + 1;
  return { frequencies, scale: scaling.attentionFactor ?? attention };
}

function longrope(plain: Float64Array, scaling: Scaling<"longrope">, length: number): RotaryFrequencies {
  const { factor, originalLength, shortFactors, longFactors } = scaling;
  const divisors = length > originalLength ? longFactors : shortFactors;
  const attention = factor <= 1 ? 1 : Math.sqrt(1 + Math.log(factor) / Math.log(originalLength));
  return {
    frequencies: plain.map((frequency, i) => frequency / (divisors[i] as number)),
    scale: scaling.attentionFactor ?? attention,
  };
}

function proportional(plain: Float64Array, { factor, proportion }: Scaling<"proportional">): Float64Array {
  const turning = Math.floor(proportion * plain.length);
  return plain.map((frequency, i) => (i < turning ? frequency / factor : 0));
}

function llama3(frequency: number, scaling: Scaling<"llama3">): number {
  const { factor, originalLength, lowFreqFactor, highFreqFactor } = scaling;
  const turns = (originalLength * frequency) / (2 * Math.PI); // within the original length
  const kept = (turns - lowFreqFactor) / (highFreqFactor - lowFreqFactor);
  const smooth = Math.min(Math.max(kept, 0), 1);
  return (1 - smooth) * (frequency / factor) + smooth * frequency;
}

function checkRotary({ dim, base = 10000, scaling }: RotaryConfig): void {
  checkInteger("rotaryFrequencies", "dim", dim, 2);
  if (dim % 2 !== 0) throw new RangeError(`rotaryFrequencies: expected an even dim, got ${dim}`);
  checkPositive("rotaryFrequencies", "base", base);
  if (scaling === undefined) return;
  checkPositive("rotaryFrequencies", "factor", scaling.factor);
  if ("originalLength" in scaling) checkInteger("rotaryFrequencies", "originalLength", scaling.originalLength, 1);
  if (scaling.type === "dynamic" && dim === 2) {
    throw new RangeError("rotaryFrequencies: expected a dim above 2 for dynamic scaling, got 2");
  }
  if (scaling.type === "longrope") checkFactors(dim, scaling);
  if (scaling.type === "llama3" && !(scaling.lowFreqFactor < scaling.highFreqFactor)) {
    throw new RangeError(
      `rotaryFrequencies: expected lowFreqFactor below highFreqFactor, got ${scaling.lowFreqFactor} and ${scaling.highFreqFactor}`,
    );
  }
}

function checkFactors(dim: number, { shortFactors, longFactors }: Scaling<"longrope">): void {
  for (const [name, factors] of Object.entries({ shortFactors, longFactors })) {
    if (factors.length !== dim / 2) {
      throw new RangeError(`rotaryFrequencies: expected ${dim / 2} ${name}, got ${factors.length}`);
    }
    for (const factor of factors) checkPositive("rotaryFrequencies", name, factor);
  }
}
