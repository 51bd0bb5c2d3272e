import { sinusoidalPositions } from "@qkv/attention";
import * as tf from "@tensorflow/tfjs-core";
import { type Call, CallableLayer, type CallSignature } from "./callableLayer.ts";
import { checkOptions, type Config, configOf, positiveOf } from "./configChecks.ts";
import type { LayerConfig } from "./projectionSettings.ts";
import { type Shape, shapesOf, widthOf } from "./shapes.ts";

/** Options of {@link SinePositionEncoding}: KerasHub's name and default. */
export interface SinePositionEncodingConfig extends LayerConfig {
  /** The longest wavelength, in places, over 2π. Default 10000. */
  readonly maxWavelength?: number;
}

/**
 * KerasHub's `SinePositionEncoding`: sines and cosines of each place ("Attention Is All You Need", section 3.5), to be
 * added to embeddings.
 *
 * `apply(x)`, [B, L, E] -> [B, L, E], with `{ startIndex, positions }`. No variables.
 */
export class SinePositionEncoding extends CallableLayer {
  static readonly className = "SinePositionEncoding";

  /** @internal */
  protected readonly signature: CallSignature = {
    ...{ inputs: ["inputs"], required: 1, tensors: ["positions"], values: { startIndex: "integer" }, implied: {} },
  };

  readonly #maxWavelength: number;

  constructor(config: SinePositionEncodingConfig = {}) {
    super(configOf(WHO, config));
    checkOptions(WHO, config as unknown as Config, ["maxWavelength"]);
    this.#maxWavelength = positiveOf(WHO, config as unknown as Config, "maxWavelength", 10_000);
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape {
    return shapesOf(inputShape)[0] ?? [];
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), maxWavelength: this.#maxWavelength };
  }

  /** @internal */
  protected compute({ inputs: [x], tensors: { positions }, values: { startIndex = 0 } }: Call): tf.Tensor {
    const width = widthOf(WHO, x?.shape ?? []);
    const [batch = 0, length = 0] = x?.shape ?? [];
    const encoding =
      positions === undefined
        ? this.#from(Number(startIndex), length, width)
        : this.#at(positions, [batch, length, width]);
    return tf.broadcastTo(encoding, [batch, length, width]);
  }

  /** [1, L, E] */
  #from(offset: number, length: number, width: number): tf.Tensor {
    const table = sinusoidalPositions(length, width, { offset, maxWavelength: this.#maxWavelength });
    return tf.tensor(table, [1, length, width]);
  }

  /** [L] or [B, L] -> [1 or B, L, E] */
  #at(positions: tf.Tensor, [batch = 0, length = 0, width = 0]: number[]): tf.Tensor {
    const { shape } = positions;
    const fits =
      shape.at(-1) === length && (shape.length === 1 || (shape.length === 2 && [1, batch].includes(shape[0] ?? 0)));
    if (!fits) throw new RangeError(`${WHO}: expected positions [${length}] or [${batch},${length}], got [${shape}]`);
    const rates = Float32Array.from(
      { length: width },
      (_, j) => this.#maxWavelength ** (-(2 * Math.floor(j / 2)) / width),
    );
    const places = tf.reshape(tf.cast(positions, "float32"), [shape.length === 1 ? 1 : (shape[0] ?? 1), length, 1]);
    const angles = tf.mul(places, tf.tensor(rates, [1, 1, width]));
    const isSine = tf.tensor(
      Float32Array.from({ length: width }, (_, j) => 1 - (j % 2)),
      [1, 1, width],
    );
    return tf.add(tf.mul(tf.sin(angles), isSine), tf.mul(tf.cos(angles), tf.sub(1, isSine)));
  }
}

const WHO = SinePositionEncoding.className;

tf.serialization.registerClass(SinePositionEncoding);
