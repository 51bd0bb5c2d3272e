import {
  joinWindows,
  MultiHeadAttention,
  shiftedWindowMask,
  type ShiftedWindows,
  WindowPositionBias,
  windowsOf,
} from "@qkv/attention";
import { LayerNorm, type Params, Pass } from "@qkv/nn";
import { type BlockSpec, FeedForward, ResidualBranch } from "@qkv/transformer";
import * as tf from "@tensorflow/tfjs-core";
import type { Size } from "../imageModel.ts";
import { cyclicShift } from "./cyclicShift.ts";
import { windowsFor } from "./windowsFor.ts";

/** Self-attention within windows, then a feed-forward, each after its norm (arXiv:2103.14030, section 3.2). */
export class SwinLayer {
  readonly selfAttn: MultiHeadAttention;
  readonly selfAttnNorm: LayerNorm;
  readonly selfAttnBranch: ResidualBranch;
  readonly positionBias: WindowPositionBias;
  readonly ffn: FeedForward;
  readonly ffnNorm: LayerNorm;
  readonly ffnBranch: ResidualBranch;

  readonly #windows: Pick<ShiftedWindows, "window" | "shift">;

  /** @param windows their side and their shift */
  constructor(params: Params, spec: BlockSpec, windows: Pick<ShiftedWindows, "window" | "shift">) {
    const { dModel, norm, selfAttn, init } = spec;
    const { dropout, ...attention } = selfAttn;
    this.selfAttn = new MultiHeadAttention(params.at("selfAttn"), {
      ...attention,
      dModel,
      attentionDropout: dropout,
      init,
    });
    this.selfAttnNorm = new LayerNorm(params.at("selfAttnNorm"), dModel, norm);
    this.selfAttnBranch = new ResidualBranch(params.at("selfAttnBranch"), spec);
    this.positionBias = new WindowPositionBias(params.at("positionBias"), selfAttn.numHeads, windows.window);
    this.ffn = new FeedForward(params.at("ffn"), spec);
    this.ffnNorm = new LayerNorm(params.at("ffnNorm"), dModel, norm);
    this.ffnBranch = new ResidualBranch(params.at("ffnBranch"), spec);
    this.#windows = windows;
  }

  /**
   * @param x [B, height * width, E]
   * @param pass its taps read the activations of a block; attention is that of windows row by row, [B * numWindows, ...]
   * @returns the same shape
   */
  forward(x: tf.Tensor3D, grid: Size, pass: Pass = Pass.plain): tf.Tensor3D {
    return tf.tidy(() => {
      const windows = windowsFor(grid, this.#windows);
      const cut = this.#cut(pass.tap("selfAttnNorm", this.selfAttnNorm.forward(x)), grid, windows);
      const bias = this.#bias(windows, x.shape[0]);
      const joined = this.#join(this.selfAttn.forward(cut, cut, { bias }, pass.at("selfAttn")), grid, windows);
      const y = pass.tap("selfAttnResidual", tf.add(x, this.selfAttnBranch.forward(joined, pass)) as tf.Tensor3D);

      const fed = this.ffn.forward(pass.tap("ffnNorm", this.ffnNorm.forward(y)), pass.at("ffn"));
      return pass.output(tf.add(y, this.ffnBranch.forward(fed, pass)) as tf.Tensor3D);
    });
  }

  /** [B, height * width, E] -> [B * numWindows, M * M, E] */
  #cut(x: tf.Tensor3D, [height, width]: Size, { shift, window, ...whole }: ShiftedWindows): tf.Tensor3D {
    const [batch, , dModel] = x.shape;
    const grid = tf.pad(tf.reshape(x, [batch, height, width, dModel]), [
      [0, 0],
      [0, whole.height - height],
      [0, whole.width - width],
      [0, 0],
    ]);
    return windowsOf(cyclicShift(grid as tf.Tensor4D, shift), window);
  }

  #join(windows: tf.Tensor3D, [height, width]: Size, { shift, ...whole }: ShiftedWindows): tf.Tensor3D {
    const grid = cyclicShift(joinWindows(windows, whole), -shift);
    const [batch, , , dModel] = grid.shape;
    const kept = tf.slice(grid, [0, 0, 0, 0], [batch, height, width, dModel]);
    return tf.reshape(kept, [batch, height * width, dModel]);
  }

  /** Position bias in a window, and the mask between regions if shifted: [1 or B * numWindows, H, M * M, M * M]. */
  #bias(windows: ShiftedWindows, batch: number): tf.Tensor4D {
    const positions = this.positionBias.forward(windows.window);
    if (windows.shift === 0) return positions;
    const each = tf.add(positions, tf.expandDims(shiftedWindowMask(windows), 1)) as tf.Tensor4D;
    return tf.tile(each, [batch, 1, 1, 1]);
  }
}
