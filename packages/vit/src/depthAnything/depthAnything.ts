import { activate, checkTensor } from "@qkv/ops";
import { checkModule, createPass, normal, type Params, type PassOptions, tidy } from "@qkv/nn";
import * as tf from "@tensorflow/tfjs-core";
import { backboneActivations, VitBackbone } from "../backbone.ts";
import { patchGrid } from "../grid.ts";
import { resizeMaps } from "../resizeMaps.ts";
import type { DepthAnythingConfig } from "./config.ts";
import { Convolution } from "./convolution.ts";
import { DepthNeck } from "./neck.ts";

/** Outputs of a {@link DepthAnything}. */
export interface EstimatedDepth {
  /** [B, rows * P, columns * P], of as many pixels as the patches cover */
  readonly predictedDepth: tf.Tensor3D;
}

/** An estimator of depth from one image: `DepthAnythingForDepthEstimation` of Hugging Face transformers. */
export class DepthAnything {
  readonly config: DepthAnythingConfig;
  readonly params: Params;
  readonly backbone: VitBackbone;
  readonly neck: DepthNeck;
  readonly conv1: Convolution;
  readonly conv2: Convolution;
  readonly conv3: Convolution;

  constructor(params: Params, config: DepthAnythingConfig) {
    checkModule("DepthAnything", params, { config });
    const { fusionWidth, headWidth } = config;
    const init = normal(config.initializerRange);
    const half = Math.floor(fusionWidth / 2);
    this.backbone = new VitBackbone(params.at("backbone"), config.backbone);
    this.neck = new DepthNeck(params.at("neck"), config);
    this.conv1 = new Convolution(params.at("conv1"), { inputs: fusionWidth, outputs: half, kernel: 3 }, init);
    this.conv2 = new Convolution(params.at("conv2"), { inputs: half, outputs: headWidth, kernel: 3 }, init);
    this.conv3 = new Convolution(params.at("conv3"), { inputs: headWidth, outputs: 1, kernel: 1 }, init);
    this.params = params;
    this.config = config;
  }

  /** Paths of all activations of a pass, in order. */
  get activations(): readonly string[] {
    const backbone = backboneActivations(this.config.backbone).filter((path) => path !== "backbone.norm");
    return [...backbone, ...this.neck.fusion.map((_, i) => `neck.fusion.${i}`), "predictedDepth"];
  }

  /**
   * The depth of each pixel: the caller's.
   *
   * @param pixels [B, C, H, W]
   */
  forward(pixels: tf.Tensor, options: PassOptions = {}): EstimatedDepth {
    this.params.checkInUse("DepthAnything.forward");
    checkTensor("DepthAnything.forward", "pixels", pixels, "[B, C, H, W]", "float32");
    const pass = createPass("DepthAnything.forward", options, this);
    const { backbone, outIndices, isNormed, patchSize, headIndex, isMetric, maxDepth } = this.config;
    return tidy(() => {
      const [batch, , height, width] = pixels.shape as [number, number, number, number];
      const [rows, columns] = patchGrid(backbone, [height, width]);
      const states = this.backbone.hiddenStates(pixels, pass.at("backbone"));
      const maps = outIndices.map((index) => {
        const state = states[index] as tf.Tensor3D;
        const normed = isNormed ? this.backbone.norm.forward(state) : state;
        const patches = tf.slice(normed, [0, 1, 0], [batch, rows * columns, backbone.dModel]);
        return tf.reshape(patches, [batch, rows, columns, backbone.dModel]) as tf.Tensor4D;
      });
      const fused = this.neck.forward(maps).map((map, i) => pass.tap(`neck.fusion.${i}`, map));
      const narrow = this.conv1.forward(fused[headIndex] as tf.Tensor4D);
      const whole = resizeMaps(narrow, [rows * patchSize[0], columns * patchSize[1]], { alignCorners: true });
      const depth = this.conv3.forward(activate(this.conv2.forward(whole), "relu"));
      const scaled = tf.mul(activate(depth, isMetric ? "sigmoid" : "relu"), maxDepth);
      return { predictedDepth: pass.tap("predictedDepth", tf.squeeze(scaled, [3]) as tf.Tensor3D) };
    });
  }

  /** Disposes of the weights. */
  dispose(): void {
    this.params.dispose();
  }

  /** `dispose` at the end of a block, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}
