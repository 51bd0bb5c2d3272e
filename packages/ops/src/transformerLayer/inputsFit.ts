import type * as tf from "@tensorflow/tfjs-core";
import { cachedRowWords } from "../cachedRows.ts";
import type { TransformerLayerAttrs, TransformerLayerInputs, TransformerLayerWeights } from "./contract.ts";
import { headDimOf, isFloats } from "./weightsFit.ts";

/** Whether the kernel can read these inputs, beside weights that fit. */
export function inputsFit(
  inputs: TransformerLayerInputs,
  weights: TransformerLayerWeights,
  attrs: TransformerLayerAttrs,
): boolean {
  const { x, pastKeys, pastValues, pastLength, pastFormat, mask, bias } = inputs;
  const { angles, memoryKeys, memoryValues, memoryMask } = inputs;
  const [batch = 0, length = 0] = x.shape;
  const { selfAttn, crossAttn } = attrs;
  const isContext = (keys: tf.Tensor | undefined, values: tf.Tensor | undefined, of: "selfAttn" | "crossAttn") => {
    if (keys === undefined || values === undefined) return keys === values;
    const [part, its] = [weights[of], attrs[of]];
    if (part === undefined || its === undefined) return false;
    const [groups, places, width] = [its.numKeyValueHeads, keys.shape[2] ?? 0, headDimOf(part, its)];
    if (of === "selfAttn" && pastFormat !== undefined) {
      const held = [batch, groups, places, cachedRowWords(pastFormat, width)];
      return width % 4 === 0 && [keys, values].every(({ dtype, shape }) => dtype === "int32" && isEqual(shape, held));
    }
    const shape = [batch, groups, places, width];
    return isFloats(keys, shape) && isFloats(values, shape);
  };
  const isOfScores = (given: tf.Tensor | undefined, heads: number, keys: number, dtype: tf.DataType) =>
    given === undefined || (given.dtype === dtype && broadcastsTo(given.shape, [batch, heads, length, keys]));
  const capacity = pastKeys?.shape[2] ?? 0;
  const keys = (pastLength ?? capacity) + length;
  const memory = memoryKeys?.shape[2] ?? 0;
  return (
    x.size > 0 &&
    isFloats(x, [batch, length, weights.selfAttn.qProj.weight.shape[1] ?? 0]) &&
    isContext(pastKeys, pastValues, "selfAttn") &&
    (pastFormat === undefined || pastLength !== undefined) &&
    (pastLength === undefined || (Number.isInteger(pastLength) && pastLength >= 0 && keys <= capacity)) &&
    isOfScores(mask, selfAttn.numHeads, keys, "bool") &&
    isOfScores(bias, selfAttn.numHeads, keys, "float32") &&
    anglesFit(angles, selfAttn.rotary?.dim ?? 0, batch, length) &&
    (memoryKeys === undefined) === (crossAttn === undefined) &&
    isContext(memoryKeys, memoryValues, "crossAttn") &&
    (crossAttn === undefined || memory > 0) &&
    isOfScores(memoryMask, crossAttn?.numHeads ?? 0, memory, "bool")
  );
}

function isEqual(shape: readonly number[], expected: readonly number[]): boolean {
  return shape.length === expected.length && shape.every((size, axis) => size === expected[axis]);
}

/** Whether each axis is 1 or that of the scores. */
function broadcastsTo(shape: readonly number[], scores: readonly number[]): boolean {
  return shape.length === scores.length && scores.every((size, axis) => shape[axis] === size || shape[axis] === 1);
}

/** Whether there are `dim` / 2 angles for each position of one row or of all rows of the batch. */
function anglesFit(angles: TransformerLayerInputs["angles"], dim: number, batch: number, length: number): boolean {
  if (angles === undefined) return dim === 0;
  const [row, { cos, sin }] = [(length * dim) / 2, angles];
  return dim > 0 && cos.length === sin.length && (cos.length === row || cos.length === batch * row);
}
