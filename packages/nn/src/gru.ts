import { checkTensor } from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";
import { dropout } from "./dropout.ts";
import type { Initializer, Params } from "./params.ts";
import { Linear } from "./linear.ts";
import type { RandomStream } from "./randomStream.ts";
import { tidy } from "./tidy.ts";
import { checkModule } from "./checkModule.ts";

/** The sizes of a {@link GRU}. */
export interface GruConfig {
  /** I, the width of the input. */
  readonly inputDim: number;
  /** N, the width of the state. */
  readonly hiddenDim: number;
  /** Default 1. */
  readonly numLayers?: number;
  /** Probability of dropping a feature between two layers while training. Default 0. */
  readonly dropout?: number;
  /**
   * Whether the sequence is also read from the end to the start, so that each state depends on both sides. Default
   * false.
   */
  readonly bidirectional?: boolean;
}

/** Outputs of a {@link GRU}. */
export interface GruOutput {
  /** [B, L, N], the last layer's state at each position; [B, L, 2N], that of both directions, if it has two */
  readonly output: tf.Tensor3D;
  /**
   * Each layer's state after the last position it read, [B, N], for the next call. If bidirectional, a layer's forward
   * state comes before its backward one.
   */
  readonly state: readonly tf.Tensor2D[];
}

/** One layer of a {@link GRU}: the weights of its reset gate, update gate and candidate, in PyTorch's order. */
export class GruCell {
  /** [3N, I] and [3N] */
  readonly inputProj: Linear;
  /** [3N, N] and [3N] */
  readonly hiddenProj: Linear;

  readonly #hiddenDim: number;

  constructor(params: Params, inputDim: number, hiddenDim: number) {
    checkModule("GruCell", params);
    const init = uniform(hiddenDim ** -0.5); // torch.nn.GRU's
    this.inputProj = new Linear(params.at("inputProj"), inputDim, 3 * hiddenDim, { init });
    this.hiddenProj = new Linear(params.at("hiddenProj"), hiddenDim, 3 * hiddenDim, { init });
    this.#hiddenDim = hiddenDim;
  }

  /** Runs one step. @param x [B, I]  @param state [B, N]  @returns [B, N] */
  forward(x: tf.Tensor, state: tf.Tensor): tf.Tensor2D {
    checkTensor("GruCell.forward", "x", x, "[B, I]");
    checkTensor("GruCell.forward", "state", state, "[B, H]");
    return tf.tidy(() => this.step(this.inputProj.forward(x), state));
  }

  /**
   * Runs one step from `inputProj`'s result, which can be computed for all positions at once.
   *
   * @param projected [B, 3N]
   * @param state [B, N]
   * @returns [B, N]
   */
  step(projected: tf.Tensor2D, state: tf.Tensor2D): tf.Tensor2D {
    const [batch, n] = [projected.shape[0], this.#hiddenDim];
    return tf.tidy(() => {
      const hidden = this.hiddenProj.forward(state);
      const part = (x: tf.Tensor2D, i: number) => tf.slice(x, [0, i * n], [batch, n]);
      const reset = tf.sigmoid(tf.add(part(projected, 0), part(hidden, 0)));
      const update = tf.sigmoid(tf.add(part(projected, 1), part(hidden, 1)));
      const candidate = tf.tanh(tf.add(part(projected, 2), tf.mul(reset, part(hidden, 2))));
      return tf.add(candidate, tf.mul(update, tf.sub(state, candidate))) as tf.Tensor2D;
    });
  }
}

/** Gated recurrent units (arXiv:1406.1078), as `torch.nn.GRU` computes them. */
export class GRU {
  readonly layers: readonly GruCell[];
  /** Layers that read from the end to the start, if bidirectional. */
  readonly reverseLayers?: readonly GruCell[];

  readonly #config: GruConfig;
  /** All cells, in the order of their states. */
  readonly #cells: readonly GruCell[];

  constructor(params: Params, config: GruConfig) {
    checkModule("GRU", params, { config });
    const { inputDim, hiddenDim, numLayers = 1, bidirectional = false } = config;
    const between = bidirectional ? 2 * hiddenDim : hiddenDim;
    const stack = (name: string) =>
      Array.from(
        { length: numLayers },
        (_, i) => new GruCell(params.at(name, i), i === 0 ? inputDim : between, hiddenDim),
      );
    this.layers = stack("layers");
    if (bidirectional) this.reverseLayers = stack("reverseLayers");
    this.#config = config;
    this.#cells = this.layers.flatMap((layer, i) => [layer, ...(this.reverseLayers?.slice(i, i + 1) ?? [])]);
  }

  /** A state of zeros for a batch, one [B, N] for each layer and direction. */
  zeroState(batch: number): tf.Tensor2D[] {
    return this.#cells.map(() => tf.zeros([batch, this.#config.hiddenDim]));
  }

  /**
   * Runs all positions, one after the other.
   *
   * @param x [B, L, I]
   * @param options initial state, padding mask and random stream
   * @param options.state the state that the call before returned. Default zeros
   * @param options.mask [B, L] bool: where `false`, the state stays as it was, so that padding changes nothing
   * @param options.random given while training
   * @throws RangeError if shapes do not fit
   */
  forward(
    x: tf.Tensor,
    {
      state,
      mask,
      random,
    }: {
      readonly state?: readonly tf.Tensor[] | undefined;
      readonly mask?: tf.Tensor | undefined;
      readonly random?: RandomStream | undefined;
    } = {},
  ): GruOutput {
    checkTensor("GRU.forward", "x", x, "[B, L, I]");
    this.#check(x, state, mask);
    return tidy(() => {
      const kept = mask && tf.unstack(tf.expandDims(tf.cast(mask, "float32"), 2), 1); // L of [B, 1]
      const starts = state ?? this.zeroState(x.shape[0]);
      const directions = this.reverseLayers ? 2 : 1;
      const last: tf.Tensor2D[] = [];
      let output = x;
      for (const i of this.layers.keys()) {
        const input = i === 0 ? output : dropout(output, this.#config.dropout ?? 0, random);
        const runs = this.#cells.slice(i * directions, (i + 1) * directions).map((cell, direction) => {
          const start = starts[last.length + direction] as tf.Tensor2D;
          return run(cell, input, start, kept, direction === 1);
        });
        output = tf.concat(
          runs.map(({ states }) => states),
          2,
        );
        last.push(...runs.map(({ end }) => tf.clone(end)));
      }
      return { output, state: last };
    });
  }

  #check(x: tf.Tensor3D, state: readonly tf.Tensor[] | undefined, mask: tf.Tensor | undefined): void {
    const { inputDim, hiddenDim } = this.#config;
    const [batch, length, width] = x.shape;
    if (x.rank !== 3 || width !== inputDim || length === 0) {
      throw new RangeError(`GRU: expected x [B, L, ${inputDim}] with L above 0, got [${x.shape}]`);
    }
    const fits = ({ shape }: tf.Tensor) => shape.length === 2 && shape[0] === batch && shape[1] === hiddenDim;
    if (state !== undefined && (state.length !== this.#cells.length || !state.every(fits))) {
      const got = state.map(({ shape }) => `[${shape}]`).join(", ");
      throw new RangeError(`GRU: expected ${this.#cells.length} states [${batch},${hiddenDim}], got ${got}`);
    }
    if (mask !== undefined && (mask.shape[0] !== batch || mask.shape[1] !== length)) {
      throw new RangeError(`GRU: expected mask [${batch},${length}], got [${mask.shape}]`);
    }
  }
}

/**
 * Runs a cell over all positions of x [B, L, I], from the last to the first if `reverse`. States are in the order of
 * positions.
 */
function run(
  cell: GruCell,
  x: tf.Tensor3D,
  start: tf.Tensor2D,
  kept: readonly tf.Tensor[] | undefined,
  reverse: boolean,
): { states: tf.Tensor3D; end: tf.Tensor2D } {
  const projected = tf.unstack(cell.inputProj.forward(x), 1) as tf.Tensor2D[];
  const states: tf.Tensor2D[] = [];
  let end = start;
  for (let step = 0; step < projected.length; step++) {
    const t = reverse ? projected.length - 1 - step : step;
    const next = cell.step(projected[t] as tf.Tensor2D, end);
    const mask = kept?.[t];
    end = mask === undefined ? next : tf.add(end, tf.mul(mask, tf.sub(next, end)));
    states[t] = end;
  }
  return { states: tf.stack(states, 1) as tf.Tensor3D, end };
}

function uniform(limit: number): Initializer {
  return (shape, seed) => tf.randomUniform(shape, -limit, limit, "float32", seed);
}
