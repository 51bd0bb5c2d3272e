import { mkdtempSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeTinyModels } from "@qkv/testing";
import { ROOT } from "./workspace.ts";

/** A short program that a README shows, or that a guide shows parts of. */
export interface Example {
  readonly readme: string;
  readonly prints: RegExp;
  /** What it needs beside Node; it then runs in a test where that is. */
  readonly needs?: "a page" | "WebGPU" | "SmolLM2";
}

/** The programs of `examples`, in the order of their names. */
export const EXAMPLES: Readonly<Record<string, Example>> = {
  "aiSdk.ts": { readme: "packages/ai-sdk/README.md", prints: /^string 8\n(?:true\n)+2$/ },
  "attention.ts": { readme: "packages/attention/README.md", prints: /^1,2,4,8 1,2,4,6$/ },
  "attentionElement.ts": { readme: "packages/visualize/README.md", prints: /^$/, needs: "a page" },
  "attentionRollout.ts": { readme: "packages/vit/README.md", prints: /^8 8 64\n64$/ },
  "audio.ts": { readme: "packages/audio/README.md", prints: /^80 3000 240000$/ },
  "backend.ts": { readme: "packages/backend/README.md", prints: /^wasm .*\n1$/ },
  "backendNative.ts": {
    readme: "packages/backend-native/README.md",
    prints: /^(?:avx2|avx512|neon|.*no native kernels.*|.* without native before)\n64$/, // others may have started wasm
  },
  "backendWasm.ts": { readme: "packages/backend-wasm/README.md", prints: /^64$/ },
  "backendWebgpu.ts": { readme: "packages/backend-webgpu/README.md", prints: /^webgpu 0\.0156/, needs: "WebGPU" },
  "classify.ts": { readme: "packages/pretrained/README.md", prints: /^frog 0\.4/ },
  "depth.ts": { readme: "packages/pretrained/README.md", prints: /^23 14 322$/ },
  "detect.ts": { readme: "packages/pretrained/README.md", prints: /^cat 0\.93/ },
  "encoderLayer.ts": {
    readme: "packages/transformer/README.md",
    prints: /^2,7,32 selfAttn.qProj.weight,selfAttn.qProj.bias$/,
  },
  "conversation.ts": { readme: "packages/transformer/README.md", prints: /^8 7\n15 14$/ },
  "finetuning.ts": { readme: "packages/finetuning/README.md", prints: /^BertForSequenceClassification good,bad\nbad$/ },
  "gguf.ts": { readme: "packages/gguf/README.md", prints: /^llama\nblk\.0\.ffn_up\.weight 2,32 Q8_0 68 0\.84$/ },
  "guides/cluster.ts": {
    readme: "docs/guides/cluster.md",
    prints:
      /^config\.json generation_config\.json model\.gguf model\.onnx model\.safetensors tokenizer\.json tokenizer_config\.json$/,
  },
  "guides/fineTuning.ts": {
    readme: "docs/guides/fine-tuning.md",
    prints: /^\d\.\d\n\d\.\d\nagain\nnone$/,
  },
  "guides/fromPython.ts": {
    readme: "docs/guides/from-python.md",
    prints: /^256 \d+\n.*gare.*\n1,1,\d+ 1,4,1,\d+\nshared.weight \d+,256\nMarianMTModel F16$/,
  },
  "guides/fromTransformersjs.ts": {
    readme: "docs/guides/from-transformersjs.md",
    prints: /^Je t'aime\.\ntrue Where is the train station\?\n.*gare.*\nfrog 1$/,
  },
  "guides/generation.ts": {
    readme: "docs/guides/generation.md",
    prints: /^(?:(?:Bonjour|Bonsoir|Au revoir)\. -\d+\.\d\n){3}Tu .+\n(?!.*\b[Tt]u\b).+\n.+$/,
  },
  "guides/memory.ts": {
    readme: "docs/guides/memory.md",
    prints: /^3\n2\n1\n32\n\d+ parameters, \d+\.\d MB\n0\n3\n0\ntrue$/,
  },
  "guides/offline.ts": {
    readme: "docs/guides/offline.md",
    prints: /^(?:fetched .*\n)+Je t'aime\.\nJe t'aime\.\n\d files kept\nJe t'aime\.$/,
  },
  "guides/ownFamily.ts": {
    readme: "docs/guides/adding-a-family.md",
    prints: /^heron HeronForCausalLM 5 6 7 8 9 10 11$/,
  },
  "guides/microscope.ts": {
    readme: "docs/guides/microscope.md",
    prints:
      /^head 18\.6 attends to what came next last time: 0\.86\d\nParis less Rome: -6\.0\d of Italy, 7\.3\d of France\nat the last word: .* ĠRome$/,
    needs: "SmolLM2",
  },
  "guides/ownModel.ts": { readme: "docs/guides/own-model.md", prints: /^loss 3\.\d, then 0\.[01]\ndraobyek$/ },
  "guides/sizes.ts": {
    readme: "docs/guides/sizes.md",
    prints:
      /^F32: \d+\.\d MB, .*gare.* (-0\.\d\d)\d\nF16: \d+\.\d MB, .*gare.* \1\d\nq8_0: 6\.\d MB, .*gare.* -0\.\d{3}$/,
  },
  "guides/textGeneration.ts": {
    readme: "docs/guides/text-generation.md",
    prints: /^string (?:stop|length|stopString) true\n4 true\nboolean$/,
  },
  "guides/speculative.ts": { readme: "docs/guides/generation.md", prints: /^true true$/ },
  "guides/speech.ts": {
    readme: "docs/guides/speech.md",
    prints: /^2 16000\nstring true\n(?:string string\n)+string$/,
  },
  "guides/textTasks.ts": {
    readme: "docs/guides/text-tasks.md",
    prints: /^16 true\ntrue\n2\ntrue\nstring number\n5\nnumber\nstring\n2$/,
  },
  "guides/tfjsLayers.ts": { readme: "docs/guides/tfjs-layers.md", prints: /^0\.\d .* 0\.[89]\nshe.*se.*$/ },
  "heads.ts": { readme: "README.md", prints: /^4 heads, 5 tokens that looked at 5: .*aime.*<- .*love/ },
  "imageAttention.ts": { readme: "packages/visualize/README.md", prints: /^$/, needs: "a page" },
  "imagesByWords.ts": { readme: "packages/pretrained/README.md", prints: /^(?:cat|a Dog)$/ },
  "languageModel.ts": { readme: "packages/transformer/README.md", prints: /^8$/ },
  "layers.ts": { readme: "packages/layers/README.md", prints: /^1$/ },
  "lora.ts": {
    readme: "packages/nn/README.md",
    prints: /^line.weight.adapter.a line.weight.adapter.b\n4,4$/,
  },
  "microscope.ts": {
    readme: "packages/microscope/README.md",
    prints:
      /^encoder 3\.3 looks at the token before: 0\.\d{3}\n.*: \S+ \S+ Ġchat\ncat -\d+\.\d\d, dog \d+\.\d\d, cat with the dog's word \d+\.\d\d$/,
  },
  "onnx.ts": { readme: "packages/onnx/README.md", prints: /^model\.onnx true$/ },
  "ops.ts": { readme: "packages/ops/README.md", prints: /^2,4 fused$/ },
  "parameters.ts": {
    readme: "packages/nn/README.md",
    prints: /^5,3 norm.weight norm.bias classifier.weight classifier.bias$/,
  },
  "preprocess.ts": { readme: "packages/vit/README.md", prints: /^1,3,224,224 0\.0039/ },
  "pretrained.ts": { readme: "packages/pretrained/README.md", prints: /^Je t'aime\. .*gare.* -0\.\d+$/ },
  "safetensors.ts": { readme: "packages/safetensors/README.md", prints: /^weight F16 2,3 1,2,3,4,5,6$/ },
  "taps.ts": {
    readme: "packages/transformer/README.md",
    prints: /^layers.0.selfAttn.probabilities layers.0 layers.1.selfAttn.probabilities layers.1 1,4,3,3\n8$/,
  },
  "tinyGpt.ts": { readme: "README.md", prints: /^she sells sea shells by $/ },
  "tokenizerOptions.ts": { readme: "packages/tokenizers/README.md", prints: /^2\n16 16\n0,1,2,2,2,$/ },
  "tokenizerParts.ts": { readme: "packages/tokenizers/README.md", prints: /^ĠWhere,Ġis,/ },
  "tokenizers.ts": { readme: "packages/tokenizers/README.md", prints: /^A, dog,.*\nA dog runs through the snow\.$/ },
  "trainTokenizer.ts": { readme: "packages/tokenizers/README.md", prints: /^The,Ġdog,Ġruns,\.,<\/s> \d{4,}$/ },
  "training.ts": { readme: "packages/training/README.md", prints: /^(?:2|1\.99\d+|2\.00\d+) (?:1|0\.99\d+|1\.00\d+)$/ },
  "translate.ts": { readme: "README.md", prints: /gare/ },
  "visualize.ts": { readme: "packages/visualize/README.md", prints: /^<svg[^]*chien[^]*<\/svg>\n$/ },
  "vit.ts": { readme: "packages/vit/README.md", prints: /^2,3 2 2,4,65,65$/ },
};

/** A folder in which examples find what they read and leave what they write. Whoever makes it removes it. */
export function exampleFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "qkv-examples-"));
  for (const name of ["models", "packages"]) symlinkSync(join(ROOT, name), join(folder, name));
  writeTinyModels(join(folder, "tiny"));
  return folder;
}
