/** The supported image processors of transformers. */
export type ImageProcessorType =
  | "ViTImageProcessor"
  | "DeiTImageProcessor"
  | "BitImageProcessor"
  | "ConvNextImageProcessor"
  | "CLIPImageProcessor"
  | "SiglipImageProcessor"
  | "DINOv3ViTImageProcessor"
  | "YolosImageProcessor"
  | "DPTImageProcessor"
  | "BeitImageProcessor";

const [BILINEAR, BICUBIC] = [2, 3];

const COMMON = {
  do_resize: true,
  do_center_crop: false,
  do_rescale: true,
  rescale_factor: 1 / 255,
  do_normalize: true,
  default_to_square: true,
  image_mean: [0.5, 0.5, 0.5],
  image_std: [0.5, 0.5, 0.5],
};

const IMAGENET = { image_mean: [0.485, 0.456, 0.406], image_std: [0.229, 0.224, 0.225] };

const CLIP = {
  ...COMMON,
  resample: BICUBIC,
  size: { shortest_edge: 224 },
  default_to_square: false,
  do_center_crop: true,
  crop_size: 224,
  image_mean: [0.48145466, 0.4578275, 0.40821073],
  image_std: [0.26862954, 0.26130258, 0.27577711],
};

/** Defaults of fields that `preprocessor_config.json` leaves out: the classes in models/NAME/image_processing_NAME.py. */
export const DEFAULTS: Readonly<Record<ImageProcessorType, Readonly<Record<string, unknown>>>> = {
  ViTImageProcessor: { ...COMMON, resample: BILINEAR, size: 224 },
  DeiTImageProcessor: { ...COMMON, resample: BICUBIC, size: 256, do_center_crop: true, crop_size: 224 },
  BitImageProcessor: CLIP,
  CLIPImageProcessor: CLIP,
  ConvNextImageProcessor: {
    ...COMMON,
    resample: BICUBIC,
    size: { shortest_edge: 384 },
    default_to_square: false,
    crop_pct: 224 / 256,
  },
  // In Python on torchvision alone, which does not round between resizing and rescaling.
  DINOv3ViTImageProcessor: { ...COMMON, ...IMAGENET, resample: BILINEAR, size: 224 },
  BeitImageProcessor: { ...COMMON, resample: BICUBIC, size: 224, crop_size: 224 },
  DPTImageProcessor: { ...COMMON, resample: BICUBIC, size: 384, ensure_multiple_of: 1, keep_aspect_ratio: false },
  YolosImageProcessor: {
    ...{ ...COMMON, ...IMAGENET, resample: BILINEAR, default_to_square: false },
    size: { shortest_edge: 800, longest_edge: 1333 },
  },
  SiglipImageProcessor: { ...COMMON, resample: BICUBIC, size: 224 },
};

/** transformers' image processor for a model whose file names none (models/auto/image_processing_auto.py). */
export const PROCESSOR_OF_MODEL: Readonly<Record<string, ImageProcessorType>> = {
  vit: "ViTImageProcessor",
  swin: "ViTImageProcessor",
  deit: "DeiTImageProcessor",
  dinov2: "BitImageProcessor",
  dinov2_with_registers: "BitImageProcessor",
  dinov3_vit: "DINOv3ViTImageProcessor",
  yolos: "YolosImageProcessor",
  depth_anything: "DPTImageProcessor",
  beit: "BeitImageProcessor",
  clip: "CLIPImageProcessor",
  clip_vision_model: "CLIPImageProcessor",
  siglip: "SiglipImageProcessor",
  siglip_vision_model: "SiglipImageProcessor",
};
