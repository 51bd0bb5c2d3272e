import type { Activation } from "@qkv/ops";
import { checkOptions, type Config, countOf, positiveOf, rateOf, switchOf } from "./configChecks.ts";
import type { LayerConfig, ProjectionConfig } from "./projectionSettings.ts";

/** Options of {@link TransformerEncoder} and {@link TransformerDecoder}: KerasHub's names and defaults. */
export interface TransformerConfig
  extends LayerConfig, Pick<ProjectionConfig, "kernelInitializer" | "biasInitializer"> {
  /** The width between the two projections of the feed-forward part. */
  readonly intermediateDim: number;
  /** H. Each head is E / H wide, rounded down. */
  readonly numHeads: number;
  /** Dropout rate of the attention weights, and of each part's output. Default 0. */
  readonly dropout?: number;
  /** Default `"relu"`. */
  readonly activation?: KerasActivation;
  /** Default 1e-5. */
  readonly layerNormEpsilon?: number;
  /** Whether norms come before each part (pre-norm, as in GPT-2), not after it (post-norm, as in BERT). Default false. */
  readonly normalizeFirst?: boolean;
}

/** Options of a transformer layer in a saved model, without its initializers. */
export type TransformerOptions = Required<
  Omit<TransformerConfig, keyof LayerConfig | "kernelInitializer" | "biasInitializer">
>;

/** An activation by Keras's name. */
export type KerasActivation =
  "relu" | "relu6" | "gelu" | "geluApproximate" | "silu" | "swish" | "mish" | "tanh" | "sigmoid" | "linear";

// The others of Keras's activations are not here, or are others in TensorFlow.js than in Keras 3.
const ACTIVATIONS: Readonly<Record<KerasActivation, Activation>> = {
  relu: "relu",
  relu6: "relu6",
  gelu: "gelu",
  geluApproximate: "geluTanh",
  silu: "silu",
  swish: "silu",
  mish: "mish",
  tanh: "tanh",
  sigmoid: "sigmoid",
  linear: "linear",
};

const OPTIONS = [
  ...["intermediateDim", "numHeads", "dropout", "activation", "layerNormEpsilon", "normalizeFirst"],
  ...["kernelInitializer", "biasInitializer"],
];

/** Checks a configuration, and fills in defaults. @throws TypeError or RangeError naming the option */
export function transformerOptions(who: string, config: Config): TransformerOptions {
  checkOptions(who, config, OPTIONS);
  const activation = config["activation"] ?? "relu";
  if (typeof activation !== "string" || !Object.hasOwn(ACTIVATIONS, activation)) {
    const known = Object.keys(ACTIVATIONS).join(", ");
    throw new TypeError(`${who}: expected activation to be one of ${known}, got ${JSON.stringify(activation)}`);
  }
  return {
    intermediateDim: countOf(who, config, "intermediateDim"),
    numHeads: countOf(who, config, "numHeads"),
    dropout: rateOf(who, config, "dropout"),
    activation: activation as KerasActivation,
    layerNormEpsilon: positiveOf(who, config, "layerNormEpsilon", 1e-5),
    normalizeFirst: switchOf(who, config, "normalizeFirst", false),
  };
}

/** The activation by its name in the fused operations. */
export function activationOf({ activation }: TransformerOptions): Activation {
  return ACTIVATIONS[activation];
}
