import { channelsOf, type ImageProcessorConfig, type Size } from "@qkv/vit";
import { errorIn, PretrainedError } from "../../files/pretrainedError.ts";
import { checkPatches, fixedSizeOf } from "./patchLimit.ts";

/** What a model says of its images. */
export interface ImageInput {
  readonly numChannels: number;
  readonly patchSize?: Size;
}

/**
 * Checks that a folder's image processor makes what the model takes.
 *
 * @param name that of the folder, for messages
 * @throws PretrainedError naming the file and the field
 */
export function checkedProcessor(
  name: string,
  imageProcessor: ImageProcessorConfig | undefined,
  config: ImageInput,
): ImageProcessorConfig {
  const file = `${name}/preprocessor_config.json`;
  if (imageProcessor === undefined) throw new PretrainedError(`${file}: expected a file, got nothing`);
  const { numChannels } = config;
  const channels = channelsOf(imageProcessor);
  if (channels !== numChannels) {
    throw new PretrainedError(`${file}: expected image_mean for ${numChannels} channels, got it for ${channels}`);
  }
  const size = fixedSizeOf(imageProcessor);
  try {
    if (size !== undefined) checkPatches(config, size);
  } catch (error) {
    throw errorIn(file, error);
  }
  return imageProcessor;
}
