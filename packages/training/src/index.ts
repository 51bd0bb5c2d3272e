export { AdamW, type AdamWOptions, exceptNormsAndBiases } from "./adamW.ts";
export { averageCheckpoints } from "./averageCheckpoints.ts";
export type { Checkpoint, CheckpointStore, Progress } from "./checkpoint.ts";
export { CheckpointFileError, decodeCheckpoint, encodeCheckpoint } from "./checkpointFile.ts";
export type { CheckpointEvent, StepEvent, TrainingEvent, ValidationEvent } from "./events.ts";
export {
  clipFactor,
  clipGradients,
  globalNorm,
  lossAndGradients,
  type NamedGradients,
  type NamedVariables,
} from "./gradients.ts";
export {
  type BucketedBatches,
  type BucketOptions,
  lengthBucketedBatches,
  type PairLengths,
} from "./lengthBucketedBatches.ts";
export { randomCrop, type RandomCropOptions } from "./images/crop.ts";
export { randomErasing, type RandomErasingOptions } from "./images/erasing.ts";
export { randomFlip } from "./images/flip.ts";
export { cutmix, type LabelledBatch, type MixedBatch, mixup, unmixed } from "./images/mix.ts";
export { mixedCrossEntropy } from "./images/mixedCrossEntropy.ts";
export type { Pixels } from "./images/pixels.ts";
export { randAugment, type RandAugmentOptions } from "./images/randAugment.ts";
export { Muon, type MuonOptions } from "./muon.ts";
export { optimizerOfParts, type OptimizerPart } from "./optimizerOfParts.ts";
export type { Optimizer, OptimizerStepOptions } from "./optimizer.ts";
export {
  constantSchedule,
  cosineSchedule,
  type DecayOptions,
  inverseSqrtSchedule,
  linearSchedule,
  type Schedule,
  stableThenDecaySchedule,
  type WarmupOptions,
} from "./schedules.ts";
export { shuffle } from "./shuffle.ts";
export { shuffledBatches, type ShuffledBatchesOptions } from "./shuffledBatches.ts";
export type { TrainingTask } from "./task.ts";
export { train, TrainingError } from "./train.ts";
export { trainHead, type HeadExamples, type TrainHeadOptions } from "./trainHead.ts";
export type { TrainingResult, TrainOptions } from "./trainOptions.ts";
export { bleu, type BleuScore } from "./metrics/bleu.ts";
export { chrF, type ChrFScore } from "./metrics/chrF.ts";
export { assignVariables, readVariables } from "./variables.ts";
