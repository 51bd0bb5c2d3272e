import * as tf from "@tensorflow/tfjs-core";

/** Gradients of operations on one tensor, element by element. */
export const elementGradients: tf.GradConfig[] = [
  ofInput("Abs", (dy, x) => tf.mul(dy, tf.sign(x))),
  ofInput("Cos", (dy, x) => tf.mul(dy, tf.neg(tf.sin(x)))),
  ofInput("Erf", (dy, x) => tf.mul(dy, tf.mul(tf.exp(tf.neg(tf.square(x))), 2 / Math.sqrt(Math.PI)))),
  ofInput("Expm1", (dy, x) => tf.mul(dy, tf.exp(x))),
  ofInput("Log", (dy, x) => tf.div(dy, x)),
  ofInput("Log1p", (dy, x) => tf.div(dy, tf.add(x, 1))),
  ofInput("Relu", (dy, x) => tf.mul(dy, tf.step(x))),
  ofInput("Sin", (dy, x) => tf.mul(dy, tf.cos(x))),
  ofInput("Softplus", (dy, x) => tf.mul(dy, tf.sigmoid(x))),
  ofInput("Square", (dy, x) => tf.mul(dy, tf.mul(x, 2))),
  ofOutput("Exp", (dy, y) => tf.mul(dy, y)),
  ofOutput("Reciprocal", (dy, y) => tf.mul(dy, tf.neg(tf.square(y)))),
  ofOutput("Rsqrt", (dy, y) => tf.mul(dy, tf.mul(tf.mul(y, tf.square(y)), -0.5))),
  ofOutput("Sigmoid", (dy, y) => tf.mul(dy, tf.mul(y, tf.sub(1, y)))),
  ofOutput("Sqrt", (dy, y) => tf.div(dy, tf.mul(y, 2))),
  ofOutput("Tanh", (dy, y) => tf.mul(dy, tf.sub(1, tf.square(y)))),
  ofNothing("Cast", (dy) => tf.clone(dy)),
  ofNothing("Identity", (dy) => tf.clone(dy)),
  ofNothing("Neg", (dy) => tf.neg(dy)),
  ...["Ceil", "Floor", "OnesLike", "Round", "Sign", "Step", "ZerosLike"].map((name) =>
    ofNothing(name, (dy) => tf.zerosLike(dy)),
  ),
  {
    kernelName: "ClipByValue",
    inputsToSave: ["x"],
    gradFunc: (dy, [x], attrs) => ({
      x: () => {
        const { clipValueMin, clipValueMax } = attrs as unknown as tf.ClipByValueAttrs;
        const inside = tf.logicalAnd(
          tf.greaterEqual(x as tf.Tensor, clipValueMin),
          tf.lessEqual(x as tf.Tensor, clipValueMax),
        );
        return tf.where(inside, dy as tf.Tensor, tf.zerosLike(dy as tf.Tensor));
      },
    }),
  },
];

function ofInput(kernelName: string, dx: (dy: tf.Tensor, x: tf.Tensor) => tf.Tensor): tf.GradConfig {
  return {
    kernelName,
    inputsToSave: ["x"],
    gradFunc: (dy, [x]) => ({ x: () => dx(dy as tf.Tensor, x as tf.Tensor) }),
  };
}

function ofOutput(kernelName: string, dx: (dy: tf.Tensor, y: tf.Tensor) => tf.Tensor): tf.GradConfig {
  return {
    kernelName,
    outputsToSave: [true],
    gradFunc: (dy, [y]) => ({ x: () => dx(dy as tf.Tensor, y as tf.Tensor) }),
  };
}

function ofNothing(kernelName: string, dx: (dy: tf.Tensor) => tf.Tensor): tf.GradConfig {
  return { kernelName, gradFunc: (dy) => ({ x: () => dx(dy as tf.Tensor) }) };
}
