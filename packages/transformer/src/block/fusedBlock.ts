import type { RotaryPositions } from "@qkv/attention";
import { activeKernel, transformerLayer, type TransformerLayerAttrs, type TransformerLayerWeights } from "@qkv/ops";
import type * as tf from "@tensorflow/tfjs-core";
import { asBuilt } from "./asBuilt.ts";
import type { BlockInputs } from "./blockInputs.ts";
import { fusedAttrs } from "./fusedAttrs.ts";
import { type BlockModules, fusedWeights } from "./fusedWeights.ts";
import { ofKept } from "./keptMask.ts";
import type { BlockSpec } from "./spec.ts";

/** A pass of a block in one kernel; undefined where there is none for the block or for these inputs. Does not tidy. */
export type FusedForward = (x: tf.Tensor3D, inputs: BlockInputs) => tf.Tensor3D | undefined;

/** A layer as kernels are told of it. */
export interface LayerDescription {
  readonly weights: TransformerLayerWeights;
  readonly attrs: TransformerLayerAttrs;
  /** Of the self-attention. */
  readonly rotary: RotaryPositions | undefined;
}

/** A block for kernels that compute more than one of its modules. */
export interface FusedBlock {
  readonly forward: FusedForward;
  /** Describes the block; undefined where no kernel may compute it: of its spec, or of modules that are not as they were built. */
  describe(): LayerDescription | undefined;
}

/** The inputs that have no place in the kernel's: one does not compile. */
type Left = Exclude<
  keyof BlockInputs,
  "cache" | "layer" | "mask" | "bias" | "memory" | "memoryMask" | "positions" | "span"
>;
void ({} satisfies Record<Left, never>);

/**
 * Prepares a block as one fused kernel, for inference. All that a {@link BlockSpec} can say has a place in it, except a
 * score that is no dot product, uniform weights where nothing is visible, an activation that no kernel has, rotary positions
 * of an attention to a memory, an attention without a norm before it, and experts. Those stay composed, and so do a mask or a
 * bias that is not of rank 4, and modules that are not as they were built.
 */
export function fusedBlock(modules: BlockModules, spec: BlockSpec): FusedBlock {
  const attrs = fusedAttrs(spec);
  if (attrs === undefined) return { forward: () => undefined, describe: () => undefined };
  const weights = fusedWeights(modules);
  const kernel = transformerLayer(weights, attrs);
  const { rotary } = spec.selfAttn;
  const isAsBuilt = asBuilt(modules, { rotary });
  const forward: FusedForward = (x, { cache, layer = 0, mask, bias, memory, memoryMask, positions, span }) => {
    if (activeKernel("transformerLayer") !== "fused" || !isAsBuilt()) return undefined;
    const [batch, length] = x.shape;
    const past = cache?.past(layer, length);
    const fused = kernel({
      x,
      pastKeys: past?.keys,
      pastValues: past?.values,
      pastLength: past?.length,
      pastFormat: past?.format,
      mask: mask && ofKept(mask, past ?? {}),
      bias,
      angles: rotary?.angles(positions ?? cache?.length ?? 0, batch, length, span),
      memoryKeys: memory?.keys,
      memoryValues: memory?.values,
      memoryMask,
    });
    if (fused === undefined) return undefined;
    cache?.replace(layer, fused);
    return fused.output;
  };
  return { forward, describe: () => (isAsBuilt() ? { weights, attrs, rotary } : undefined) };
}
