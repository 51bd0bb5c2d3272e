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
export { type StemLayer, vitConfig, type VitConfig, type VitSizes } from "./config.ts";
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
