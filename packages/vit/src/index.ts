export { centerCrop } from "./image/centerCrop.ts";
export { parsePreprocessorConfig } from "./image/parsePreprocessorConfig.ts";
export type { Pixels } from "./image/pixels.ts";
export { cutToSize, type PixelValues, preprocessImages } from "./image/preprocessImages.ts";
export type { ImageProcessorConfig, ImageSize } from "./image/processorConfig.ts";
export { type Resample, RESAMPLE_FILTERS, type ResampleFilter } from "./image/resampleFilters.ts";
export { resize } from "./image/resize.ts";
export { toGrey } from "./image/toGrey.ts";
export { toRgb } from "./image/toRgb.ts";
