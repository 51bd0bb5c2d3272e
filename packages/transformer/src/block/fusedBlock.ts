import { activeKernel, transformerLayer } from "@qkv/ops";
import type * as tf from "@tensorflow/tfjs-core";
import { asBuilt } from "./asBuilt.ts";
import type { BlockInputs } from "./blockInputs.ts";
import { fusedAttrs } from "./fusedAttrs.ts";
import { type BlockModules, fusedWeights } from "./fusedWeights.ts";
import { ofKept } from "./keptMask.ts";
import type { BlockSpec } from "./spec.ts";

/** A pass of a block in one kernel; undefined where there is none for the block or for these inputs. Does not tidy. */
export type FusedBlock = (x: tf.Tensor3D, inputs: BlockInputs) => tf.Tensor3D | undefined;

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
  if (attrs === undefined) return () => undefined;
  const kernel = transformerLayer(fusedWeights(modules), attrs);
  const { rotary } = spec.selfAttn;
  const isAsBuilt = asBuilt(modules, { rotary });
  return (x, { cache, layer = 0, mask, bias, memory, memoryMask, positions, span }) => {
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
}
