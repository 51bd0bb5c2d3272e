import type { Activation } from "@qkv/nn";

/** Activations by their names in Hugging Face's `config.json` (`ACT2FN` of transformers). */
export const ACTIVATIONS_BY_NAME: Readonly<Record<string, Activation>> = {
  relu: "relu",
  gelu: "gelu",
  gelu_python: "gelu",
  gelu_new: "geluTanh",
  gelu_fast: "geluTanh",
  gelu_accurate: "geluTanh",
  gelu_pytorch_tanh: "geluTanh",
  gelu_python_tanh: "geluTanh",
  gelu_10: "geluClipped",
  quick_gelu: "quickGelu",
  silu: "silu",
  swish: "silu",
  linear: "linear",
  tanh: "tanh",
  sigmoid: "sigmoid",
  laplace: "laplace",
  leaky_relu: "leakyRelu",
  relu6: "relu6",
  relu2: "reluSquared",
  hardswish: "hardSwish",
  mish: "mish",
};

/** Their names in the other direction, one of those that mean the same. */
export const ACTIVATION_NAMES: Readonly<Record<Activation, string>> = {
  relu: "relu",
  gelu: "gelu",
  geluTanh: "gelu_new",
  geluClipped: "gelu_10",
  quickGelu: "quick_gelu",
  silu: "silu",
  linear: "linear",
  tanh: "tanh",
  sigmoid: "sigmoid",
  laplace: "laplace",
  leakyRelu: "leaky_relu",
  relu6: "relu6",
  reluSquared: "relu2",
  hardSwish: "hardswish",
  mish: "mish",
};
