import type * as tf from "@tensorflow/tfjs-core";
import type { constraints, initializers, LayerVariable, regularizers } from "@tensorflow/tfjs-layers";
import { layers } from "@tensorflow/tfjs-layers";
import type { Config } from "./configChecks.ts";

/** Options of every layer of `tf.layers`: `name`, `trainable`, `inputShape`, ... */
export type LayerConfig = NonNullable<ConstructorParameters<typeof layers.Layer>[0]>;

/** Initializers, regularizers and constraints of projections, as `tf.layers.dense` takes them. */
export type ProjectionConfig = Pick<
  Parameters<typeof layers.dense>[0],
  | "kernelInitializer"
  | "biasInitializer"
  | "kernelRegularizer"
  | "biasRegularizer"
  | "kernelConstraint"
  | "biasConstraint"
>;

/** Initializer, regularizer and constraint of one variable. */
export interface Setting {
  readonly initializer: ReturnType<typeof initializers.zeros>;
  readonly regularizer?: ReturnType<typeof regularizers.l2> | undefined;
  readonly constraint?: ReturnType<typeof constraints.maxNorm> | undefined;
}

/** Makes a variable of a layer. */
export type AddVariable = (name: string, shape: number[], setting: Setting) => LayerVariable;

/** Settings of kernels and biases, and their form in a saved model. */
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

/** Reads the options of projections, in any form. @throws TypeError for an unknown one */
export function projectionSettings(who: string, config: Config): ProjectionSettings {
  const given = PROJECTION_OPTIONS.flatMap((name) => (config[name] == null ? [] : [[name, config[name]] as const]));
  // TensorFlow.js reads names, objects and saved forms but exports no reader: a layer that is never built has the result.
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

/** Reads the initializer of embedding tables. @throws TypeError for an unknown one */
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
