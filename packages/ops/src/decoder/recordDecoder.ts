import * as tf from "@tensorflow/tfjs-core";
import { cachedRowWords, type RowFormat } from "../cachedRows.ts";
import { checkRecord } from "../checks/argumentChecks.ts";
import { FUSED_KERNELS, hasKernel, isRecordingGradients, runFused } from "../fusedKernel.ts";
import { isFloats, isMatrix, isNorm, weightsFit } from "../transformerLayer/weightsFit.ts";
import { namedTensors, packedInputs, storedTensors } from "../weights/namedTensors.ts";
import type { PackedAttrs } from "../weights/packedKernels.ts";
import type { DecoderAttrs, DecoderState, DecoderWeights, RecordedDecoder } from "./contract.ts";

/** The attributes of the kernel QkvRecordDecoder. */
export interface RecordDecoderAttrs {
  readonly decoder: DecoderAttrs;
  /** What of the state is no tensor. */
  readonly state: Pick<DecoderState, "angles" | "choice" | "rowFormat">;
  /** Of packed weights, by the names of the inputs. */
  readonly packed: Readonly<Record<string, PackedAttrs>>;
  /** Takes what was recorded. */
  readonly receive: (recorded: RecordedDecoder) => void;
}

/** Whether the current backend records the steps of decoders: webgpu does. */
export function recordsDecoders(): boolean {
  return hasKernel(FUSED_KERNELS.recordDecoder);
}

/**
 * Records a decoder's step on the current backend, for inference: reading one token of each row, and choosing the next one.
 *
 * Kernel: QkvRecordDecoder, its inputs the tensors of {@link DecoderWeights} and {@link DecoderState} by the paths to them, such as
 * `layers.0.selfAttn.qProj.weight` and `keyValues.0.keys`, its attributes {@link RecordDecoderAttrs}; it returns nothing.
 *
 * @returns the recorded step; or the reason why there is none, in words
 */
export function recordDecoder(
  weights: DecoderWeights,
  attrs: DecoderAttrs,
  state: DecoderState,
): RecordedDecoder | string {
  checkRecord("recordDecoder", "weights", weights);
  checkRecord("recordDecoder", "attrs", attrs);
  checkRecord("recordDecoder", "state", state);
  if (!recordsDecoders()) return `${tf.getBackend()} records no decoders`;
  if (isRecordingGradients()) return "gradients are being recorded";
  const reason = whyNot(weights, attrs, state);
  if (reason !== undefined) return reason;
  const { angles, choice, rowFormat, ...tensors } = state;
  const all = [...namedTensors(weights), ...namedTensors(tensors)];
  const received: RecordedDecoder[] = [];
  runFused(FUSED_KERNELS.recordDecoder, storedTensors(all), {
    decoder: attrs,
    state: { angles, choice, rowFormat },
    packed: packedInputs(all),
    receive: (recorded) => void received.push(recorded),
  } satisfies RecordDecoderAttrs);
  const [recorded] = received;
  if (recorded === undefined) throw new Error(`${FUSED_KERNELS.recordDecoder}: expected a recorded step, got none`);
  return recorded;
}

/** The reason why a kernel cannot read these tensors, if there is one: it does not check them. */
function whyNot(weights: DecoderWeights, attrs: DecoderAttrs, state: DecoderState): string | undefined {
  const { embedding, positions, embeddingNorm, layers, norm, head } = weights;
  if (attrs.layers.some(({ ffn }) => ffn.kind === "packedGated")) return "a gate and its map are one matrix";
  const [vocabulary = 0, width = 0] = embedding.shape;
  const odd = layers.findIndex((layer, i) => {
    const its = attrs.layers[i];
    return its === undefined || layer.selfAttn.qProj.weight.shape[1] !== width || !weightsFit(layer, its);
  });
  if (odd !== -1 || layers.length !== attrs.layers.length) return `layer ${odd} has weights that no kernel reads`;
  const tables = [embedding, ...(positions === undefined ? [] : [positions]), head.weight];
  const fits =
    tables.every((table) => isMatrix(table, [table.shape[0] ?? 0, width])) &&
    head.weight.shape[0] === vocabulary &&
    (head.bias === undefined || isFloats(head.bias, [vocabulary])) &&
    isNorm(embeddingNorm, attrs.embeddingNorm, width) &&
    isNorm(norm, attrs.norm, width);
  if (!fits) return "tables, norms or the output layer have weights that no kernel reads";
  const [rows = 0, , capacity = 0] = state.keyValues[0]?.keys.shape ?? [];
  const hasRoom = state.keyValues.every(({ keys, values }, i) => {
    const its = attrs.layers[i]?.selfAttn;
    const headDim = (layers[i]?.selfAttn.qProj.weight.shape[0] ?? 0) / (its?.numHeads ?? 1);
    return [keys, values].every(holds(state.rowFormat, [rows, its?.numKeyValueHeads ?? 0, capacity], headDim));
  });
  if (!hasRoom || state.keyValues.length !== layers.length) return "the cache does not fit the layers";
  return undefined;
}

/** Whether a tensor holds rows of D numbers, [...shape, D] as floats. */
function holds(format: RowFormat | undefined, shape: readonly number[], headDim: number): (rows: tf.Tensor) => boolean {
  if (format === undefined) return (rows) => isFloats(rows, [...shape, headDim]);
  const words = [...shape, cachedRowWords(format, headDim)];
  return ({ shape: its, dtype }) => dtype === "int32" && tf.util.arraysEqual(its, words);
}
