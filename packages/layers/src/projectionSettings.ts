import type * as tf from "@tensorflow/tfjs-core";
import type { constraints, initializers, LayerVariable, regularizers } from "@tensorflow/tfjs-layers";
import { layers } from "@tensorflow/tfjs-layers";
import type { Config } from "./configChecks.ts";

/** What every layer of `tf.layers` takes: `name`, `trainable`, `inputShape`, ... */
export type LayerConfig = NonNullable<ConstructorParameters<typeof layers.Layer>[0]>;

/** How the variables of projections start and are held, as `tf.layers.dense` takes it. */
export type ProjectionConfig = Pick<
  Parameters<typeof layers.dense>[0],
  | "kernelInitializer"
  | "biasInitializer"
  | "kernelRegularizer"
  | "biasRegularizer"
  | "kernelConstraint"
  | "biasConstraint"
>;

/** How one variable starts and is held. */
export interface Setting {
  readonly initializer: ReturnType<typeof initializers.zeros>;
  readonly regularizer?: ReturnType<typeof regularizers.l2> | undefined;
  readonly constraint?: ReturnType<typeof constraints.maxNorm> | undefined;
}

/** Makes a variable of a layer. */
export type AddVariable = (name: string, shape: number[], setting: Setting) => LayerVariable;

/** Kernels and biases, and what a saved model says of them. */
export interface ProjectionSettings {
  readonly kernel: Setting;
  readonly bias: Setting;
  readonly config: tf.serialization.ConfigDict;
}

/** The names of {@link ProjectionConfig}. */
export const PROJECTION_OPTIONS = [
  ...["kernelInitializer", "biasInitializer", "kernelRegularizer", "biasRegularizer"],
  ...["kernelConstraint", "biasConstraint"],
];

/** Reads the options of projections, whatever form they come in. @throws TypeError for one that there is not */
export function projectionSettings(who: string, config: Config): ProjectionSettings {
  const given = PROJECTION_OPTIONS.flatMap((name) => (config[name] == null ? [] : [[name, config[name]] as const]));
  // TensorFlow.js reads names, objects and what was saved, and hands none of that out: a layer that is never built tells.
  const dense = named(who, () => layers.dense({ units: 1, name: who, ...Object.fromEntries(given) }));
  const held = dense as unknown as Record<string, Setting[keyof Setting]>;
  const setting = (of: "kernel" | "bias") =>
    ({
      initializer: held[`${of}Initializer`],
      regularizer: held[`${of}Regularizer`],
      constraint: held[`${of}Constraint`],
    }) as Setting;
  const saved = dense.getConfig();
  return {
    kernel: setting("kernel"),
    bias: setting("bias"),
    config: Object.fromEntries(PROJECTION_OPTIONS.map((name) => [name, saved[name] ?? null])),
  };
}

/** Reads how tables of embeddings start. @throws TypeError for what there is not */
export function embeddingSetting(
  who: string,
  embeddingsInitializer: unknown,
): {
  setting: Setting;
  config: tf.serialization.ConfigDictValue;
} {
  const given = (embeddingsInitializer === "uniform" ? "randomUniform" : embeddingsInitializer) as "randomUniform";
  const args = { inputDim: 1, outputDim: 1, name: who, embeddingsInitializer: given };
  const embedding = named(who, () => layers.embedding(args));
  const { embeddingsInitializer: initializer } = embedding as unknown as Record<string, Setting["initializer"]>;
  return { setting: { initializer } as Setting, config: embedding.getConfig()["embeddingsInitializer"] ?? null };
}

function named<T>(who: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new TypeError(`${who}: expected what tf.layers knows, got: ${(error as Error).message}`, { cause: error });
  }
}
