import type { ModelFiles } from "../files/modelFiles.ts";

/** Files of weights in other formats, the likeliest first, with advice. */
const OTHERS: readonly (readonly [name: RegExp, advice: string])[] = [
  [
    /^pytorch_model.*\.bin$|\.pth?$|\.ckpt$/,
    "which is PyTorch's and runs code when it is opened: in Python, AutoModel.from_pretrained(DIR).save_pretrained(DIR) of its class writes safetensors",
  ],
  [/^adapter_model\./, "which is an adapter, not a model: in Python, merge_and_unload() and save_pretrained(DIR)"],
  [
    /^tf_model\.h5$|\.msgpack$/,
    "which is TensorFlow's or Flax's: in Python, from_pretrained(DIR, from_tf=True or from_flax=True) and save_pretrained(DIR)",
  ],
  [/\.gguf$/, "which the option file of loadPretrained opens, and the program by its path"],
  [/\.onnx$/, "which is for other programs: take the model that it was made from"],
  [/\.safetensors$/, "which has another name"],
];

/** The weights of a model in place of safetensors, with advice; "neither" if none are found. */
export async function otherWeights(files: ModelFiles): Promise<string> {
  const names = (await files.list?.().catch(() => undefined)) ?? [];
  for (const [pattern, advice] of OTHERS) {
    const found = names.find((name) => pattern.test(name));
    if (found !== undefined) return `${found}, ${advice}`;
  }
  return "neither";
}
