export type { MicroscopeModel, SideName } from "./model/anatomy.ts";
export type { MicroscopeInputs } from "./model/inputs.ts";
export type { Answer } from "./model/answer.ts";
export type { SweepOptions } from "./model/progress.ts";
export { type ModelOutline, modelOutline, type StackOutline } from "./model/outline.ts";
export { type ActivationName, activationNames, activationPath } from "./names/activationNames.ts";
export {
  type AttentionPlace,
  headResults,
  type Numbers,
  recordActivations,
  type RecordedActivations,
} from "./recording/recordActivations.ts";
export { lensLogits, logitLens, type LogitLens, type LogitLensOptions } from "./lens/logitLens.ts";
export { type LayerAttribution, logitAttribution, type LogitAttribution } from "./attribution/logitAttribution.ts";
export { HEAD_KINDS, type HeadKind, headPattern, headScore } from "./attention/headKinds.ts";
export {
  type AttentionPatternOptions,
  attentionPatterns,
  type AttentionPatterns,
  type HeadScores,
  headScores,
  type ScoredHead,
  strongestHeads,
} from "./attention/attentionPatterns.ts";
export {
  activationPatching,
  type ActivationPatchingOptions,
  normalizedGrid,
  PATCH_KINDS,
  type PatchGrid,
  type PatchKind,
  type TextPair,
} from "./patching/activationPatching.ts";
export { pathPatching, type PathPatchingOptions, type Receiver, RECEIVER_INPUTS } from "./patching/pathPatching.ts";
export { type AblatedParts, ablationPatches } from "./ablation/ablationPatches.ts";
export { type AblationGrid, ablationSweep, type AblationSweepOptions } from "./ablation/ablationSweep.ts";
export { nextTokenProbabilities, type NextTokenOptions } from "./prediction/nextTokenProbabilities.ts";
export { meanActivations, type Means } from "./ablation/meanActivations.ts";
export {
  steer,
  type Steering,
  steeringPatches,
  steeringVector,
  type SteeringVectorOptions,
} from "./steering/steering.ts";
export {
  type GradientOptions,
  gradientTimesInput,
  type IntegratedGradients,
  integratedGradients,
  type IntegratedGradientsOptions,
  type TokenAttributions,
} from "./saliency/inputGradients.ts";
export { type PrincipalComponents, principalComponents } from "./embeddings/principalComponents.ts";
export { projectEmbeddings, type ProjectEmbeddingsOptions } from "./embeddings/projectEmbeddings.ts";
