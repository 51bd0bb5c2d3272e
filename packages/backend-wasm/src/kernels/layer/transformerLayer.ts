import type { NormAttrs, PackedInputs, RotaryAngles, TransformerLayerAttrs } from "@qkv/ops";
import type * as tf from "@tensorflow/tfjs-core";
import type { Heap } from "../../heap.ts";
import { replaceKernel } from "../../replaceKernel.ts";
import { runProgram } from "../../workspace.ts";
import { ADD } from "../matMul.ts";
import { crossAttention, selfAttention } from "./attentionSteps.ts";
import { feedForward } from "./feedForwardSteps.ts";
import { type LayerInputs, pathsOf, shapeOf, weightShape } from "./layerInputs.ts";
import { RowSteps } from "./rowSteps.ts";
import type { Sublayer } from "./sublayer.ts";

interface Attrs {
  readonly layer: TransformerLayerAttrs;
  readonly angles: RotaryAngles | undefined;
  readonly pastLength: number | undefined;
  readonly packed: PackedInputs;
}
type Outputs = readonly [output: tf.TensorInfo, keys: tf.TensorInfo, values: tf.TensorInfo];

/** Registers QkvTransformerLayer: one program for the whole layer. */
export function registerTransformerLayer(heap: Heap): void {
  replaceKernel("QkvTransformerLayer", ({ inputs, attrs }) => {
    const given = inputs as LayerInputs;
    const { layer, pastLength, packed } = attrs as unknown as Attrs;
    const output = heap.output(shapeOf(given, "x"));
    const isInPlace = pastLength !== undefined;
    const [keys, values] = isInPlace
      ? [given.pastKeys as tf.TensorInfo, given.pastValues as tf.TensorInfo]
      : appendedOf(heap, given, packed, layer.selfAttn);
    const outputs = isInPlace ? [output] : [output, keys, values];
    try {
      runProgram(heap, heap.kernels.attentionScratch(), (program, space) =>
        addLayer(new RowSteps(heap, program, space, given, packed), attrs as unknown as Attrs, [output, keys, values]),
      );
    } catch (error) {
      for (const { dataId } of outputs) heap.backend.disposeData(dataId);
      throw error;
    }
    return [...outputs];
  });
}

/** New tensors for the keys and values of the past and of x. */
function appendedOf(
  heap: Heap,
  inputs: LayerInputs,
  packed: PackedInputs,
  { numHeads, numKeyValueHeads }: TransformerLayerAttrs["selfAttn"],
) {
  const [batch = 0, length = 0] = shapeOf(inputs, "x");
  const [inner = 0] = weightShape(inputs, packed, "selfAttn.qProj");
  const kept = [batch, numKeyValueHeads, (inputs.pastKeys?.shape[2] ?? 0) + length, inner / numHeads];
  return [heap.output(kept), heap.output(kept)] as const;
}

type Named = readonly [name: "selfAttn" | "crossAttn" | "ffn", sublayer: Sublayer];

/** The steps of a layer. */
function addLayer(steps: RowSteps, { layer, angles, pastLength }: Attrs, [output, keys, values]: Outputs): void {
  const { selfAttn, crossAttn, ffn, norm } = layer;
  const sublayers: Named[] = [["selfAttn", selfAttention(steps, selfAttn, angles, { keys, values, pastLength })]];
  if (crossAttn !== undefined) sublayers.push(["crossAttn", crossAttention(steps, crossAttn)]);
  sublayers.push(["ffn", feedForward(steps, ffn)]);
  const [x, y] = [steps.at(steps.inputs.x), steps.heap.at(output)];
  if (layer.placement === "post") addPostNorm(steps, sublayers, norm, x, y);
  else addPreNorm(steps, sublayers, norm, x, y);
}

/** Each sublayer reads the norm of the sum so far, which is at `y`. */
function addPreNorm(steps: RowSteps, sublayers: readonly Named[], norm: NormAttrs, x: number, y: number): void {
  const width = widthOf(steps);
  const normed = steps.take(width);
  steps.copy(x, y, width);
  for (const [i, named] of sublayers.entries()) {
    steps.norm(pathsOf(named[0]).norm, norm, i === 0 ? x : y, normed);
    addBranch(steps, named, norm, normed, y, false);
  }
}

/** Each sublayer reads what the norm of the last sum has left. */
function addPostNorm(steps: RowSteps, sublayers: readonly Named[], norm: NormAttrs, x: number, y: number): void {
  const width = widthOf(steps);
  const [normed, sum] = [steps.take(width), steps.take(width)];
  let current = x;
  for (const named of sublayers) {
    steps.copy(current, sum, width);
    addBranch(steps, named, norm, current, sum, true); // which needs no copy
    current = named === sublayers.at(-1) ? y : normed;
    steps.norm(pathsOf(named[0]).norm, norm, sum, current);
  }
}

/** Adds a sublayer's output, with its own norm and factors if there are any, to the sum. */
function addBranch(
  steps: RowSteps,
  [name, sublayer]: Named,
  norm: NormAttrs,
  from: number,
  sum: number,
  beside: boolean,
): void {
  const { postNorm, layerScale: factors } = pathsOf(name);
  const isNormed = steps.inputs[pathsOf(postNorm).weight] !== undefined;
  const layerScale = steps.inputs[factors];
  steps.space.reuse(() => {
    if (!isNormed && layerScale === undefined) return sublayer(from, sum, ADD, beside);
    const width = widthOf(steps);
    const branch = steps.take(width);
    sublayer(from, branch, 0, beside);
    if (isNormed) steps.norm(postNorm, norm, branch, branch);
    if (layerScale !== undefined) steps.multiply(branch, steps.at(layerScale), width, width);
    steps.add(branch, sum, width);
  });
}

function widthOf({ inputs }: RowSteps): number {
  return shapeOf(inputs, "x")[2] ?? 0;
}
