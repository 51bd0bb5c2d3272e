import type * as tf from "@tensorflow/tfjs-core";
import type { PackedInputs, TransformerLayerInputs } from "@qkv/ops";

/** The name of a tensor that is no weight. */
type InputName = Exclude<keyof TransformerLayerInputs, "angles" | "pastLength" | "pastFormat">;

/** The tensors of a layer: its inputs, and its weights by the path to each. */
export type LayerInputs = Readonly<Record<string, tf.TensorInfo | undefined>> &
  Readonly<Partial<Record<InputName, tf.TensorInfo>>>;

/** The shape of an input that must be there. */
export function shapeOf(inputs: LayerInputs, name: string): readonly number[] {
  const found = inputs[name];
  if (found === undefined) throw new RangeError(`QkvTransformerLayer: expected ${name}, got none`);
  return found.shape;
}

/** The shape [O, I] of the linear map called `name`. */
export function weightShape(inputs: LayerInputs, packed: PackedInputs, name: string): readonly number[] {
  const { weight } = pathsOf(name);
  return packed[weight]?.shape ?? shapeOf(inputs, weight);
}

/** The paths to what a module called `name` may have. */
interface Paths {
  readonly weight: string;
  readonly bias: string;
  readonly norm: string;
  readonly postNorm: string;
  readonly layerScale: string;
  readonly sinks: string;
  readonly outProj: string;
}

const PATHS = new Map<string, Paths>();

/** The paths to what a module may have, put together once: looking a new string up takes longer than a step's arithmetic. */
export function pathsOf(name: string): Paths {
  let paths = PATHS.get(name);
  if (paths === undefined) {
    const at = (part: string) => `${name}.${part}`;
    paths = {
      ...{ weight: at("weight"), bias: at("bias"), norm: at("norm"), postNorm: at("postNorm") },
      ...{ layerScale: at("layerScale"), sinks: at("sinks"), outProj: at("outProj") },
    };
    PATHS.set(name, paths);
  }
  return paths;
}
