import { initBackend } from "@qkv/backend";
import { addLora, Linear, mergeLora, Params } from "@qkv/nn";
import { AdamW, lossAndGradients } from "@qkv/training";
import * as tf from "@tensorflow/tfjs-core";

await initBackend("cpu");
const params = Params.initialized(1);
const line = new Linear(params.at("line"), 4, 4); // or a whole model
const adapters = Params.initialized(2);
addLora(params, adapters, { rank: 1, targets: ["line"] });
console.log([...adapters.named().keys()].join(" "));

const optimizer = new AdamW(adapters.named(), { learningRate: 0.1 }); // the line itself stays as it was
const x = tf.eye(4);
for (let step = 0; step < 3; step++) {
  const cost = () => tf.mean(tf.square(line.forward(x))) as tf.Scalar;
  const { loss, gradients } = lossAndGradients(adapters.named(), cost);
  optimizer.step(gradients);
  tf.dispose([loss, ...gradients.values()]);
}
mergeLora(params); // the same numbers in one matrix
optimizer.dispose();
adapters.dispose();
const y = line.forward(x);
console.log(y.shape);
tf.dispose([x, y]);
params.dispose();
