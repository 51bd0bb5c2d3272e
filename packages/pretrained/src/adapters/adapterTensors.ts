import { Adapter, type AdapterContents, type LowRankAdapter, Params } from "@qkv/nn";
import type { FamilyModel } from "@qkv/transformer";
import * as tf from "@tensorflow/tfjs-core";
import type { HubModule } from "./hubModules.ts";

/** The numbers of a module's update, as a linear map has them. */
export interface ModuleUpdate {
  readonly module: HubModule;
  readonly rank: number;
  readonly scale: number;
  /** [r, I] */
  readonly a: Float32Array;
  /** [O, r] */
  readonly b: Float32Array;
  /** [O] */
  readonly magnitude?: Float32Array | undefined;
}

/** Numbers in the place of a parameter's. */
export interface ReplacedNumbers {
  readonly path: string;
  readonly data: Float32Array;
}

/**
 * Makes the adapter of a model from its numbers. The parts of a module, such as joined queries, keys and values, share A,
 * and each has its rows of B. If it fails, no tensor is left behind.
 */
export function adapterOf(
  model: FamilyModel,
  modules: readonly ModuleUpdate[],
  replaced: readonly ReplacedNumbers[],
  settings: Pick<AdapterContents, "rankStabilized" | "dropout">,
): Adapter {
  const values = new Map<string, Float32Array>();
  const params = Params.from((name, shape) => tf.tensor(values.get(name) as Float32Array, shape, "float32"));
  const variable = (path: string, name: string, shape: number[], data: Float32Array) => {
    values.set(`${path}.${name}`, data);
    const value = params.at(path).matrix<tf.Rank>(name, shape, (of) => tf.zeros(of)).parts.data;
    values.clear();
    return value;
  };
  try {
    const updates = new Map<string, LowRankAdapter>();
    for (const { module, rank, scale, ...numbers } of modules) {
      const [first] = module.parts;
      const inputs = tf.util.sizeFromShape(module.shape.slice(1));
      const a = variable(`${first?.path}.adapter`, "a", [rank, inputs], numbers.a) as tf.Tensor2D;
      const bs = module.split(numbers.b, rank);
      const magnitudes = numbers.magnitude && module.split(numbers.magnitude, 1);
      for (const [i, { path, weight }] of module.parts.entries()) {
        const rows = weight.shape[0] ?? 0;
        const b = variable(`${path}.adapter`, "b", [rows, rank], bs[i] as Float32Array) as tf.Tensor2D;
        const magnitude = magnitudes && variable(`${path}.adapter`, "magnitude", [rows], magnitudes[i] as Float32Array);
        updates.set(path, { a, b, scale, ...(magnitude && { magnitude }) });
      }
    }
    const weights = model.params.weights();
    const others = replaced.map(({ path, data }) => {
      const shape = [...(weights.get(path)?.shape ?? [])];
      return [path, variable(`${path}.adapter`, "value", shape, data) as tf.Variable] as const;
    });
    return new Adapter(model.params, { params, updates, replaced: new Map(others), ...settings });
  } catch (error) {
    params.dispose();
    throw error;
  }
}
