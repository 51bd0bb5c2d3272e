import { dropout, type RandomStream } from "@qkv/nn";
import * as tf from "@tensorflow/tfjs-core";
import { ProjectedAttention } from "./projectedAttention.ts";
import { Normalization, Projection } from "./projection.ts";
import type { AddVariable, ProjectionSettings } from "./projectionSettings.ts";
import { activationOf, type TransformerOptions } from "./transformerConfig.ts";

/** Makes the parts of one transformer layer, E wide. */
export class TransformerParts {
  readonly #who: string;
  readonly #add: AddVariable;
  readonly #options: TransformerOptions;
  readonly #settings: ProjectionSettings;
  readonly #width: number;

  constructor(
    who: string,
    add: AddVariable,
    { options, settings, width }: { options: TransformerOptions; settings: ProjectionSettings; width: number },
  ) {
    this.#who = who;
    this.#add = add;
    this.#options = options;
    this.#settings = settings;
    this.#width = width;
  }

  /** Makes attention to a context of width `context`. */
  attention(name: string, context: number): ProjectedAttention {
    const { numHeads, dropout } = this.#options;
    const keyDim = Math.floor(this.#width / numHeads);
    if (keyDim === 0) {
      throw new RangeError(`${this.#who}: expected an input at least as wide as ${numHeads} heads, got ${this.#width}`);
    }
    const sizes = { numHeads, keyDim, valueDim: keyDim, output: [this.#width], dropout };
    const widths = { query: this.#width, key: context, value: context };
    return new ProjectedAttention(this.#add, `${name}/`, sizes, widths, this.#settings);
  }

  norm(name: string): Normalization {
    return new Normalization(this.#add, name, this.#width, this.#options.layerNormEpsilon);
  }

  /** Makes a feed-forward part: two projections with the activation between them. */
  feedForward(): (x: tf.Tensor) => tf.Tensor {
    const dense = (name: string, sides: [number[], number[]]) =>
      new Projection(this.#add, `feedforward_${name}_dense`, sides, this.#settings);
    const { intermediateDim } = this.#options;
    const up = dense("intermediate", [[this.#width], [intermediateDim]]);
    const down = dense("output", [[intermediateDim], [this.#width]]);
    return (x) => down.forward(up.forward(x, activationOf(this.#options)));
  }
}

/** A part with a residual connection, normalized before the part or after the sum. */
export function residual(
  x: tf.Tensor,
  norm: Normalization,
  { dropout: rate, normalizeFirst }: TransformerOptions,
  random: RandomStream | undefined,
  part: (x: tf.Tensor) => tf.Tensor,
): tf.Tensor {
  const given = dropout(part(normalizeFirst ? norm.forward(x) : x), rate, random);
  const sum = tf.add(x, given);
  return normalizeFirst ? sum : norm.forward(sum);
}
