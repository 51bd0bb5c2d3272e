import { type Kernel, matrixOf, type Tensors } from "../kernel.ts";
import { f32, i32 } from "../runShader.ts";
import { rowShader, runRows } from "./rowShader.ts";
import { rowExponentials } from "./softmax.ts";

interface Attrs {
  readonly labelSmoothing: number;
  readonly ignoreIndex: number;
}

/** QkvCrossEntropy. */
export const crossEntropy: Kernel = (backend, inputs, attrs) => {
  const { logits, labels } = inputs as Tensors<"logits" | "labels">;
  const { loss, logSumExp } = runRows(backend, forward, matrixOf(logits), {
    inputs: { x: logits, labels },
    outputs: { loss: labels.shape, logSumExp: labels.shape },
    uniforms: uniformsOf(attrs as Attrs),
  });
  return [loss, logSumExp];
};

/** QkvCrossEntropyGradient. */
export const crossEntropyGradient: Kernel = (backend, inputs, attrs) => {
  const { logits, labels, logSumExp, dy } = inputs as Tensors<"logits" | "labels" | "logSumExp" | "dy">;
  return runRows(backend, backward, matrixOf(logits), {
    inputs: { x: logits, labels, logSumExp, dy },
    outputs: { dx: logits.shape },
    uniforms: uniformsOf(attrs as Attrs),
  }).dx;
};

function uniformsOf({ labelSmoothing, ignoreIndex }: Attrs) {
  return { smoothing: f32(labelSmoothing), ignoreIndex: i32(ignoreIndex) };
}

// loss = logsumexp - (1 - smoothing) x[label] - smoothing mean(x)
const forward = rowShader(
  "crossEntropy",
  /* wgsl */ `
  ${rowExponentials}
  var all = 0.0;
  for (var i = lane; uniforms.smoothing != 0.0 && i < uniforms.width; i += LANES) {
    all += x[start + i];
  }
  let mean = rowSum(all) / f32(uniforms.width);
  if (alive && lane == 0) {
    let label = labels[row];
    let known = label >= 0 && label < uniforms.width;
    let exponent = highest + log(total);
    let hit = exponent - x[start + clamp(label, 0, uniforms.width - 1)];
    let cost = mix(hit, exponent - mean, uniforms.smoothing);
    let ignored = label == uniforms.ignoreIndex;
    result[row] = select(select(uniforms.NAN, cost, known), 0.0, ignored);
    logSumExp[row] = select(exponent, 0.0, ignored);
  }`,
);

// dx = dy (softmax(x) - smoothing / V - (1 - smoothing) onehot)
const backward = rowShader(
  "crossEntropyGradient",
  /* wgsl */ `
  let label = labels[row];
  let known = label >= 0 && label < uniforms.width;
  let scale = select(uniforms.NAN, dy[row], known);
  let evenly = uniforms.smoothing / f32(uniforms.width);
  for (var i = lane; alive && i < uniforms.width; i += LANES) {
    let share = exp(x[start + i] - logSumExp[row]) - evenly;
    let slope = scale * select(share, share - (1.0 - uniforms.smoothing), i == label);
    result[start + i] = select(slope, 0.0, label == uniforms.ignoreIndex);
  }`,
);
