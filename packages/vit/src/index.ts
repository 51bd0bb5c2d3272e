export { centerCrop } from "./image/centerCrop.ts";
export { decodeImage } from "./image/decodeImage.ts";
export { type DecodeImageOptions, type ImageHeader, MAX_PIXELS, readImageHeader } from "./image/imageHeader.ts";
export { ImageFileError } from "./image/imageFileError.ts";
export { formatPreprocessorConfig } from "./image/formatPreprocessorConfig.ts";
export { parsePreprocessorConfig } from "./image/parsePreprocessorConfig.ts";
export type { CheckedPixels, Pixels } from "./image/pixels.ts";
export { resizeAndCenterCrop, type PixelValues, preprocessImages } from "./image/preprocessImages.ts";
export { channelsOf, type ImageProcessorConfig, type ImageSize } from "./image/processorConfig.ts";
export { type Resample, RESAMPLE_FILTERS, type ResampleFilter } from "./image/resampleFilters.ts";
export { resize } from "./image/resize.ts";
export { type Region, visibleRegion } from "./image/visibleRegion.ts";
export { toGrey } from "./image/toGrey.ts";
export { toRgb } from "./image/toRgb.ts";
export { VitBackbone } from "./backbone.ts";
export { vit, type VitModels } from "./family.ts";
export { swin, type SwinModels } from "./swin/family.ts";
export { clip, clipClassifier, clipText, clipVision } from "./clip/families.ts";
export { siglip, siglipClassifier, siglipText, siglipVision } from "./siglip/families.ts";
export type {
  TextTowerConfig,
  TowerClassifierConfig,
  TowerConfig,
  TwoTowerConfig,
  VisionTowerConfig,
} from "./twoTower/config.ts";
export { AttentionPooling } from "./twoTower/attentionPooling.ts";
export { TextTower, type TextTowerInputs, type TextTowerOutput } from "./twoTower/textTower.ts";
export { TextTowerModel, type TextTowerModelOutput } from "./twoTower/textTowerModel.ts";
export { TwoTowerModel, type TwoTowerInputs, type TwoTowerOutput } from "./twoTower/twoTowerModel.ts";
export { VisionEmbeddings } from "./twoTower/visionEmbeddings.ts";
export { VisionTower } from "./twoTower/visionTower.ts";
export { VisionTowerClassifier } from "./twoTower/visionTowerClassifier.ts";
export { VisionTowerModel, type VisionTowerOutput } from "./twoTower/visionTowerModel.ts";
export { BeitBackbone } from "./beit/backbone.ts";
export { BeitClassifier, BeitModel } from "./beit/beitModel.ts";
export type { BeitConfig } from "./beit/config.ts";
export { beit } from "./beit/family.ts";
export { PatchPositionBias } from "./beit/patchPositionBias.ts";
export type { DepthAnythingConfig } from "./depthAnything/config.ts";
export { Convolution, type ConvolutionSizes, TransposedConvolution } from "./depthAnything/convolution.ts";
export { DepthAnything, type EstimatedDepth } from "./depthAnything/depthAnything.ts";
export { depthAnything } from "./depthAnything/family.ts";
export { DepthNeck, type Fusion, type Reassembly, type ResidualConvolutions } from "./depthAnything/neck.ts";
export { YolosBackbone } from "./yolos/backbone.ts";
export type { YolosConfig } from "./yolos/config.ts";
export { yolos } from "./yolos/family.ts";
export { PredictionHead } from "./yolos/predictionHead.ts";
export { type Detected, YolosDetector } from "./yolos/yolosDetector.ts";
export { type PlaceChanges, type StemLayer, vitConfig, type VitConfig, type VitSizes } from "./config.ts";
export { ConvStem, type StemConvolution } from "./convStem.ts";
export { d2lVitConfig } from "./d2lVitConfig.ts";
export { type DistilledClassified, DistilledVitClassifier } from "./distilledVitClassifier.ts";
export { VitEmbeddings } from "./embeddings.ts";
export { leadingTokens, patchGrid } from "./grid.ts";
export type { Classified, ImageClassifier, ImageModelConfig, Size } from "./imageModel.ts";
export { VIT_MODEL_TYPES, type VitModelType } from "./modelType.ts";
export { cutPatches, PatchEmbedding } from "./patchEmbedding.ts";
export { resizeGrid, type ResizeOptions } from "./resizeGrid.ts";
export { unfold } from "./unfold.ts";
export { VitClassifier } from "./vitClassifier.ts";
export { type Classifiers, withLabels } from "./withLabels.ts";
export { type Encoded, VitModel } from "./vitModel.ts";
export { asPicture, SwinBackbone, type SwinBackboneOutput } from "./swin/backbone.ts";
export type { SwinConfig } from "./swin/config.ts";
export { cyclicShift } from "./swin/cyclicShift.ts";
export type { SwinEmbeddings } from "./swin/embeddings.ts";
export type { SwinLayer } from "./swin/layer.ts";
export type { PatchMerging } from "./swin/patchMerging.ts";
export type { SwinStage } from "./swin/stage.ts";
export { SwinClassifier } from "./swin/swinClassifier.ts";
export { SwinModel } from "./swin/swinModel.ts";
export { attentionRollout, type RolloutOptions } from "./saliency/attentionRollout.ts";
export { type AttentionWeights, headMatrix, readAttentions, type TokenMatrix } from "./saliency/attentionWeights.ts";
export { classActivationMap } from "./saliency/classActivationMap.ts";
export { gradientRollout } from "./saliency/gradientRollout.ts";
export { explainPrediction } from "./saliency/explainPrediction.ts";
export type { HeadRef, SaliencyMaps } from "./saliency/saliencyMaps.ts";
export { classTokenMap, type PatchMap, patchMap } from "./saliency/patchMap.ts";
export { attentionPaths, recordAttentions } from "./saliency/recordAttentions.ts";
export {
  readWindowAttentions,
  windowPatchMap,
  windowReceivedMap,
  type WindowWeights,
} from "./saliency/windowAttention.ts";
