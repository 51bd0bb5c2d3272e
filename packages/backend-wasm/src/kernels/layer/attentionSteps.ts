import type { LayerAttentionAttrs, RotaryAngles, RowFormat } from "@qkv/ops";
import type * as tf from "@tensorflow/tfjs-core";
import {
  ATTENTION_SHAPE_WORDS,
  attentionCost,
  attentionKernel,
  broadcastStrides,
  type Strides,
  writeAttentionShape,
} from "../attention.ts";
import { appendHeads, mergeHeads, rotation, splitHeads } from "./headSteps.ts";
import { type LayerInputs, pathsOf, weightShape } from "./layerInputs.ts";
import type { RowSteps } from "./rowSteps.ts";
import type { Sublayer } from "./sublayer.ts";

/** Keys and values [B, G, K, D] of an attention, and who sees them. */
interface Context {
  readonly keys: tf.TensorInfo;
  readonly values: tf.TensorInfo;
  /** How they are held, in words of int32. Default as floats. */
  readonly format?: RowFormat | undefined;
  /** Number of positions in use. Default K. */
  readonly length?: number;
  readonly mask: tf.TensorInfo | undefined;
  readonly bias: tf.TensorInfo | undefined;
}

/** The keys and values of a self-attention, and how many positions of them are there already. */
interface Kept {
  readonly keys: tf.TensorInfo;
  readonly values: tf.TensorInfo;
  /** Left out: none; those of the past are written too. */
  readonly pastLength: number | undefined;
  readonly format: RowFormat | undefined;
}

/** Prepares self-attention, which writes the keys and values of new positions, and of the past, to `keys` and `values`. */
export function selfAttention(
  steps: RowSteps,
  attrs: LayerAttentionAttrs,
  angles: RotaryAngles | undefined,
  { keys, values, pastLength, format }: Kept,
): Sublayer {
  const { mask, bias } = steps.inputs;
  const past = pastLength ?? steps.inputs.pastKeys?.shape[2] ?? 0;
  const { pastKeys, pastValues } = pastLength === undefined ? steps.inputs : {};
  const { numHeads: heads, numKeyValueHeads: groups, qkNorm } = attrs;
  const [inner = 0] = weightShape(steps.inputs, steps.packed, "selfAttn.qProj");
  const headDim = inner / heads;
  const context = { keys, values, format, length: past + steps.length, mask, bias };
  const pool = pooling(steps, "selfAttn", attrs, context, headDim);
  const rotate = rotation(steps, attrs.rotary, angles, headDim);
  const qProj = steps.linearAt("selfAttn.qProj");
  const kProj = steps.linearAt("selfAttn.kProj");
  const vProj = steps.linearAt("selfAttn.vProj");
  return (from, to, mode, beside) => {
    const [q, k, v] = [steps.take(heads * headDim), steps.take(groups * headDim), steps.take(groups * headDim)];
    steps.linear(qProj, from, q, 0, beside);
    steps.linear(kProj, from, k, 0, true);
    steps.linear(vProj, from, v, 0, true);
    if (qkNorm !== undefined) {
      steps.norm("selfAttn.qNorm", qkNorm, q, q, qkNorm.isAcross ? 1 : heads);
      steps.norm("selfAttn.kNorm", qkNorm, k, k, qkNorm.isAcross ? 1 : groups, true);
    }
    rotate(q, heads, false);
    rotate(k, groups, true);
    const queries = splitHeads(steps, q, heads, headDim);
    const kept = { first: past, headDim, format };
    appendHeads(steps, k, kept, pastKeys, keys, steps.length > 1);
    appendHeads(steps, v, kept, pastValues, values, true);
    pool(queries, to, mode);
  };
}

/** Prepares attention to a memory. */
export function crossAttention(steps: RowSteps, attrs: LayerAttentionAttrs): Sublayer {
  const { memoryKeys: keys, memoryValues: values, memoryMask: mask } = steps.inputs as Required<LayerInputs>;
  const { numHeads: heads, qkNorm } = attrs;
  const headDim = keys.shape[3] ?? 0;
  const pool = pooling(steps, "crossAttn", attrs, { keys, values, mask, bias: undefined }, headDim);
  const qProj = steps.linearAt("crossAttn.qProj");
  return (from, to, mode, beside) => {
    const q = steps.take(heads * headDim);
    steps.linear(qProj, from, q, 0, beside);
    if (qkNorm !== undefined) steps.norm("crossAttn.qNorm", qkNorm, q, q, qkNorm.isAcross ? 1 : heads);
    pool(splitHeads(steps, q, heads, headDim), to, mode);
  };
}

/** Prepares the pooling of the values of each head [B, H, L, D], and the map of the outcome. */
function pooling(steps: RowSteps, name: string, attrs: LayerAttentionAttrs, context: Context, width: number) {
  const { space, heap, batch, length, program } = steps;
  const { keys, values, mask, bias } = context;
  const { numHeads } = attrs;
  const paths = pathsOf(name);
  const sinks = steps.inputs[paths.sinks];
  const shape = headShape(attrs, length, context, width, steps.at(sinks));
  const { queries, heads } = shape;
  const words = space.constant(ATTENTION_SHAPE_WORDS * 4, (at) => writeAttentionShape(heap, at, shape));
  const outProj = steps.linearAt(paths.outProj);
  return (q: number, to: number, mode: number) => {
    const [pooled, logSumExp] = [steps.take(numHeads * width), steps.take(numHeads)];
    const args = [words, q, heap.at(keys), heap.at(values), steps.at(mask), steps.at(bias), pooled, logSumExp];
    const parts = heap.kernels.attentionParts(queries);
    const cost = attentionCost(queries, shape.keys, width) / parts;
    program.add(attentionKernel(heap, shape), args, { units: batch * heads * parts, cost });
    steps.linear(outProj, mergeHeads(steps, pooled, numHeads, width), to, mode);
  };
}

/**
 * The shape that the attention kernel is given. A decoder's one query sees what its whole group sees: the group's queries
 * are then those of one head, so that its keys are read once.
 */
function headShape(
  { numHeads, numKeyValueHeads, causal, window, scale, softcap }: LayerAttentionAttrs,
  length: number,
  given: Context,
  width: number,
  sinksAt: number,
) {
  const [, , capacity = 0] = given.keys.shape;
  const keys = given.length ?? capacity;
  const groupSize = numHeads / numKeyValueHeads;
  const mask = broadcastStrides(given.mask);
  const bias = broadcastStrides(given.bias);
  // One literal for both: a decoder makes many, and an object that is spread is slow to make.
  const isFolded = length === 1 && keys <= (window ?? keys);
  const folded = ([batch, head, , key]: Strides): Strides => [batch, head * groupSize, head, key];
  return {
    keys,
    capacity,
    format: given.format,
    width,
    scale,
    softcap,
    dropout: undefined,
    queries: isFolded ? groupSize : length,
    heads: isFolded ? numKeyValueHeads : numHeads,
    causal: causal && !isFolded,
    window: isFolded ? undefined : window,
    groupSize: isFolded ? 1 : groupSize,
    mask: isFolded ? folded(mask) : mask,
    bias: isFolded ? folded(bias) : bias,
    sinks: sinksAt === 0 ? undefined : { address: sinksAt, head: isFolded ? groupSize : 1, query: isFolded ? 1 : 0 },
  };
}
