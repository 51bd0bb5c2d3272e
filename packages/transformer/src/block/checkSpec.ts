import { checkOptions, checkRecord, describeArgument, type OptionNames } from "@qkv/ops";
import type { AttentionSpec, BlockSpec, FeedForwardSpec } from "./spec.ts";

const BLOCK: OptionNames<BlockSpec> = {
  dModel: true,
  norm: true,
  selfAttn: true,
  crossAttn: true,
  ffn: true,
  dropout: true,
  activationDropout: true,
  dropPath: true,
  layerScale: true,
  init: true,
};

const NORM: OptionNames<BlockSpec["norm"]> = { kind: true, eps: true, unitOffset: true, placement: true };

const CROSS_ATTENTION: OptionNames<Omit<AttentionSpec, "causal" | "window">> = {
  numHeads: true,
  numKeyValueHeads: true,
  headDim: true,
  bias: true,
  qkNorm: true,
  rotary: true,
  score: true,
  scale: true,
  softcap: true,
  sinks: true,
  emptyRows: true,
  dropout: true,
};

const SELF_ATTENTION: OptionNames<AttentionSpec> = { ...CROSS_ATTENTION, causal: true, window: true };

const FEED_FORWARD: OptionNames<FeedForwardSpec> = {
  kind: true,
  dim: true,
  activation: true,
  bias: true,
  outputDropout: true,
};

/** Refuses a spec with a field or a kind that no block has. @throws RangeError naming it */
export function checkSpec(spec: BlockSpec): void {
  checkOptions("BlockSpec", spec, BLOCK);
  const parts = { norm: NORM, selfAttn: SELF_ATTENTION, crossAttn: CROSS_ATTENTION, ffn: FEED_FORWARD };
  for (const [name, known] of Object.entries(parts)) {
    const part = spec[name as keyof typeof parts];
    if (part === undefined && name === "crossAttn") continue;
    checkRecord("BlockSpec", name, part as object);
    checkOptions(`BlockSpec.${name}`, part as object, known as OptionNames<object>);
  }
  checkKind("norm.kind", spec.norm.kind, ["layerNorm", "rmsNorm"]);
  checkKind("norm.placement", spec.norm.placement, ["pre", "post", "both"]);
  checkKind("ffn.kind", spec.ffn.kind, ["mlp", "gated", "packedGated"]);
  if (spec.norm.unitOffset && spec.norm.kind !== "rmsNorm") {
    throw new RangeError(`BlockSpec: expected norm.unitOffset with rmsNorm alone, got ${spec.norm.kind}`);
  }
  if (spec.selfAttn.window !== undefined && spec.selfAttn.causal !== true) {
    throw new RangeError("BlockSpec: expected selfAttn.causal to be true with a window, got false");
  }
}

function checkKind(name: string, kind: string, kinds: readonly string[]): void {
  if (kinds.includes(kind)) return;
  throw new RangeError(`BlockSpec: expected ${name} to be ${kinds.join(", ")}, got ${describeArgument(kind)}`);
}
