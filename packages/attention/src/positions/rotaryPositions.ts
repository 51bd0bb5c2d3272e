import { checkRecord, checkTensor, type RotaryAngles } from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";
import { checkInteger } from "../checks/argumentChecks.ts";
import { type RotaryConfig, rotaryFrequencies } from "./rotaryFrequencies.ts";

/** Positions of tokens: that of the first of a row, or those of each row, [B][L]. */
export type PositionsOfBatch = number | readonly (readonly number[])[];

/** Angles of one's own, such as those of patches in a grid. */
export interface OwnAngles {
  /** Number of a head's features that turn; the first half is paired with the second. */
  readonly dim: number;
  /**
   * Computes the cosines and sines of `length` tokens, [length, dim / 2].
   *
   * @param span what the caller of the attention says besides: of patches the number of columns of their grid
   */
  anglesOf(length: number, span: number | undefined): RotaryAngles;
}

/**
 * Rotary positions (RoPE, arXiv:2104.09864): each pair of a head's features is rotated by an angle that grows with the
 * position, so that the score of a query and a key depends on their distance alone.
 */
export class RotaryPositions {
  /** Number of a head's features that turn. */
  readonly dim: number;
  readonly layout: "halves" | "interleaved";

  readonly #config: RotaryConfig | OwnAngles;
  // Every layer of a model asks for the same.
  #last: { readonly key: string; readonly angles: RotaryAngles } | undefined;

  /** @throws RangeError if a size or the scaling makes no sense */
  constructor(config: RotaryConfig | OwnAngles) {
    const isOwn = checkedConfig(config);
    this.dim = config.dim;
    this.layout = isOwn ? "halves" : (config.layout ?? "halves");
    this.#config = config;
  }

  /** What the angles are made by; undefined: angles of one's own. */
  get config(): RotaryConfig | undefined {
    return "anglesOf" in this.#config ? undefined : this.#config;
  }

  /**
   * @param x [B, H, L, D]
   * @param at the position of the first of L, or the L positions of each row of the batch
   * @param span number of positions of the text so far: `dynamic` and `longrope` depend on it. Default up to the last
   * one
   * @returns [B, H, L, D]
   * @throws RangeError if a head has fewer features than are rotated, or a position is no integer from 0
   */
  rotate(x: tf.Tensor, at: PositionsOfBatch = 0, span?: number): tf.Tensor4D {
    checkTensor("RotaryPositions.rotate", "x", x, "[B, H, L, D]");
    const { dim, layout } = this;
    const [batch, heads, length, headDim] = x.shape;
    const angles = this.angles(at, batch, length, span);
    if (headDim < dim) {
      throw new RangeError(`RotaryPositions: expected a head of at least ${dim} features, got x [${x.shape}]`);
    }
    return tf.tidy(() => {
      const shape = [typeof at === "number" ? 1 : batch, 1, length, dim / 2];
      const [cos, sin] = [tf.tensor(angles.cos, shape), tf.tensor(angles.sin, shape)];
      const turning = tf.slice(x, [0, 0, 0, 0], [batch, heads, length, dim]);
      const turned = turnedBy(layout === "halves" ? turnHalves : turnPairs, turning, cos, sin);
      if (headDim === dim) return turned as tf.Tensor4D;
      return tf.concat([turned, tf.slice(x, [0, 0, 0, dim], [batch, heads, length, headDim - dim])], 3) as tf.Tensor4D;
    });
  }

  /**
   * Computes the cosines and sines that {@link rotate} turns by, for a batch B of length L.
   *
   * @returns [1, L, dim / 2], or [B, L, dim / 2] for positions of each row
   */
  angles(at: PositionsOfBatch, batch: number, length: number, span?: number): RotaryAngles {
    if (typeof at !== "number") {
      checkRows(at, batch, length);
      return this.#compute(at, length, span);
    }
    checkInteger("RotaryPositions", "offset", at, 0);
    const key = `${at} ${length} ${span}`;
    if (this.#last?.key !== key) this.#last = { key, angles: this.#compute([rangeFrom(at, length)], length, span) };
    return this.#last.angles;
  }

  #compute(rows: readonly (readonly number[])[], length: number, given: number | undefined): RotaryAngles {
    if ("anglesOf" in this.#config) return this.#config.anglesOf(length, given);
    const { frequencies, scale } = rotaryFrequencies(this.#config, given ?? 1 + largest(rows));
    // In single precision, as Hugging Face multiplies them: far from the start another angle is another result.
    const rates = Float32Array.from(frequencies);
    const size = rows.length * (rows[0]?.length ?? 0) * rates.length;
    const [cos, sin] = [new Float32Array(size), new Float32Array(size)];
    let i = 0;
    for (const row of rows) {
      for (const position of row) {
        for (const rate of rates) {
          const angle = Math.fround(position * rate);
          cos[i] = Math.cos(angle) * scale;
          sin[i++] = Math.sin(angle) * scale;
        }
      }
    }
    return { cos, sin };
  }
}

/** Whether a config has angles of its own. @throws RangeError if a size or the scaling makes no sense */
function checkedConfig(config: RotaryConfig | OwnAngles): config is OwnAngles {
  checkRecord("RotaryPositions", "config", config);
  if ("anglesOf" in config) return true;
  rotaryFrequencies(config, 1);
  return false;
}

function rangeFrom(first: number, length: number): number[] {
  return Array.from({ length }, (_, i) => first + i);
}

function largest(rows: readonly (readonly number[])[]): number {
  return rows.reduce((all, row) => row.reduce((a, b) => Math.max(a, b), all), 0);
}

function checkRows(rows: readonly (readonly number[])[], batch: number, length: number): void {
  const fits = rows.length === batch && rows.every((row) => row.length === length);
  if (!fits) {
    const got = rows.map((row) => row.length).join(", ");
    throw new RangeError(`RotaryPositions: expected ${batch} rows of ${length} positions, got rows of [${got}]`);
  }
  for (const row of rows) for (const position of row) checkInteger("RotaryPositions", "position", position, 0);
}

type Turn = (x: tf.Tensor, cos: tf.Tensor, sin: tf.Tensor) => tf.Tensor;

/** A turn whose gradient is the turn back, so that nothing is held for it but the angles. */
function turnedBy(turn: Turn, x: tf.Tensor, cos: tf.Tensor, sin: tf.Tensor): tf.Tensor {
  return tf.customGrad((...args) => {
    const save = args[1] as unknown as (tensors: tf.Tensor[]) => void;
    save([cos, sin]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => {
      const [cos, sin] = saved as [tf.Tensor, tf.Tensor];
      return turn(dy, cos, tf.neg(sin));
    };
    return { value: turn(x, cos, sin), gradFunc };
  })(x);
}

/** Feature i is paired with feature i + D / 2 (GPT-NeoX, Llama in Hugging Face's form). */
function turnHalves(x: tf.Tensor, cos: tf.Tensor, sin: tf.Tensor): tf.Tensor {
  return tf.concat(turn(tf.split(x, 2, 3) as [tf.Tensor, tf.Tensor], cos, sin), 3);
}

/** Feature 2i is paired with feature 2i + 1 (the paper, GPT-J). */
function turnPairs(x: tf.Tensor, cos: tf.Tensor, sin: tf.Tensor): tf.Tensor {
  const pairs = tf.reshape(x, [...x.shape.slice(0, 3), (x.shape[3] ?? 0) / 2, 2]);
  const turned = turn(tf.unstack(pairs, 4) as [tf.Tensor, tf.Tensor], cos, sin);
  return tf.reshape(tf.stack(turned, 4), x.shape);
}

function turn([a, b]: [tf.Tensor, tf.Tensor], cos: tf.Tensor, sin: tf.Tensor): [tf.Tensor, tf.Tensor] {
  return [tf.sub(tf.mul(a, cos), tf.mul(b, sin)), tf.add(tf.mul(b, cos), tf.mul(a, sin))];
}
