import type * as tf from "@tensorflow/tfjs-core";
import type { PackedInputs, TransformerLayerInputs } from "@qkv/ops";

/** The name of a tensor that is no weight. */
type InputName = Exclude<keyof TransformerLayerInputs, "angles" | "pastLength">;

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
  return packed[`${name}.weight`]?.shape ?? shapeOf(inputs, `${name}.weight`);
}
