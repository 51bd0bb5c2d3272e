export { Adapter, type AdapterContents } from "./adapters/adapter.ts";
export { AdapterSet } from "./adapters/adapterSet.ts";
export { addLora, type LoraOptions, mergeLora, removeLora } from "./adapters/lora.ts";
export { checkModule } from "./checkModule.ts";
export { type Activation, activate, denseOf, type LowRankAdapter, type Weight, type WeightKind } from "@qkv/ops";
export {
  CheckpointError,
  checkpointName,
  isIgnored,
  loadCheckpoint,
  type LoadOptions,
  type NameMap,
  readState,
  type StateDict,
  type StateEntry,
  type PackedEntry,
  type StoredEntry,
  type StoredState,
  streamCheckpoint,
} from "./checkpoint/checkpoint.ts";
export { dropout } from "./dropout.ts";
export { dropPath } from "./dropPath.ts";
export { Embedding } from "./embedding.ts";
export { GRU, GruCell, type GruConfig, type GruOutput } from "./gru.ts";
export { isNamed } from "./isNamed.ts";
export { type Initializer, normal, ones, xavierUniform } from "./initializers.ts";
export { LayerNorm, type LayerNormOptions } from "./layerNorm.ts";
export { LayerScale } from "./layerScale.ts";
export { Linear, type LinearOptions } from "./linear.ts";
export { nonFiniteError, NonFiniteError } from "./nonFinite.ts";
export { Params, ParamShapeError, type ParamSource } from "./params.ts";
export { checkTaps } from "./pass/checkTaps.ts";
export { createPass } from "./pass/createPass.ts";
export { Pass, type PassOptions } from "./pass/pass.ts";
export { type Patch, Recorder } from "./pass/recorder.ts";
export type { Taps } from "./pass/taps.ts";
export { RMSNorm, rmsNorm, type RMSNormOptions } from "./rmsNorm.ts";
export { RandomStream } from "./randomStream.ts";
export { type Context, type DecodedSteps, GruDecoder, GruEncoder, type RecurrentConfig } from "./recurrentSeq2Seq.ts";
export { tidy } from "./tidy.ts";
export { joinState, type LayoutRules, splitArray, type SplitArray, splitState } from "./checkpoint/splitArrays.ts";
export type {
  AlternativeRule,
  IgnoredArray,
  IgnoredArrays,
  IgnoredContents,
  SplitLayout,
  SplitRule,
  TieRule,
  WeightRules,
} from "./checkpoint/weightRules.ts";
