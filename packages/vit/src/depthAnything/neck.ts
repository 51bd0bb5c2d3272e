import { activate } from "@qkv/ops";
import { checkModule, normal, type Params } from "@qkv/nn";
import * as tf from "@tensorflow/tfjs-core";
import type { Size } from "../imageModel.ts";
import { resizeMaps } from "../resizeMaps.ts";
import type { DepthAnythingConfig } from "./config.ts";
import { Convolution, TransposedConvolution } from "./convolution.ts";

/** Makes a map of the patches of one stage: mapped to a width, then larger or smaller (DPT, arXiv:2103.13413). */
export class Reassembly {
  readonly projection: Convolution;
  /** Absent where the sides stay. */
  readonly resize?: Convolution | TransposedConvolution;

  constructor(params: Params, inputs: number, width: number, factor: number, initializerRange: number) {
    const init = normal(initializerRange);
    this.projection = new Convolution(params.at("projection"), { inputs, outputs: width, kernel: 1 }, init);
    const at = params.at("resize");
    if (factor > 1) this.resize = new TransposedConvolution(at, width, width, factor, init);
    if (factor < 1) {
      this.resize = new Convolution(at, { inputs: width, outputs: width, kernel: 3, stride: 1 / factor }, init);
    }
  }

  /** @param x [B, H, W, I]  @returns [B, H * factor, W * factor, O] */
  forward(x: tf.Tensor4D): tf.Tensor4D {
    const projected = this.projection.forward(x);
    return this.resize?.forward(projected) ?? projected;
  }
}

/** Two convolutions, each after ReLU, whose output is added to their input. */
export class ResidualConvolutions {
  readonly convolution1: Convolution;
  readonly convolution2: Convolution;

  constructor(params: Params, width: number, initializerRange: number) {
    const [sizes, init] = [{ inputs: width, outputs: width, kernel: 3 } as const, normal(initializerRange)];
    this.convolution1 = new Convolution(params.at("convolution1"), sizes, init);
    this.convolution2 = new Convolution(params.at("convolution2"), sizes, init);
  }

  /** @param x [B, H, W, E]  @returns the same shape */
  forward(x: tf.Tensor4D): tf.Tensor4D {
    const inner = this.convolution1.forward(activate(x, "relu"));
    return tf.add(x, this.convolution2.forward(activate(inner, "relu")));
  }
}

/** Adds a finer map to what is fused so far, and makes it larger. */
export class Fusion {
  readonly projection: Convolution;
  /** Of the finer map; the first fusion has none to read, but files hold its weights. */
  readonly residual1: ResidualConvolutions;
  readonly residual2: ResidualConvolutions;

  constructor(params: Params, width: number, initializerRange: number) {
    const sizes = { inputs: width, outputs: width, kernel: 1 } as const;
    this.projection = new Convolution(params.at("projection"), sizes, normal(initializerRange));
    this.residual1 = new ResidualConvolutions(params.at("residual1"), width, initializerRange);
    this.residual2 = new ResidualConvolutions(params.at("residual2"), width, initializerRange);
  }

  /** @param fused [B, H, W, E]  @param map [B, H, W, E]  @returns [B, *to, E] */
  forward(fused: tf.Tensor4D | undefined, map: tf.Tensor4D, to: Size): tf.Tensor4D {
    const sum = fused === undefined ? map : tf.add(fused, this.residual1.forward(map));
    const larger = resizeMaps(this.residual2.forward(sum as tf.Tensor4D), to, { alignCorners: true });
    return this.projection.forward(larger);
  }
}

/** The maps of several stages of a backbone, fused from the deepest to the first. */
export class DepthNeck {
  readonly reassembly: readonly Reassembly[];
  readonly convolutions: readonly Convolution[];
  readonly fusion: readonly Fusion[];

  constructor(params: Params, config: DepthAnythingConfig) {
    checkModule("DepthNeck", params, { config });
    const { backbone, neckWidths, reassembleFactors, fusionWidth, initializerRange } = config;
    this.reassembly = neckWidths.map((width, i) => {
      const factor = reassembleFactors[i] ?? 1;
      return new Reassembly(params.at("reassembly", i), backbone.dModel, width, factor, initializerRange);
    });
    this.convolutions = neckWidths.map((inputs, i) => {
      const sizes = { inputs, outputs: fusionWidth, kernel: 3, bias: false } as const;
      return new Convolution(params.at("convolutions", i), sizes, normal(initializerRange));
    });
    this.fusion = neckWidths.map((_, i) => new Fusion(params.at("fusion", i), fusionWidth, initializerRange));
  }

  /** @param maps of each stage [B, rows, columns, E]  @returns the fused maps, the deepest first, [B, H, W, fusionWidth] */
  forward(maps: readonly tf.Tensor4D[]): tf.Tensor4D[] {
    return tf.tidy(() => {
      const features = maps
        .map((map, i) => this.convolutions[i]?.forward((this.reassembly[i] as Reassembly).forward(map)) as tf.Tensor4D)
        .reverse();
      const fused: tf.Tensor4D[] = [];
      for (const [i, feature] of features.entries()) {
        const [, height, width] = (features[i + 1] ?? fused.at(-1) ?? feature).shape;
        const isLast = i === features.length - 1;
        const [rows, columns] = isLast ? [2 * feature.shape[1], 2 * feature.shape[2]] : [height, width];
        fused.push((this.fusion[i] as Fusion).forward(fused.at(-1), feature, [rows, columns]));
      }
      return fused;
    });
  }
}
