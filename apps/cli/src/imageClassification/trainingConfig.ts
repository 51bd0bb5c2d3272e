import { z } from "zod";
import { withOwnFields } from "../training/ownFields.ts";
import { Checkpoints, Optimization, positive, rate } from "../training/recipe.ts";

const probability = z.number().min(0).max(1);
const perChannel = z.array(z.number()).min(1).max(3);

/** What `qkv train image-classification --config FILE` reads. */
export const ImageTrainingConfig = z.strictObject({
  $schema: z.string().optional().describe("For editors: image-classification.schema.json beside the recipes"),
  task: z.literal("image-classification"),
  seed: z.number().int().nonnegative().default(1).describe("Everything random follows from it"),

  data: z.strictObject({
    images: z
      .string()
      .describe(
        "A folder or a tar archive, from the data folder (`--data` or QKV_DATA): MNIST's files, or CLASS/*.jpg",
      ),
    labels: z.array(z.string()).optional().describe("The classes' names, where the data has none"),
  }),

  model: z.strictObject({
    imageSize: positive.describe("The side of the images in pixels; others are resized"),
    patchSize: positive.describe("The side of a patch in pixels; the stem's strides divide it"),
    stem: z
      .array(z.strictObject({ channels: positive, stride: z.union([z.literal(1), z.literal(2)]) }))
      .default([])
      .describe("3 x 3 convolutions before the patches are cut"),
    dModel: positive,
    numLayers: positive,
    numHeads: positive,
    ffnDim: positive,
    pooling: z.enum(["class", "mean"]).default("mean").describe("What the classifier reads"),
    dropout: rate.default(0),
    attentionDropout: rate.default(0),
    dropPath: rate.default(0).describe("The chance of the last layer's branches to be left out"),
  }),

  normalize: z
    .strictObject({ mean: perChannel, std: perChannel })
    .describe("Of values from 0 to 1. One number each: the model sees grey; three: red, green and blue"),

  augmentation: z
    .strictObject({
      crop: z.number().int().nonnegative().default(0).describe("Pixels that an image is moved by, at most"),
      flip: probability.default(0).describe("The chance of a mirror image"),
      randAugment: z
        .strictObject({ operations: positive.default(2), magnitude: z.number().min(0).max(30).default(9) })
        .optional(),
      erasing: probability.default(0).describe("The chance that a rectangle is painted over"),
      mixup: z.number().nonnegative().default(0).describe("Beta's alpha; with cutmix, each batch gets one of them"),
      cutmix: z.number().nonnegative().default(0),
    })
    .prefault({}),

  training: Optimization.extend({ batchSize: positive }).transform(withOwnFields()),

  validation: z.strictObject({ everySteps: positive.default(1000) }).prefault({}),

  checkpoints: Checkpoints.prefault({}),
});

export type ImageTrainingConfig = z.infer<typeof ImageTrainingConfig>;
