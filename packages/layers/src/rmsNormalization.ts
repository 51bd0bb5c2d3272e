import { rmsNorm } from "@qkv/nn";
import * as tf from "@tensorflow/tfjs-core";
import { initializers, layers, type LayerVariable } from "@tensorflow/tfjs-layers";
import { checkOptions, type Config, configOf, countOf, positiveOf } from "./configChecks.ts";
import type { LayerConfig } from "./projectionSettings.ts";
import { type Shape, shapesOf } from "./shapes.ts";

/** Options of {@link RMSNormalization}: Keras's names and defaults. */
export interface RMSNormalizationConfig extends LayerConfig {
  /** The axis of normalization, which must be the last. Default -1. */
  readonly axis?: number | readonly number[];
  /** Default 1e-6. */
  readonly epsilon?: number;
  /** E, as in KerasHub's layer. Default that of the input. */
  readonly inputDim?: number | null;
}

/**
 * Keras's `RMSNormalization` (https://arxiv.org/abs/1910.07467): x / sqrt(mean(x²) + epsilon) * scale over the last axis.
 *
 * Variable: scale [E].
 */
export class RMSNormalization extends layers.Layer {
  static readonly className = "RMSNormalization";

  readonly #axis: readonly number[];
  readonly #epsilon: number;
  readonly #inputDim: number | null;
  #scale: LayerVariable | undefined;

  constructor(config: RMSNormalizationConfig = {}) {
    super(configOf(WHO, config));
    const given = config as unknown as Config;
    checkOptions(WHO, given, ["axis", "epsilon", "inputDim"]);
    this.#axis = [config.axis ?? -1].flat();
    this.#epsilon = positiveOf(WHO, given, "epsilon", 1e-6);
    this.#inputDim = config.inputDim == null ? null : countOf(WHO, given, "inputDim");
  }

  override build(inputShape: Shape | Shape[]): void {
    const [shape = []] = shapesOf(inputShape);
    const [last, width] = [shape.length - 1, shape.at(-1)];
    if (this.#axis.length !== 1 || ![-1, last].includes(this.#axis[0] ?? NaN)) {
      throw new RangeError(`${WHO}: expected axis to be the last, -1 or ${last}, got ${this.#axis}`);
    }
    if (typeof width !== "number" || width !== (this.#inputDim ?? width)) {
      throw new RangeError(`${WHO}: expected an input [..., ${this.#inputDim ?? "E"}], got [${shape}]`);
    }
    this.#scale = this.addWeight("scale", [width], "float32", initializers.ones());
    this.built = true;
  }

  /** @param inputs [..., E]  @returns [..., E] */
  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: object): tf.Tensor {
    const [x] = [inputs].flat();
    if (!x || !this.#scale) throw new Error(`${WHO}: expected to be built, got a call before`);
    this.invokeCallHook(inputs, kwargs as Record<string, unknown>);
    return rmsNorm(x, this.#scale.read() as tf.Tensor1D, this.#epsilon);
  }

  override getConfig(): tf.serialization.ConfigDict {
    const [axis = -1] = this.#axis;
    return { ...super.getConfig(), axis, epsilon: this.#epsilon, inputDim: this.#inputDim };
  }
}

const WHO = RMSNormalization.className;

tf.serialization.registerClass(RMSNormalization);
