import { RandomStream } from "@qkv/nn";
import type * as tf from "@tensorflow/tfjs-core";
import { type Call, CallableLayer } from "./callableLayer.ts";
import { type Config, configOf } from "./configChecks.ts";
import type { Normalization } from "./projection.ts";
import { type ProjectionSettings, projectionSettings } from "./projectionSettings.ts";
import { type TransformerConfig, type TransformerOptions, transformerOptions } from "./transformerConfig.ts";
import { residual, TransformerParts } from "./transformerParts.ts";

/** Base of encoder and decoder layers: their options, the stream of their dropout, and their saved configuration. */
export abstract class TransformerLayer extends CallableLayer {
  /** @internal */
  protected readonly options: TransformerOptions;
  readonly #settings: ProjectionSettings;
  readonly #random = new RandomStream(Math.floor(Math.random() * 2 ** 32));

  constructor(config: TransformerConfig) {
    super(configOf((new.target as unknown as { readonly className: string }).className, config));
    this.options = transformerOptions(this.getClassName(), config as unknown as Config);
    this.#settings = projectionSettings(this.getClassName(), config as unknown as Config);
    this.supportsMasking = true;
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { kernelInitializer = null, biasInitializer = null } = this.#settings.config;
    return { ...super.getConfig(), ...this.options, kernelInitializer, biasInitializer };
  }

  /** Makes the parts of a layer of this width, whose variables are the layer's. @internal */
  protected partsOf(width: number): TransformerParts {
    const given = { options: this.options, settings: this.#settings, width };
    return new TransformerParts(this.getClassName(), this.addVariable, given);
  }

  /** The random stream of dropout, in training. @internal */
  protected randomOf({ training }: Call): RandomStream | undefined {
    return training ? this.#random : undefined;
  }

  /** A part with its norm and its residual connection. @internal */
  protected residual(
    x: tf.Tensor,
    norm: Normalization,
    random: RandomStream | undefined,
    part: (x: tf.Tensor) => tf.Tensor,
  ): tf.Tensor {
    return residual(x, norm, this.options, random, part);
  }
}
