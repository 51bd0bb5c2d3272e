// What people do by mistake, and the sentence that says so.
import { causalMask, keyMask, lengthMask, MultiHeadAttention, scaledDotProductAttention } from "@qkv/attention";
import { parseSafetensors } from "@qkv/safetensors";
import { initBackend } from "@qkv/backend";
import { activate, adamW, attention, dropout, embedding, layerNorm, linear, softmax } from "@qkv/ops";
import { Linear, Params } from "@qkv/nn";
import { createTokenizer, fromSentencePiece, fromVocabTxt, openTokenizer, trainBpe } from "@qkv/tokenizers";
import { generate, generateStream, gpt2, marian } from "@qkv/transformer";
import { preprocessImages, VitClassifier, vitConfig } from "@qkv/vit";
import { heatMap, headView, terminalHeatMap } from "@qkv/visualize";
import * as tf from "@tensorflow/tfjs-core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  blobFiles,
  Classifier,
  createClassifier,
  createTranslator,
  loadPretrained,
  memoryFiles,
  splitText,
  Translator,
} from "./index.ts";
import { modelFolder, savePretrained } from "./node.ts";

/** A model that goes after its test. */
function owned<M extends { dispose(): void }>(model: M): M {
  made.push(model);
  return model;
}
const newMarian = () =>
  owned(
    marian.build(
      Params.initialized(),
      marian.parseConfig({
        ...{ model_type: "marian", vocab_size: 20, d_model: 8, max_position_embeddings: 16 },
        ...{ encoder_layers: 1, encoder_attention_heads: 2, encoder_ffn_dim: 8 },
        ...{ decoder_layers: 1, decoder_attention_heads: 2, decoder_ffn_dim: 8 },
        ...{ pad_token_id: 1, eos_token_id: 0, decoder_start_token_id: 1 },
      }),
    ),
  );
const newGpt2 = () =>
  owned(
    gpt2.build(
      Params.initialized(),
      gpt2.parseConfig({ model_type: "gpt2", vocab_size: 20, n_embd: 8, n_head: 2, n_layer: 1, n_positions: 16 }),
    ),
  );
const vit = () =>
  owned(
    new VitClassifier(
      Params.initialized(),
      vitConfig({ imageSize: [4, 4], patchSize: 2, dModel: 8, numLayers: 1, numHeads: 2, labels: ["cat", "dog"] }),
    ),
  );

/** Something of another type than TypeScript lets through. */
const wrong = (value: unknown) => value as never;
const later = <T>(value: T) => Promise.resolve(value);

await initBackend("cpu");
const made: { dispose(): void }[] = [];
beforeEach(() => tf.engine().startScope());
afterEach(() => {
  tf.engine().endScope();
  for (const model of made.splice(0)) model.dispose();
});

describe("a model from somewhere", () => {
  test.each(["./models/x", "../x", "/abs/x", "C:\\x", "models\\x", "file:///abs/x", "~/x", "x", ""])(
    "%j is a path, which goes through modelFolder",
    (path) =>
      expect(loadPretrained(path)).rejects.toThrow(
        "expected the id of a model on a hub (owner/name) or an https address, " +
          `got ${path.replaceAll("\\", "\\")}; for a folder on this machine, give modelFolder(path) of @qkv/pretrained/node`,
      ),
  );

  test("a folder that is nowhere, or a file", async () => {
    await expect(loadPretrained(modelFolder("no/such"))).rejects.toThrow(
      "no/such: expected a model folder, got nothing",
    );
    await expect(loadPretrained(modelFolder("package.json"))).rejects.toThrow("expected a model folder, got a file");
  });

  test.each([
    [undefined, "nothing"],
    [later(modelFolder("x")), "a promise: await it"],
    [new URL("https://a.example/m"), "a URL"],
    [["owner/name"], "an array"],
  ])("%s is no source", (source, got) =>
    expect(loadPretrained(wrong(source))).rejects.toThrow(
      `loadPretrained: expected a model's files, its id on a hub or an https address, got ${got}`,
    ),
  );

  test("a promise of one is no model yet", () => {
    const message = "expected an opened model, which loadPretrained gives, got a promise: await it";
    expect(() => createTranslator(wrong(later({})))).toThrow(`createTranslator: ${message}`);
    expect(() => createClassifier(wrong(later({})))).toThrow(`createClassifier: ${message}`);
    expect(() => createClassifier(wrong(undefined))).toThrow("createClassifier: expected an opened model");
  });
});

describe("texts and images", () => {
  const translator = () => new Translator(newMarian(), wrong({}), { maxPositions: 16 });
  const classifier = () => new Classifier(vit(), {});

  test("a translator takes a string, or an array of them", async () => {
    await expect(translator().translate(wrong(["a"]))).rejects.toThrow("translate: expected a string, got an array");
    await expect(translator().translate(wrong(later("a")))).rejects.toThrow(
      "translate: expected a string, got a promise",
    );
    await expect(translator().translate(wrong(undefined))).rejects.toThrow("translate: expected a string, got nothing");
    await expect(translator().translateBatch(wrong("a"))).rejects.toThrow(
      "translateBatch: expected an array of texts, got a string",
    );
    await expect(translator().translateBatch(wrong([1]))).rejects.toThrow(
      "translateBatch: expected a string, got number 1",
    );
    await expect(translator().sentences(wrong(3)).next()).rejects.toThrow("sentences: expected a string, got number 3");
  });

  test.each([
    ["a path", "cat.png", "got a string"],
    ["a file's bytes", new Uint8Array(9), "got a Uint8Array"],
    ["a promise of pixels", later({}), "got a promise: await it"],
    ["pixels in floats", { data: new Float32Array(48), width: 4, height: 4 }, "got data that is a Float32Array"],
    ["a tensor", { data: tf.ones([4, 4, 3]), width: 4, height: 4 }, "got data that is float32 [4,4,3]"],
    ["nothing", undefined, "got nothing"],
  ])("a classifier takes decoded pixels, not %s", async (_, image, got) => {
    const message = "pixels: expected a decoded image { data, width, height } of bytes, ";
    await expect(classifier().classify(wrong(image))).rejects.toThrow(`${message}${got}`);
    expect(() => preprocessImages([wrong(image)], {})).toThrow(`${message}${got}; decodeImage reads a file`);
  });

  test("many images come in an array", async () => {
    const one = { data: new Uint8Array(48), width: 4, height: 4 };
    await expect(classifier().classifyBatch(wrong(one))).rejects.toThrow(
      "classifyBatch: expected an array of images, got an object",
    );
    await expect(classifier().classify(wrong([one]))).rejects.toThrow("pixels: expected a decoded image");
  });

  test("a tokenizer takes text one way and ids the other", async () => {
    const tokenizer = await trainBpe(["a b"], { vocabSize: 8 });
    expect(() => tokenizer.encode(wrong(5))).toThrow("encode: expected a string, or an array of words, got number 5");
    expect(() => tokenizer.encode(wrong(undefined))).toThrow("got nothing");
    expect(() => tokenizer.encode(wrong(["a", 5]))).toThrow("got an array with number 5");
    expect(() => tokenizer.encode("a", { pair: wrong(later("b")) })).toThrow("got a promise: await it");
    expect(() => tokenizer.encodeBatch(wrong("a"))).toThrow("encodeBatch: expected an array of texts, got a string");
    expect(() => tokenizer.decode(wrong("1 2"))).toThrow("decode: expected token ids, got a string");
    expect(() => tokenizer.decode(wrong(later([1])))).toThrow("decode: expected token ids, got a promise: await it");
    expect(() => tokenizer.decode(wrong([[1, 2]]))).toThrow(
      "decode: expected token ids that are numbers, got an array",
    );
    expect(() => tokenizer.decode(wrong(tf.tensor1d([1], "int32")))).toThrow("got a tensor: await its data()");
  });

  test("generate takes ids, an array for each source", async () => {
    const model = newGpt2();
    const message = "generate: expected an array of token ids for each source, got";
    await expect(generate(model, wrong("once"))).rejects.toThrow(`${message} a string`);
    await expect(generate(model, wrong(tf.ones([1, 2], "int32")))).rejects.toThrow(`${message} int32 [1,2]`);
    await expect(generate(model, wrong(later([[1]])))).rejects.toThrow(`${message} a promise: await it`);
    await expect(generate(model, wrong([1, 2]))).rejects.toThrow(
      "expected source 0 to be an array of token ids, got number 1",
    );
    await expect(generate(model, wrong([["once"]]))).rejects.toThrow("got an array of a string");
    await expect(generate(wrong(later(model)), [[1]])).rejects.toThrow(
      "expected a model that generates, got a promise: await it",
    );
    await expect(generateStream(model, wrong("once")).next()).rejects.toThrow(
      "generateStream: expected source 0 to be an array of token ids, got a string",
    );
  });

  test("pictures take labels and plain numbers", () => {
    const matrix = { rows: ["a"], columns: ["b"], values: [1] };
    const numbers = "expected values to be an array of numbers, row by row, got";
    expect(() => heatMap({ ...matrix, values: wrong(tf.ones([1, 1])) })).toThrow(
      `heatMap: ${numbers} a tensor: await its data()`,
    );
    expect(() => heatMap({ ...matrix, values: wrong(later([1])) })).toThrow(`${numbers} a promise: await it`);
    expect(() => heatMap({ ...matrix, values: wrong([[1]]) })).toThrow(`${numbers} an array of an array`);
    expect(() => heatMap({ ...matrix, rows: wrong("a") })).toThrow(
      "heatMap: expected rows to be an array of strings, got a string",
    );
    expect(() => terminalHeatMap({ ...matrix, columns: wrong([1]) })).toThrow(
      "expected columns to be an array of strings, got number 1",
    );
    expect(() => headView({ shape: [1, 1, 1], values: wrong("1") })).toThrow(
      /headView: expected values .* got a string/,
    );
  });
});

describe("after dispose", () => {
  const ids = () => tf.tensor2d([[2, 3]], undefined, "int32");
  const gone = "expected a model in use, got one that was disposed";

  test("a model says so, and whatever drives it", async () => {
    const [seq2seq, causal, images] = [newMarian(), newGpt2(), vit()];
    const translator = new Translator(seq2seq, wrong({ encode: () => ({ ids: [2, 0], tokens: ["a", "</s>"] }) }), {
      maxPositions: 16,
    });
    const classifier = new Classifier(images, {});
    for (const model of [seq2seq, causal, images]) model.dispose();
    expect(() => seq2seq.forward({ ids: ids(), decoderIds: ids() })).toThrow(`Seq2SeqLanguageModel.forward: ${gone}`);
    expect(() => causal.forward({ ids: ids() })).toThrow(`CausalLanguageModel.forward: ${gone}`);
    expect(() => images.forward(tf.ones([1, 3, 4, 4]))).toThrow(`VitClassifier.forward: ${gone}`);
    await expect(generate(causal, [[1]])).rejects.toThrow(`CausalLanguageModel.decode: ${gone}`);
    await expect(generateStream(causal, [1]).next()).rejects.toThrow(gone);
    await expect(translator.translate("a")).rejects.toThrow(`Seq2SeqLanguageModel.encode: ${gone}`);
    await expect(translator.sentences("a").next()).rejects.toThrow(gone);
    await expect(classifier.classify({ data: new Uint8Array(48), width: 4, height: 4 })).rejects.toThrow(
      `VitClassifier.forward: ${gone}`,
    );
    expect(() => causal.dispose()).not.toThrow();
  });

  test("a layer or a function names the tensor", () => {
    const params = Params.initialized();
    const layer = new Linear(params, 2, 3);
    params.dispose();
    expect(() => layer.forward(tf.ones([1, 2]))).toThrow(
      "linear: expected weight to be a tensor [...], got a tensor that was disposed",
    );
    const x = tf.ones([1, 2]);
    x.dispose();
    expect(() => linear(x, tf.ones([3, 2]))).toThrow(
      "linear: expected x to be a tensor [..., I], got a tensor that was disposed",
    );
  });
});

describe("tensors", () => {
  test("another rank, dtype or kind is told beside what was expected", () => {
    const model = newGpt2();
    const forward = (ids: unknown, attentionMask?: unknown) => () =>
      model.forward({ ids: wrong(ids), ...(attentionMask !== undefined && { attentionMask: wrong(attentionMask) }) });
    const message = "CausalLanguageModel.forward: expected ids to be int32 [B, L], got";
    expect(forward(tf.ones([1, 2]))).toThrow(`${message} float32 [1,2]`);
    expect(forward(tf.ones([2], "int32"))).toThrow(`${message} int32 [2]`);
    expect(forward(later(tf.ones([1, 2], "int32")))).toThrow(`${message} a promise: await it`);
    expect(forward([[1, 2]])).toThrow(`${message} an array`);
    expect(forward(undefined)).toThrow(`${message} nothing`);
    expect(forward(tf.ones([1, 2], "int32"), tf.ones([1, 2], "int32"))).toThrow(
      "expected attentionMask to be bool [B, L], got int32 [1,2]",
    );
    expect(() => keyMask(wrong([true]))).toThrow("keyMask: expected attentionMask to be a tensor [B, K], got an array");
    const q = tf.ones([1, 2, 3]);
    expect(() => scaledDotProductAttention(q, q, q)).toThrow(
      "scaledDotProductAttention: expected q to be a tensor [B, H, Q, D], got float32 [1,2,3]",
    );
    expect(causalMask(2, 2).shape).toEqual([2, 2]);
  });

  test("what tf.* returns is taken without a cast", () => {
    const q = tf.reshape(tf.ones([8]), [1, 1, 2, 4]) as tf.Tensor;
    const doubled: tf.Tensor4D = scaledDotProductAttention(tf.add(q, q), tf.mul(q, 2), tf.neg(q));
    expect(doubled.shape).toEqual([1, 1, 2, 4]);
    const model = newGpt2();
    expect(model.forward({ ids: tf.cast(tf.ones([1, 3]), "int32") }).logits.shape).toEqual([1, 3, 20]);
  });
});

test("a backend's name, not a promise of one", async () => {
  await expect(initBackend(wrong(later("cpu")))).rejects.toThrow(
    "initBackend: expected webgpu, wasm, cpu, got a promise: await it",
  );
  await expect(initBackend(wrong({ backend: "cpu" }))).rejects.toThrow(
    "initBackend: expected webgpu, wasm, cpu, got an object",
  );
});

describe("options", () => {
  const ids = [[1]];

  test("a name that is misspelt, or Python's", async () => {
    await expect(generate(newGpt2(), ids, wrong({ max_new_tokens: 3 }))).rejects.toThrow(
      "generate: expected maxNewTokens as options, got max_new_tokens",
    );
    await expect(generate(newGpt2(), ids, wrong({ maxTokens: 3 }))).rejects.toThrow(
      /^generate: expected numBeams, .* as options, got maxTokens$/,
    );
    await expect(generate(newGpt2(), ids, { sampling: wrong({ top_k: 3 }) })).rejects.toThrow(
      "generate: sampling: expected topK as options, got top_k",
    );
    await expect(generateStream(newGpt2(), [1], wrong({ temperature: 2 })).next()).rejects.toThrow("got temperature");
    const translator = new Translator(newMarian(), wrong({}), { maxPositions: 16 });
    await expect(translator.translate("a", wrong({ beams: 2 }))).rejects.toThrow(
      "translate: expected numBeams, lengthPenalty, maxNewTokens, signal, onProgress as options, got beams",
    );
    await expect(translator.sentences("a", wrong({ beam: 2 })).next()).rejects.toThrow("as options, got beam");
    await expect(new Classifier(vit(), {}).classify(wrong({}), wrong({ topk: 2 }))).rejects.toThrow(
      "classify: expected top, batchSize, signal, onProgress as options, got topk",
    );
    await expect(loadPretrained(modelFolder("x"), wrong({ modelType: "vit" }))).rejects.toThrow(
      /loadPretrained: expected families, .* got modelType$/,
    );
    await expect(loadPretrained(modelFolder("x"), { families: wrong("vit") })).rejects.toThrow(
      "loadPretrained: expected families to be an array, got a string",
    );
    await expect(initBackend("cpu", wrong({ thread: 2 }))).rejects.toThrow("as options, got thread");
  });

  test("values of another kind", async () => {
    const got = (options: object) => generate(newGpt2(), ids, wrong(options));
    await expect(got({ maxNewTokens: "5" })).rejects.toThrow(
      "expected maxNewTokens to be a whole number, got a string",
    );
    await expect(got({ numBeams: "2" })).rejects.toThrow("expected numBeams to be a whole number from 1, got a string");
    await expect(got({ signal: true })).rejects.toThrow(
      "generate: expected signal to be an AbortSignal, got boolean true",
    );
    await expect(generate(newGpt2(), ids, wrong(later({})))).rejects.toThrow("got a promise: await it");
  });

  test("tokens of another model", async () => {
    const hint = "do they come from this model's tokenizer?";
    await expect(generate(newGpt2(), [[1, 20]])).rejects.toThrow(
      "generate: expected ids from 0 to 19 in source 0, got 20: does it come from this model's tokenizer?",
    );
    await expect(generate(newMarian(), [[1], [-1]])).rejects.toThrow("in source 1, got -1");
    await expect(generate(newGpt2(), [[1.5]])).rejects.toThrow("in source 0, got 1.5");
    for (const backend of ["cpu", "wasm"] as const) {
      await initBackend(backend);
      expect(() => embedding(tf.ones([2, 3]), tf.tensor1d([5], "int32"))).toThrow(
        `embedding: expected ids from 0 to 1, got 5: ${hint}`,
      );
    }
    await initBackend("cpu");
  });
});

test("operations name what is no tensor, or no number", () => {
  const [x, four] = [tf.ones([2]), tf.ones([1, 1, 2, 2])];
  expect(() => softmax(wrong([1, 2]))).toThrow("softmax: expected x to be a tensor [..., K], got an array");
  expect(() => dropout(wrong(later(x)), 0.5, 1)).toThrow("dropout: expected x to be a tensor [...], got a promise");
  expect(() => activate(wrong(3), "relu")).toThrow("activate: expected x to be a tensor [...], got number 3");
  expect(() => linear(tf.ones([1, 2]), tf.ones([2, 2]), wrong([1, 2]))).toThrow(
    "linear: expected bias to be a tensor [...], got an array",
  );
  expect(() => layerNorm(x, x, wrong(undefined), 1e-5)).toThrow(
    "layerNorm: expected bias to be a tensor [...], got nothing",
  );
  expect(() => layerNorm(x, x, x, wrong(undefined))).toThrow(
    "layerNorm: expected eps to be a number from 0, got nothing",
  );
  expect(() => attention(four, four, four, { mask: wrong([[true]]) })).toThrow(
    "attention: expected mask to be bool [...], got an array",
  );
  expect(() => attention(four, four, four, { scale: NaN })).toThrow(
    "attention: expected scale to be a number, got number NaN",
  );
  const moments = { first: wrong(x), second: wrong(x) };
  expect(() => adamW(wrong(x), x, moments, { learningRate: 1, step: 1 })).toThrow(
    "adamW: expected parameter to be a tf.Variable in use, got float32 [2]",
  );
  const [p, first, second] = [0, 1, 2].map(() => owned(tf.variable(tf.ones([2])))) as [
    tf.Variable,
    tf.Variable,
    tf.Variable,
  ];
  expect(() => adamW(p, x, { first, second }, { learningRate: 1, step: 0 })).toThrow(
    "adamW: expected step to count from 1 and learningRate to be a number, got number 0 and number 1",
  );
});

describe("files", () => {
  test.each([
    ["a path", "model.safetensors", "a string"],
    ["an ArrayBuffer", new ArrayBuffer(9), "ArrayBuffer"],
  ])("bytes, not %s", (_, bytes, got) => {
    expect(() => parseSafetensors(wrong(bytes))).toThrow(
      `safetensors: expected a file's bytes, a Uint8Array, got ${got}`,
    );
    expect(() => fromSentencePiece(wrong(bytes))).toThrow("expected a file's bytes, a Uint8Array, got");
  });

  test("a tokenizer's", async () => {
    expect(() => fromVocabTxt(wrong(undefined))).toThrow("fromVocabTxt: expected the text of vocab.txt, got nothing");
    await expect(openTokenizer(wrong("x"))).rejects.toThrow(
      "openTokenizer: expected a function that reads a file by its name, got a string",
    );
    expect(() => createTokenizer("{}", wrong(undefined))).toThrow(
      "createTokenizer: expected the parts that it may use, such as [bpe], got nothing; Tokenizer.fromJSON has all",
    );
    await expect(trainBpe(wrong("a b"))).rejects.toThrow("trainBpe: expected an iterable of texts, got a string");
    await expect(trainBpe(wrong([1]))).rejects.toThrow("expected texts to train on that are strings, got number 1");
    await expect(trainBpe(["a"], { vocabSize: NaN })).rejects.toThrow(
      "trainBpe: expected vocabSize to be an integer from 0 to 16777216, got NaN",
    );
  });

  test("a model's", async () => {
    expect(() => modelFolder(wrong(new URL("file:///m")))).toThrow(
      "modelFolder: expected a path, got a URL: fileURLToPath of node:url makes a path of it",
    );
    expect(() => modelFolder(wrong(undefined))).toThrow("modelFolder: expected a path, got nothing");
    expect(() => memoryFiles("m", wrong({}))).toThrow("memoryFiles: expected a Map of names and bytes, got an object");
    const blobs = "blobFiles: expected a list of files, or a Map of names and blobs, got";
    expect(() => blobFiles("m", wrong(new Blob([])))).toThrow(`${blobs} a Blob`);
    expect(() => blobFiles("m", wrong(["model.gguf"]))).toThrow(`${blobs} something else among them`);
    expect(() => blobFiles("m", wrong(new Map([["model.gguf", new Uint8Array(3)]])))).toThrow(
      `${blobs} something else`,
    );
    const model = newGpt2();
    await expect(savePretrained(wrong(undefined), { model })).rejects.toThrow(
      "savePretrained: expected the path of a folder, got nothing",
    );
    await expect(savePretrained("package.json", { model })).rejects.toThrow(
      "savePretrained: expected package.json to be a folder or nothing yet, got a file",
    );
    model.dispose();
    await expect(savePretrained("no/such", { model })).rejects.toThrow(
      "savePretrained: expected a model in use, got one that was disposed",
    );
  });
});

describe("a module without what it is made of", () => {
  const params = Params.initialized();

  test.each([
    ["no parameters", () => new Linear(wrong(undefined), 2, 3), "Linear: expected params to be a scope of Params"],
    [
      "no config",
      () => new MultiHeadAttention(params, wrong(undefined)),
      "expected config to be an object, got nothing",
    ],
    [
      "a promise",
      () => new VitClassifier(params, wrong(later({}))),
      "VitClassifier: expected config to be an object, got a promise",
    ],
    [
      "strings",
      () => new Linear(params, wrong("2"), wrong("3")),
      'weight: expected sizes that are integers from 0, got ["3", "2"]',
    ],
    [
      "no sizes",
      () => new Linear(params.at("x"), ...(wrong([]) as [number, number])),
      "x.weight: expected sizes that are integers from 0, got [undefined, undefined]",
    ],
    ["no options", () => splitText("a", wrong(undefined)), "splitText: expected options to be an object, got nothing"],
    [
      "a tensor",
      () => lengthMask(wrong(tf.tensor1d([1])), 3),
      "lengthMask: expected lengths to be an array, got float32 [1]",
    ],
  ])("%s", (_, make, message) => expect(make).toThrow(message));
});
