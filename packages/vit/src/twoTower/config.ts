import type { Activation } from "@qkv/nn";
import type { ImageModelConfig, Size } from "../imageModel.ts";

/** What both towers have: blocks with norms before their sublayers. */
export interface TowerConfig {
  /** `model_type` of its `config.json`. */
  readonly modelType: string;
  /** E */
  readonly dModel: number;
  readonly numLayers: number;
  readonly numHeads: number;
  readonly ffnDim: number;
  readonly activation: Activation;
  readonly layerNormEps: number;
  readonly attentionDropout: number;
  /** Standard deviation of the normal distribution that initializes weight matrices; absent: Xavier's uniform one does. */
  readonly initializerRange?: number;
}

/** Config of a tower that reads images. */
export interface VisionTowerConfig extends TowerConfig {
  readonly imageSize: Size;
  readonly patchSize: Size;
  readonly numChannels: number;
  /**
   * The vector of an image: that of a class token, with a norm before the blocks and none on the patches after them (CLIP);
   * what a learned query finds in the patches (SigLIP); or none.
   */
  readonly pooling: "class" | "attention" | "none";
  /** The width that the vector is projected to, by classes with a projection (CLIP). */
  readonly projectionDim?: number;
}

/** Config of a tower that reads texts. */
export interface TextTowerConfig extends TowerConfig {
  readonly vocabSize: number;
  /** The longest text that the model supports, in tokens. */
  readonly maxPositions: number;
  /** The token that texts are padded with. */
  readonly padTokenId: number;
  readonly bosTokenId?: number;
  readonly eosTokenId?: number;
  /**
   * The vector of a text: that of the first `eosTokenId` (`end`), of the first token with the highest id (`highest`: CLIPs
   * whose config names the wrong end), or of the last token, projected (`last`: SigLIP). Only in the last do tokens see those
   * after them.
   */
  readonly pooling: "end" | "highest" | "last";
  /** The width that the vector is projected to: of CLIP by classes with a projection, of SigLIP always. */
  readonly projectionDim: number;
}

/** Config of a model that compares images and texts. */
export interface TwoTowerConfig {
  readonly modelType: string;
  readonly text: TextTowerConfig;
  readonly vision: VisionTowerConfig;
  /** The width that both vectors are projected to (CLIP). Absent: they are compared as the towers give them (SigLIP). */
  readonly projectionDim?: number;
  /** The initial logarithm of the factor of the logits. */
  readonly logitScale: number;
  /** How logits become scores: by a softmax over the texts (CLIP), or each by itself (SigLIP, whose logits have a bias). */
  readonly scoring: "softmax" | "sigmoid";
}

/** Config of a classifier of images on one tower. The other has fields alone: its weights are in no such file. */
export interface TowerClassifierConfig extends TwoTowerConfig, ImageModelConfig {}
