import { type ImageProcessorConfig, type ImageSize, MOST_PIXELS } from "./processorConfig.ts";
import { DEFAULTS, type ImageProcessorType, PROCESSOR_OF_MODEL } from "./processorDefaults.ts";
import type { Resample } from "./resampleFilters.ts";

/** The numbers of Pillow's `Image.Resampling`, as the file names them. */
export const RESAMPLES: readonly Resample[] = ["nearest", "lanczos", "bilinear", "bicubic", "box", "hamming"];

/** From this size on ConvNeXT's processor resizes without a crop. */
const CONVNEXT_WHOLE = 384;

/** What YOLOS's processor cuts sides down to multiples of. */
const YOLOS_PATCH = 16;

type Json = Readonly<Record<string, unknown>>;

/**
 * Reads `preprocessor_config.json`; what it leaves out is as in the processor of transformers that it names, or that
 * transformers takes for a model of this type.
 *
 * Supported are ViTImageProcessor, DeiTImageProcessor, BitImageProcessor and ConvNextImageProcessor, with or without `Fast`
 * at the end, and the FeatureExtractor that each once was. An image of other channels always becomes RGB, for which
 * Python wants `do_convert_rgb`.
 *
 * @param modelType `model_type` of `config.json`, for files that name no processor
 * @throws RangeError naming the field
 */
export function parsePreprocessorConfig(json: unknown, modelType?: string): ImageProcessorConfig {
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    throw new RangeError(`expected a JSON object, got ${shown(json)}`);
  }
  const type = processorType(json as Json, modelType);
  const fields: Json = { ...DEFAULTS[type], ...withoutNulls(json as Json) };
  // A detector's images are padded to the largest of a batch, which has one image here.
  if (fields["pad_size"] !== undefined)
    throw new RangeError(`pad_size: expected none, got ${shown(fields["pad_size"])}`);
  if (fields["do_pad"] === true && type !== "YolosImageProcessor")
    throw new RangeError("do_pad: expected false, got true, which is not known here");

  const rescaleFactor = flag(fields, "do_rescale") ? number(fields, "rescale_factor") : undefined;
  const normalize = flag(fields, "do_normalize") ? normalization(fields) : undefined;
  return {
    ...(flag(fields, "do_resize") && resizing(fields, type)),
    ...(flag(fields, "do_center_crop") && { centerCrop: rectangle("crop_size", fields["crop_size"]) }),
    ...(rescaleFactor !== undefined && { rescaleFactor }),
    ...(normalize !== undefined && { normalize }),
  };
}

function processorType(json: Json, modelType: string | undefined): ImageProcessorType {
  const said = json["image_processor_type"] ?? json["feature_extractor_type"];
  if (said === undefined || said === null) {
    const type = modelType === undefined ? undefined : PROCESSOR_OF_MODEL[modelType];
    if (type !== undefined) return type;
    throw new RangeError(`image_processor_type: expected ${Object.keys(DEFAULTS).join(", ")}, got nothing`);
  }
  const name = typeof said === "string" ? said.replace(/FeatureExtractor$/, "ImageProcessor").replace(/Fast$/, "") : "";
  if (Object.hasOwn(DEFAULTS, name)) return name as ImageProcessorType;
  throw new RangeError(`image_processor_type: expected ${Object.keys(DEFAULTS).join(", ")}, got ${shown(said)}`);
}

/** Drops null fields, which transformers treats as missing. */
function withoutNulls(json: Json): Json {
  return Object.fromEntries(Object.entries(json).filter(([, value]) => value !== null && value !== undefined));
}

function resizing(fields: Json, type: ImageProcessorType): Pick<ImageProcessorConfig, "resize" | "centerCrop"> {
  const number = fields["resample"];
  const resample = typeof number === "number" ? RESAMPLES[number] : undefined;
  if (resample === undefined) {
    throw new RangeError(`resample: expected a number from 0 to ${RESAMPLES.length - 1}, got ${shown(number)}`);
  }
  if (type === "DPTImageProcessor") return { resize: { size: depthSize(fields), resample } };
  if (type === "YolosImageProcessor") return { resize: { size: detectorSize(fields), resample } };
  const size = sizeOf(fields["size"], flag(fields, "default_to_square"));
  if (type !== "ConvNextImageProcessor") return { resize: { size, resample } };

  if (!("shortestEdge" in size)) throw new RangeError(`size: expected shortest_edge, got ${shown(fields["size"])}`);
  const square = { width: size.shortestEdge, height: size.shortestEdge };
  if (size.shortestEdge >= CONVNEXT_WHOLE) return { resize: { size: square, resample } };
  const shortestEdge = Math.trunc(size.shortestEdge / positive("crop_pct", fields["crop_pct"]));
  checkPixels("crop_pct", shortestEdge, shortestEdge);
  return { resize: { size: { shortestEdge }, resample }, centerCrop: square };
}

/** A rectangle, or the sides nearest to it that keep proportions or that patches divide. */
function depthSize(fields: Json): ImageSize {
  const [multipleOf, keepsAspect] = [
    whole("ensure_multiple_of", fields["ensure_multiple_of"]),
    flag(fields, "keep_aspect_ratio"),
  ];
  return {
    ...rectangle("size", fields["size"]),
    ...(keepsAspect && { keepsAspect }),
    ...(multipleOf > 1 && { multipleOf }),
  };
}

/** Sides that patches divide; older files have the bound of the longer one as `max_size`. */
function detectorSize(fields: Json): ImageSize {
  const size = sizeOf(fields["size"], false);
  if (!("shortestEdge" in size)) return size;
  const { longestEdge = whole("max_size", fields["max_size"] ?? 1333) } = size;
  return { ...size, longestEdge, multipleOf: YOLOS_PATCH };
}

function sizeOf(value: unknown, square: boolean): ImageSize {
  if (typeof value === "number" && !square) return sizeOf({ shortest_edge: value }, square);
  if (typeof value === "object" && value !== null && "shortest_edge" in value) {
    const { shortest_edge: shortest, longest_edge: longest, ...others } = value as Record<string, unknown>;
    if (Object.values(others).some((other) => other !== null)) {
      throw new RangeError(`size: expected shortest_edge, with longest_edge or alone, got ${shown(value)}`);
    }
    const shortestEdge = whole("size.shortest_edge", shortest);
    checkPixels("size.shortest_edge", shortestEdge, shortestEdge);
    return { shortestEdge, ...(longest != null && { longestEdge: whole("size.longest_edge", longest) }) };
  }
  return rectangle("size", value);
}

/** One number for a square, two for height and width, or an object with both. */
function rectangle(name: string, value: unknown): { width: number; height: number } {
  const { width, height } = sides(name, value);
  checkPixels(name, width, height);
  return { width, height };
}

function sides(name: string, value: unknown): { width: number; height: number } {
  if (typeof value === "number") return { width: whole(name, value), height: value };
  if (Array.isArray(value) && value.length === 2) {
    return { height: whole(`${name}[0]`, value[0]), width: whole(`${name}[1]`, value[1]) };
  }
  if (typeof value !== "object" || value === null || !("height" in value && "width" in value)) {
    throw new RangeError(`${name}: expected a number or { height, width }, got ${shown(value)}`);
  }
  return { height: whole(`${name}.height`, value.height), width: whole(`${name}.width`, value.width) };
}

function checkPixels(name: string, width: number, height: number): void {
  if (width * height <= MOST_PIXELS) return;
  throw new RangeError(`${name}: expected at most ${MOST_PIXELS} pixels, got ${width} x ${height}`);
}

function normalization(fields: Json): NonNullable<ImageProcessorConfig["normalize"]> {
  const [mean, std] = [numbers(fields, "image_mean"), numbers(fields, "image_std")];
  if (mean.length !== std.length) {
    throw new RangeError(`image_std: expected ${mean.length} numbers as in image_mean, got ${std.length}`);
  }
  if (std.includes(0)) throw new RangeError("image_std: expected no 0, got one");
  return { mean, std };
}

/** A number for every channel; one number alone is for all three. */
function numbers(fields: Json, name: string): number[] {
  const value = fields[name];
  const list: unknown[] = Array.isArray(value) ? value : [value, value, value];
  const valid = list.every((item) => typeof item === "number" && Number.isFinite(item));
  if (valid && (list.length === 1 || list.length === 3)) return list as number[];
  throw new RangeError(`${name}: expected 3 numbers, or 1 for grey, got ${shown(value)}`);
}

function flag(fields: Json, name: string): boolean {
  const value = fields[name] ?? false;
  if (typeof value !== "boolean") throw new RangeError(`${name}: expected true or false, got ${shown(value)}`);
  return value;
}

function number(fields: Json, name: string): number {
  return positive(name, fields[name]);
}

function positive(name: string, value: unknown): number {
  if (typeof value !== "number" || !(value > 0) || !Number.isFinite(value)) {
    throw new RangeError(`${name}: expected a number above 0, got ${shown(value)}`);
  }
  return value;
}

function whole(name: string, value: unknown): number {
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 1) {
    throw new RangeError(`${name}: expected a whole number from 1, got ${shown(value)}`);
  }
  return value;
}

function shown(value: unknown): string {
  return value === undefined ? "nothing" : JSON.stringify(value).slice(0, 80);
}
