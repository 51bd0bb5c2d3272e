import { checkOptions, checkRecord, describeArgument, type OptionNames } from "@qkv/ops";
import type { AttentionSpec, BlockSpec, ExpertsSpec, FeedForwardSpec } from "./spec.ts";

const BLOCK: OptionNames<BlockSpec> = {
  dModel: true,
  norm: true,
  parallel: true,
  selfAttn: true,
  crossAttn: true,
  ffn: true,
  dropout: true,
  activationDropout: true,
  dropPath: true,
  layerScale: true,
  branchScale: true,
  init: true,
};

const NORM: OptionNames<BlockSpec["norm"]> = {
  kind: true,
  eps: true,
  unitOffset: true,
  bias: true,
  placement: true,
};

const CROSS_ATTENTION: OptionNames<Omit<AttentionSpec, "causal" | "window" | "reach" | "isNormed">> = {
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

const SELF_ATTENTION: OptionNames<AttentionSpec> = {
  ...CROSS_ATTENTION,
  causal: true,
  window: true,
  reach: true,
  isNormed: true,
};

const FEED_FORWARD: OptionNames<FeedForwardSpec> = {
  kind: true,
  experts: true,
  dim: true,
  activation: true,
  bias: true,
  outputDropout: true,
};

const EXPERTS: OptionNames<ExpertsSpec> = { count: true, perToken: true, isNormalized: true, sharedDim: true };

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
  checkKind("norm.placement", spec.norm.placement, ["pre", "post", "both", "branch"]);
  checkKind("ffn.kind", spec.ffn.kind, ["mlp", "gated", "packedGated", "experts"]);
  checkExperts(spec.ffn);
  if (spec.norm.unitOffset && spec.norm.kind !== "rmsNorm") {
    throw new RangeError(`BlockSpec: expected norm.unitOffset with rmsNorm alone, got ${spec.norm.kind}`);
  }
  if (spec.norm.bias === false && spec.norm.kind !== "layerNorm") {
    throw new RangeError(`BlockSpec: expected norm.bias with layerNorm alone, got ${spec.norm.kind}`);
  }
  if (spec.parallel !== undefined) {
    checkKind("parallel", spec.parallel, ["ownNorms", "sharedNorm"]);
    if (spec.norm.placement !== "pre" || spec.crossAttn !== undefined) {
      const got = spec.crossAttn === undefined ? spec.norm.placement : "crossAttn";
      throw new RangeError(`BlockSpec: expected norm.placement pre and no crossAttn with parallel, got ${got}`);
    }
  }
  const { causal = false, reach, isNormed = true } = spec.selfAttn;
  if (reach !== undefined && (causal || !Number.isSafeInteger(reach) || reach < 0)) {
    const got = causal ? "causal true" : describeArgument(reach);
    throw new RangeError(`BlockSpec: expected selfAttn.reach to be an integer from 0, without causal, got ${got}`);
  }
  if (!isNormed && (spec.norm.placement !== "pre" || spec.parallel !== undefined)) {
    const got = spec.parallel === undefined ? spec.norm.placement : "parallel";
    throw new RangeError(
      `BlockSpec: expected norm.placement pre without parallel where selfAttn.isNormed is false, got ${got}`,
    );
  }
  if (spec.selfAttn.window !== undefined && spec.selfAttn.causal !== true) {
    throw new RangeError("BlockSpec: expected selfAttn.causal to be true with a window, got false");
  }
}

function checkExperts({ kind, experts }: FeedForwardSpec): void {
  if ((kind === "experts") !== (experts !== undefined)) {
    throw new RangeError(`BlockSpec: expected ffn.experts with the kind experts alone, got ${kind}`);
  }
  if (experts === undefined) return;
  checkOptions("BlockSpec.ffn.experts", experts, EXPERTS);
  const { count, perToken } = experts;
  if (Number.isSafeInteger(count) && Number.isSafeInteger(perToken) && perToken >= 1 && perToken <= count) return;
  throw new RangeError(`BlockSpec: expected ffn.experts.perToken from 1 to count, got ${perToken} of ${count}`);
}

function checkKind(name: string, kind: string, kinds: readonly string[]): void {
  if (kinds.includes(kind)) return;
  throw new RangeError(`BlockSpec: expected ${name} to be ${kinds.join(", ")}, got ${describeArgument(kind)}`);
}
