import { initBackend } from "@qkv/backend";
import { LayerNorm, Linear, Params } from "@qkv/nn";
import * as tf from "@tensorflow/tfjs-core";

class Head {
  readonly norm: LayerNorm;
  readonly classifier: Linear;

  constructor(params: Params) {
    this.norm = new LayerNorm(params.at("norm"), 8, { eps: 1e-5 });
    this.classifier = new Linear(params.at("classifier"), 8, 3);
  }

  forward(x: tf.Tensor2D): tf.Tensor2D {
    return tf.tidy(() => this.classifier.forward(this.norm.forward(x)));
  }
}

await initBackend("wasm");
const params = Params.initialized(1);
const head = new Head(params);
const x = tf.randomNormal<tf.Rank.R2>([5, 8]);
const logits = head.forward(x);
console.log(logits.shape, [...params.named().keys()].join(" "));
tf.dispose([x, logits]);
params.dispose();
