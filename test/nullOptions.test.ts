// Options given as null, as JSON and other languages have it for none: an error in our words, wherever options are taken.
import {
  attentionWeights,
  DotProductAttention,
  MultiHeadAttention,
  scaledDotProductAttention,
} from "../packages/attention/src/index.ts";
import { initBackend } from "@qkv/backend";
import { Linear, loadCheckpoint, Params, streamCheckpoint } from "@qkv/nn";
import { marian } from "@qkv/transformer";
import {
  Classifier,
  createGenerator,
  createSummarizer,
  createTranslator,
  loadPretrained,
  memoryFiles,
  pretrainedGguf,
  quantize,
  readOptionalFile,
  remoteFiles,
  sentenceAttention,
  splitText,
} from "../packages/pretrained/src/index.ts";
import { modelFiles, modelFolder, saveGguf } from "../packages/pretrained/src/node.ts";
import {
  createTokenizer,
  fromMarian,
  fromSentencePiece,
  fromVocabAndMerges,
  fromVocabTxt,
  openTokenizer,
  Tokenizer,
  trainBpe,
  trainUnigram,
  trainWordLevel,
  trainWordPiece,
  wordLevel,
} from "../packages/tokenizers/src/index.ts";
import {
  AdamW,
  constantSchedule,
  inverseSqrtSchedule,
  Muon,
  trainLinearProbe,
} from "../packages/training/src/index.ts";
import { Block, type BlockSpec, generate, generateStream, gpt2, Stack } from "../packages/transformer/src/index.ts";
import { overlayPixels } from "../packages/visualize/src/index.ts";
import { decodeImage, VitClassifier, vitConfig } from "../packages/vit/src/index.ts";
import { decodeImage as decodeInNode } from "../packages/vit/src/node.ts";
import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, expect, test } from "vitest";

const FOLDER = modelFolder("packages/pretrained/test/golden/float32");
const none = null as never;
const LAYER: BlockSpec = {
  dModel: 8,
  norm: { kind: "layerNorm", eps: 1e-5, placement: "post" },
  selfAttn: { numHeads: 2 },
  ffn: { kind: "mlp", dim: 8, activation: "relu" },
};

/** What the calls need beside options: small, and right. */
async function made() {
  await initBackend("cpu");
  const params = Params.initialized(1);
  const pretrained = await loadPretrained(FOLDER, { families: [marian] });
  const language = gpt2.build(
    Params.initialized(1),
    gpt2.parseConfig({ model_type: "gpt2", vocab_size: 20, n_embd: 8, n_head: 2, n_layer: 1, n_positions: 16 }),
  );
  const vit = new VitClassifier(
    Params.initialized(1),
    vitConfig({ imageSize: [4, 4], patchSize: 2, dModel: 8, numLayers: 1, numHeads: 2, labels: ["cat", "dog"] }),
  );
  const config = { model: { type: "WordLevel" as const, vocab: { a: 0, "[UNK]": 1 }, unk_token: "[UNK]" } };
  const x = tf.ones([1, 2, 2, 2]) as tf.Tensor4D;
  const rows = tf.ones([1, 2, 8]) as tf.Tensor3D;
  const ids = tf.tensor2d([[1, 2]], [1, 2], "int32");
  const image = { data: new Uint8Array(48), width: 4, height: 4, channels: 3 as const };
  const weights = new Map([["w", tf.variable(tf.ones([2, 2]))]]);
  return {
    ...{ params, pretrained, language, vit, config, x, rows, ids, image, weights },
    pixels: tf.ones([1, 3, 4, 4]),
    matrix: tf.ones([2, 4]),
    block: new Block(params.at("block"), LAYER),
    stack: new Stack(params.at("stack"), [LAYER]),
    translator: createTranslator(pretrained),
    generator: createGenerator(pretrained),
    tokenizer: createTokenizer(config as never, [wordLevel]),
    classifier: new Classifier(vit, { imageSize: [4, 4] } as never),
    mha: new MultiHeadAttention(Params.initialized(1), { dModel: 8, numHeads: 2 } as never),
  };
}
type Made = Awaited<ReturnType<typeof made>>;
let all: Made;
beforeAll(async () => {
  all = await made();
});
afterAll(() => tf.disposeVariables());

const text = (words: string) => new TextEncoder().encode(words);
const CALLS: Readonly<Record<string, (made: Made) => unknown>> = {
  scaledDotProductAttention: ({ x }) => scaledDotProductAttention(x, x, x, none),
  attentionWeights: ({ x }) => attentionWeights(x, x, none),
  DotProductAttention: () => new DotProductAttention(0, 1, none),
  "MultiHeadAttention.forward": ({ mha, rows }) => mha.forward(rows, rows, none),
  "MultiHeadAttention.attend": ({ mha, rows, x }) => mha.attend(rows, { keys: x, values: x }, none),
  "MultiHeadAttention.project": ({ mha, rows }) => mha.project(rows, none),
  initBackend: () => initBackend("cpu", none),
  "initBackend's names": () => initBackend(none),
  Linear: ({ params }) => new Linear(params, 2, 2, none),
  loadCheckpoint: () => loadCheckpoint(new Map(), {}, () => ({}), none),
  streamCheckpoint: () => streamCheckpoint(new Map(), {}, () => ({}), none),
  loadPretrained: () => loadPretrained(FOLDER, none),
  remoteFiles: () => remoteFiles("a/b", none),
  modelFiles: () => modelFiles("a/b", none),
  readOptionalFile: () => readOptionalFile(memoryFiles("m", new Map()), "config.json", none),
  createTranslator: ({ pretrained }) => createTranslator(pretrained, none),
  translate: ({ translator }) => translator.translate("a", none),
  translateBatch: ({ translator }) => translator.translateBatch(["a"], none),
  createGenerator: ({ pretrained }) => createGenerator(pretrained, none),
  "TextGenerator.generate": ({ generator }) => generator.generate("a", none),
  "TextGenerator.stream": ({ generator }) => generator.stream("a", none).next(),
  "TextGenerator.generateBatch": ({ generator }) => generator.generateBatch(["a"], none),
  startConversation: ({ generator }) => generator.startConversation(none),
  summarize: ({ pretrained }) => createSummarizer(pretrained)("a", none),
  sentences: ({ translator }) => translator.sentences("a", none).next(),
  sentenceAttention: ({ pretrained }) =>
    sentenceAttention({ model: pretrained.model, source: none, target: none }, none),
  splitText: () => splitText("a", none),
  quantize: ({ pretrained }) => quantize(pretrained.model, "q8_0", none),
  pretrainedGguf: () => pretrainedGguf(none).next(),
  saveGguf: () => saveGguf("m.gguf", none),
  classify: ({ classifier, image }) => classifier.classify(image, none),
  classifyBatch: ({ classifier, image }) => classifier.classifyBatch([image], none),
  features: ({ classifier, image }) => classifier.features([image], none),
  createTokenizer: ({ config }) => createTokenizer(config as never, [wordLevel], none),
  encode: ({ tokenizer }) => tokenizer.encode("a", none),
  encodeBatch: ({ tokenizer }) => tokenizer.encodeBatch(["a"], none),
  decode: ({ tokenizer }) => tokenizer.decode([0], none),
  createDecodeStream: ({ tokenizer }) => tokenizer.createDecodeStream(none),
  fromVocabTxt: () => fromVocabTxt("a\n[UNK]\n" as never, none),
  fromVocabAndMerges: () => fromVocabAndMerges({ vocab: '{"a":0}', merges: "" } as never, none),
  openTokenizer: () => openTokenizer(() => Promise.resolve(text("{}")), none),
  trainBpe: () => trainBpe(["a b"], none),
  trainUnigram: () => trainUnigram(["a b"], none),
  trainWordPiece: () => trainWordPiece(["a b"], none),
  trainWordLevel: () => trainWordLevel(["a b"], none),
  AdamW: ({ weights }) => new AdamW(weights, none),
  "AdamW.step": ({ weights }) => new AdamW(weights).step(weights, none),
  Muon: ({ weights }) => new Muon(weights, none),
  "Muon.step": ({ weights }) => new Muon(weights).step(weights, none),
  constantSchedule: () => constantSchedule(none),
  inverseSqrtSchedule: () => inverseSqrtSchedule(none),
  trainLinearProbe: ({ matrix: features }) =>
    trainLinearProbe({ features, labels: [0, 1], numClasses: 2 } as never, none),
  generate: ({ language }) => generate(language, [[1, 2]], none),
  generateStream: ({ language }) => generateStream(language, [1, 2], none).next(),
  "CausalLanguageModel.forward": ({ language, ids }) => language.forward({ ids }, none),
  "Seq2SeqLanguageModel.forward": ({ pretrained, ids }) => pretrained.model.forward({ ids, decoderIds: ids }, none),
  "Seq2SeqLanguageModel.encode": ({ pretrained, ids }) => pretrained.model.encode(ids, undefined, none),
  "VitClassifier.forward": ({ vit, pixels }) => vit.forward(pixels, none),
  decodeImage: () => decodeImage(text("GIF89a"), none),
  "decodeImage in Node": () => decodeInNode(text("GIF89a"), none),
  fromMarian: () => fromMarian({ spm: text(""), vocab: {} }, none),
  fromSentencePiece: () => fromSentencePiece(text(""), none),
  "Tokenizer.fromJSON": ({ config }) => Tokenizer.fromJSON(config, none),
  "Encoding.padded": ({ tokenizer }) => tokenizer.encode("a").padded(2, none),
  "Block.forward": ({ block, rows }) => block.forward(rows, none),
  "Stack.forward": ({ stack, rows }) => stack.forward(rows, none),
  overlayPixels: ({ image }) => overlayPixels(image as never, { rows: 1, columns: 1, weights: [1] } as never, none),
};

test.each(Object.entries(CALLS))("%s says that null is no object", async (_, call) => {
  let error: unknown;
  try {
    await call(all);
  } catch (thrown) {
    error = thrown;
  }
  expect(String((error as Error | undefined)?.message)).toMatch(/^\S+: expected .*, got null$/);
});
