import { activate } from "@qkv/ops";
import { checkModule, Linear, normal, type Params } from "@qkv/nn";
import * as tf from "@tensorflow/tfjs-core";

/** Three linear maps with ReLU between them, as DETR predicts with (arXiv:2005.12872). */
export class PredictionHead {
  readonly layers: readonly Linear[];

  /** @param outputs the width of the last map; the others keep that of the model */
  constructor(params: Params, dModel: number, outputs: number, initializerRange: number) {
    checkModule("PredictionHead", params);
    const options = { init: normal(initializerRange) };
    const widths = [dModel, dModel, outputs];
    this.layers = widths.map((width, i) => new Linear(params.at("layers", i), dModel, width, options));
  }

  /** @param x [B, T, E]  @returns [B, T, outputs] */
  forward(x: tf.Tensor3D): tf.Tensor3D {
    const last = this.layers.length - 1;
    return tf.tidy(() =>
      this.layers.reduce<tf.Tensor>((y, layer, i) => {
        const mapped = layer.forward(y);
        return i === last ? mapped : activate(mapped, "relu");
      }, x),
    ) as tf.Tensor3D;
  }
}
