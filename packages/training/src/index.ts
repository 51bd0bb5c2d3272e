export { Adafactor, type AdafactorOptions } from "./optimizers/adafactor.ts";
export { contrastiveLoss, type ContrastiveOptions } from "./objectives/contrastiveLoss.ts";
export {
  type CorruptedSpans,
  corruptSpans,
  type CorruptSpansOptions,
  spanCorruptionLengths,
  type SpanOptions,
} from "./objectives/corruptSpans.ts";
export { ctcLoss, type CtcOptions } from "./objectives/ctcLoss.ts";
export { distillationLoss, type DistillationOptions } from "./objectives/distillationLoss.ts";
export { dpoLoss, type DpoOptions, type PreferenceLogProbs, sequenceLogProbs } from "./objectives/dpoLoss.ts";
export { type MaskedTokens, maskTokens, type MaskTokensOptions } from "./objectives/maskTokens.ts";
export { documentMask, packDocuments, type PackedRow, type PackOptions } from "./objectives/packDocuments.ts";
export type { TokenIds } from "./objectives/tokenIds.ts";
export { softCrossEntropy } from "./objectives/softCrossEntropy.ts";
export { AdamW, type AdamWOptions } from "./optimizers/adamW.ts";
export { averageCheckpoints } from "./checkpoints/averageCheckpoints.ts";
export type { Checkpoint, CheckpointStore, Progress } from "./checkpoints/checkpoint.ts";
export { CheckpointFileError, decodeCheckpoint, encodeCheckpoint } from "./checkpoints/checkpointFile.ts";
export type { CheckpointEvent, GradientNoise, StepEvent, TrainingEvent, ValidationEvent } from "./loop/events.ts";
export {
  clipFactor,
  clipGradients,
  globalNorm,
  lossAndGradients,
  type NamedGradients,
  type NamedVariables,
} from "./parameters/gradients.ts";
export {
  type BucketedBatches,
  type BucketOptions,
  lengthBucketedBatches,
  type PairLengths,
} from "./batches/lengthBucketedBatches.ts";
export { randomCrop, type RandomCropOptions } from "./images/crop.ts";
export { randomErasing, type RandomErasingOptions } from "./images/erasing.ts";
export { randomFlip } from "./images/flip.ts";
export { cutmix, type LabelledBatch, type MixedBatch, mixup, unmixed } from "./images/mix.ts";
export { mixedCrossEntropy } from "./images/mixedCrossEntropy.ts";
export type { Pixels } from "./images/pixels.ts";
export { randAugment, type RandAugmentOptions } from "./images/randAugment.ts";
export { Lion, type LionOptions } from "./optimizers/lion.ts";
export { Muon, type MuonOptions } from "./optimizers/muon.ts";
export { combineOptimizers, type ParameterGroup } from "./optimizers/combined.ts";
export type { Optimizer, OptimizerStepOptions } from "./optimizers/optimizer.ts";
export {
  constantSchedule,
  cosineSchedule,
  type DecayOptions,
  inverseSqrtSchedule,
  linearSchedule,
  type Schedule,
  warmupStableDecaySchedule,
  type WarmupOptions,
} from "./optimizers/schedules.ts";
export type { NameSet, WeightDecayMask } from "./optimizers/weightDecayMask.ts";
export { shuffle } from "./batches/shuffle.ts";
export { shuffledBatches, type ShuffledBatchesOptions } from "./batches/shuffledBatches.ts";
export { gradientNoiseScale } from "./loop/gradientNoise.ts";
export type { TrainingTask } from "./loop/task.ts";
export { train, TrainingError } from "./loop/train.ts";
export { trainLinearProbe, type HeadExamples, type TrainHeadOptions } from "./finetuning/trainLinearProbe.ts";
export type { TrainingResult, TrainOptions } from "./loop/options.ts";
export { bleu, type BleuOptions, type BleuScore } from "./metrics/bleu.ts";
export { chrF, type ChrFScore } from "./metrics/chrF.ts";
export { type WordErrorRate, wordErrorRate } from "./metrics/wordErrorRate.ts";
export { type ScalarEvent, scalarRecord, versionRecord } from "./tensorBoard/eventRecord.ts";
export { assignVariables, readVariables } from "./parameters/variables.ts";
