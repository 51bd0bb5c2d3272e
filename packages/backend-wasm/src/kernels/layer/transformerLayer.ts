import type { PackedInputs, RotaryAngles, RowFormat, TransformerLayerAttrs } from "@qkv/ops";
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
  readonly pastFormat: RowFormat | undefined;
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
function addLayer(
  steps: RowSteps,
  { layer, angles, pastLength, pastFormat }: Attrs,
  [output, keys, values]: Outputs,
): void {
  const { selfAttn, crossAttn, ffn, norm, placement, parallel, branchScale } = layer;
  if (norm.kind === "layerNorm" && steps.inputs["selfAttn.norm.bias"] === undefined) steps.prepareNormsWithoutBias();
  const sublayers: Named[] = [
    ["selfAttn", selfAttention(steps, selfAttn, angles, { keys, values, pastLength, format: pastFormat })],
  ];
  if (crossAttn !== undefined) sublayers.push(["crossAttn", crossAttention(steps, crossAttn)]);
  sublayers.push(["ffn", feedForward(steps, ffn)]);
  const [x, y] = [steps.at(steps.inputs.x), steps.heap.at(output)];
  const scale = branchScale === undefined ? undefined : steps.filled(1, branchScale);
  const branch: Branch = { norm, placement, parallel, scale };
  if (placement === "post") addPostNorm(steps, sublayers, branch, x, y);
  else if (placement === "branch") addBranchNorm(steps, sublayers, branch, x, y);
  else addPreNorm(steps, sublayers, branch, x, y);
}

/** What the steps of a branch need of the layer. */
interface Branch extends Pick<TransformerLayerAttrs, "norm" | "placement" | "parallel"> {
  /** Address of the factor of the outcome. Default none. */
  readonly scale: number | undefined;
}

/** Each sublayer reads the norm of the sum so far, which is at `y`, or of x if they are parallel. */
function addPreNorm(steps: RowSteps, sublayers: readonly Named[], branch: Branch, x: number, y: number): void {
  const { norm, parallel } = branch;
  const width = widthOf(steps);
  const normed = steps.take(width);
  steps.copy(x, y, width);
  for (const [i, named] of sublayers.entries()) {
    const from = i === 0 || parallel !== undefined ? x : y;
    if (i === 0 || parallel !== "sharedNorm") steps.norm(pathsOf(named[0]).norm, norm, from, normed);
    addBranch(steps, named, branch, normed, y, false);
  }
}

/** Each sublayer reads the sum so far, which is at `y`. */
function addBranchNorm(steps: RowSteps, sublayers: readonly Named[], branch: Branch, x: number, y: number): void {
  steps.copy(x, y, widthOf(steps));
  for (const [i, named] of sublayers.entries()) addBranch(steps, named, branch, i === 0 ? x : y, y, i === 0);
}

/** Each sublayer reads what the norm of the last sum has left. */
function addPostNorm(steps: RowSteps, sublayers: readonly Named[], branch: Branch, x: number, y: number): void {
  const width = widthOf(steps);
  const [normed, sum] = [steps.take(width), steps.take(width)];
  let current = x;
  for (const named of sublayers) {
    steps.copy(current, sum, width);
    addBranch(steps, named, branch, current, sum, true); // which needs no copy
    current = named === sublayers.at(-1) ? y : normed;
    steps.norm(pathsOf(named[0]).norm, branch.norm, sum, current);
  }
}

/** Adds a sublayer's output, with its own norm and factors if there are any, to the sum. */
function addBranch(
  steps: RowSteps,
  [name, sublayer]: Named,
  { norm, placement, scale }: Branch,
  from: number,
  sum: number,
  beside: boolean,
): void {
  const paths = pathsOf(name);
  const postNorm = placement === "branch" ? paths.norm : paths.postNorm;
  const isNormed = placement === "branch" || placement === "both";
  const layerScale = steps.inputs[paths.layerScale];
  steps.space.reuse(() => {
    if (!isNormed && layerScale === undefined && scale === undefined) return sublayer(from, sum, ADD, beside);
    const width = widthOf(steps);
    const branch = steps.take(width);
    sublayer(from, branch, 0, beside);
    if (isNormed) steps.norm(postNorm, norm, branch, branch);
    if (layerScale !== undefined) steps.multiply(branch, steps.at(layerScale), width, width);
    if (scale !== undefined) steps.multiply(branch, scale, width, 1);
    steps.add(branch, sum, width);
  });
}

function widthOf({ inputs }: RowSteps): number {
  return shapeOf(inputs, "x")[2] ?? 0;
}
