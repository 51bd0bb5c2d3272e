import { initBackend } from "@qkv/backend";
import { Linear, Params } from "@qkv/nn";
import { AdamW, cosineSchedule, train } from "@qkv/training";
import { fileCheckpoints } from "@qkv/training/node";
import * as tf from "@tensorflow/tfjs-core";

await initBackend("cpu");
const params = Params.initialized(1);
const line = new Linear(params, 1, 1);
const numbers = [[-1], [0], [1]];

const optimizer = new AdamW(params.named(), { learningRate: 0.1, weightDecay: 0 });
const checkpoints = fileCheckpoints("runs/line/checkpoints", { keep: 2 });
const resume = await checkpoints.latest();

const task = {
  params: params.named(),
  batches: () => [numbers], // of an epoch
  loss: (batch: number[][]) => {
    const x = tf.tensor2d(batch);
    return tf.mean(tf.squaredDifference(line.forward(x), tf.add(tf.mul(x, 2), 1))) as tf.Scalar;
  },
};
await train(task, {
  optimizer,
  schedule: cosineSchedule({ warmupSteps: 10, totalSteps: 500 }),
  maxSteps: 500,
  checkpoints,
  checkpointEvery: 50,
  ...(resume && { resume }),
});
console.log(await line.weight.parts.data.data(), await line.bias?.data()); // about 2 and 1
optimizer.dispose();
params.dispose();
