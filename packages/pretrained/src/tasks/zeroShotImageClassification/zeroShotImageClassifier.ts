import { checkOptions, checkRecord, describeArgument, type OptionNames } from "@qkv/ops";
import { scoresOf } from "@qkv/transformer";
import type { Pixels, TwoTowerModel } from "@qkv/vit";
import { checkList, checkText } from "../../loading/argumentChecks.ts";
import { IMAGE_TASK, type ImageTaskOptions } from "../image/runImages.ts";
import type { ImageEmbedder } from "../imageEmbedding/imageEmbedder.ts";
import { highestScores, type LabelScore } from "../labelScores.ts";

/** Options of classifying images by labels of one's own. */
export interface ZeroShotImageOptions extends ImageTaskOptions {
  /** What is compared with the image, with `{}` for a label. Default `This is a photo of {}.` */
  readonly hypothesis?: string;
}

const ZERO_SHOT: OptionNames<ZeroShotImageOptions> = { ...IMAGE_TASK, hypothesis: true };

/** Classifies images by labels that are given with them: by how near the vector of each is to the image's. */
export class ZeroShotImageClassifier {
  readonly embedder: ImageEmbedder<TwoTowerModel>;

  constructor(embedder: ImageEmbedder<TwoTowerModel>) {
    checkRecord("ZeroShotImageClassifier", "embedder", embedder);
    this.embedder = embedder;
  }

  get model(): TwoTowerModel {
    return this.embedder.model;
  }

  /**
   * Scores each label for one image, the likeliest first. The scores sum to 1 (CLIP), or each is that of the label by itself
   * (SigLIP).
   */
  async classify(image: Pixels, labels: readonly string[], options: ZeroShotImageOptions = {}): Promise<LabelScore[]> {
    const [scores = []] = await this.classifyBatch([image], labels, options);
    return scores;
  }

  /** Scores each label for each image, in the order of the images. */
  async classifyBatch(
    images: readonly Pixels[],
    labels: readonly string[],
    options: ZeroShotImageOptions = {},
  ): Promise<LabelScore[][]> {
    checkOptions("classify", options, ZERO_SHOT);
    checkList("classifyBatch", "images", images);
    checkList("classifyBatch", "labels", labels);
    for (const label of labels) checkText("classify", label);
    const { hypothesis = "This is a photo of {}.", ...others } = options;
    if (typeof hypothesis !== "string" || !hypothesis.includes("{}")) {
      throw new RangeError(
        `classify: expected a hypothesis with {} for the label, got ${describeArgument(hypothesis)}`,
      );
    }
    if (labels.length === 0) throw new RangeError("classify: expected at least one label, got none");
    const { signal } = others;
    const texts = await this.embedder.embedTexts(
      labels.map((label) => hypothesis.replaceAll("{}", () => label)),
      { normalize: true, ...(signal && { signal }) },
    );
    const { logitScale, logitBias, config } = this.model;
    const scale = Math.exp((await logitScale.data())[0] as number);
    const bias = logitBias === undefined ? 0 : ((await logitBias.data())[0] as number);
    const vectors = await this.embedder.embedBatch(images, { ...others, normalize: true });
    return vectors.map((vector) => {
      const logits = Float32Array.from(texts, (text) => scale * dot(vector, text) + bias);
      return highestScores(scoresOf(logits, config.scoring), labels);
    });
  }
}

function dot(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, x, i) => sum + x * (b[i] as number), 0);
}
