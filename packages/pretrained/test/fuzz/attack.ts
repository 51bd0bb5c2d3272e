import { writeSync } from "node:fs";
import { initBackend } from "@qkv/backend";
import { NonFiniteError } from "@qkv/nn";
import {
  createClassifier,
  loadPretrained,
  memoryFiles,
  type Pretrained,
  PretrainedError,
  pretrainedFiles,
} from "@qkv/pretrained";
import { CausalLanguageModel, generate, Seq2SeqLanguageModel, SpeechCtcModel, WhisperModel } from "@qkv/transformer";
import { TextTowerModel, TwoTowerModel } from "@qkv/vit";
import * as tf from "@tensorflow/tfjs-core";
import { bases } from "./bases.ts";
import { hostileFolder, type Files } from "./hostileFolder.ts";

// Tries hostile folders from a seed on, for so many milliseconds: a line of JSON before each and one after it. Whoever
// started this process watches its pace and its memory.

const [seed = 1, milliseconds = 1000] = process.argv.slice(2).map(Number);
const folders = bases();
await initBackend("wasm", { threads: 1 });
const good = await loadPretrained(memoryFiles("good", folders.find(isGpt2) as Files));

function isGpt2(files: Files): boolean {
  return new TextDecoder().decode(files.get("config.json")).includes('"GPT2LMHeadModel"');
}

/** What the model that stays open says: it must stay the same. */
async function goodAnswer(): Promise<string> {
  const logits = tf.tidy(
    () => (good.model as CausalLanguageModel).forward({ ids: tf.tensor2d([[1, 2, 3]], [1, 3], "int32") }).logits,
  );
  const values = [...(await logits.data())].join();
  logits.dispose();
  return values;
}

/** Opens a folder, computes with it, saves it, and opens that. */
async function use(files: Files): Promise<void> {
  const pretrained = await open(files);
  try {
    await compute(pretrained);
    const { model, imageProcessor } = pretrained;
    const saved = await pretrainedFiles({ model, ...(imageProcessor && { imageProcessor }) });
    (await open(new Map(saved))).model.dispose();
  } finally {
    pretrained.model.dispose();
  }
}

class ForeignError extends Error {}

async function open(files: Files): Promise<Pretrained> {
  try {
    return await loadPretrained(memoryFiles("folder", files));
  } catch (error) {
    if (
      error instanceof PretrainedError &&
      isOurs(error.message) &&
      isOurs(String((error.cause as Error | undefined)?.message ?? "expected, got"))
    )
      throw error;
    throw new ForeignError(`opening: ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`);
  }
}

/** The house's sentence: what was expected, and what came. */
function isOurs(message: string): boolean {
  return /expected .*got |no tensor for |unused tensors: |no name for |expected, got/s.test(message);
}

async function compute(pretrained: Pretrained): Promise<void> {
  const { model, imageProcessor, architecture } = pretrained;
  if (model instanceof Seq2SeqLanguageModel || model instanceof CausalLanguageModel) {
    const vocabulary = model.config.vocabSize;
    const ids = [1, 2, 3].map((id) => id % vocabulary);
    await generate(model, [ids], { maxNewTokens: 3 });
    return;
  }
  const pixels = { data: Uint8Array.from({ length: 300 }, (_, i) => i), width: 10, height: 10 };
  if (imageProcessor !== undefined && architecture.includes("ForImageClassification")) {
    await createClassifier(pretrained).classify(pixels);
    return;
  }
  if (model instanceof WhisperModel) {
    const { numMelBins, maxSourcePositions } = model.config;
    if (numMelBins * maxSourcePositions > 1e6) return;
    dispose(() => {
      const features = tf.zeros([1, numMelBins, 2 * maxSourcePositions]) as tf.Tensor3D;
      return model.forward({ features, decoderIds: tf.zeros([1, 3], "int32") }).logits;
    });
    return;
  }
  if (model instanceof SpeechCtcModel) {
    dispose(() => model.forward({ samples: tf.zeros([1, 16_000]) }).logits);
    return;
  }
  if ("encoder" in model || "decoder" in model) {
    dispose(() => model.forward({ ids: tf.zeros([1, 3], "int32") }));
    return;
  }
  if (model instanceof TwoTowerModel || model instanceof TextTowerModel) {
    dispose(() => {
      const ids = tf.zeros([1, 3], "int32") as tf.Tensor2D;
      return model instanceof TwoTowerModel ? model.embedTexts({ ids }) : model.forward({ ids });
    });
    return;
  }
  const { numChannels, imageSize } = model.config;
  if (imageSize[0] * imageSize[1] * numChannels > 1e6) return;
  dispose(() => model.forward(tf.zeros([1, numChannels, ...imageSize])));
}

/** Computes tensors and disposes of them, and of what was made on the way even where it throws. */
function dispose(compute: () => object): void {
  tf.tidy(() => void compute());
}

function say(line: object): void {
  writeSync(1, `${JSON.stringify(line)}\n`);
}

const expected = await goodAnswer();
const end = performance.now() + milliseconds;
for (let at = seed; performance.now() < end; at++) {
  const { kind, files } = hostileFolder(at, folders);
  say({ seed: at, kind });
  const [before, start, { numTensors }] = [process.memoryUsage().rss, process.cpuUsage(), tf.memory()];
  let result = "used";
  let message: string | undefined;
  try {
    await use(files);
  } catch (error) {
    const { name, message: text } = error as Error;
    const isHouses =
      error instanceof PretrainedError ||
      error instanceof NonFiniteError ||
      (!(error instanceof ForeignError) && isOurs(text));
    [result, message] = [isHouses ? "refused" : "foreign", `${name}: ${text.slice(0, 300)}`];
  }
  if (tf.memory().numTensors !== numTensors) [result, message] = ["foreign", `tensors left: ${message}`];
  if (at % 20 === 0 && (await goodAnswer()) !== expected)
    [result, message] = ["foreign", `another model changed: ${message}`];
  const { user, system } = process.cpuUsage(start);
  const grown = 1024 * process.resourceUsage().maxRSS - before;
  say({ seed: at, kind, result, seconds: (user + system) / 1e6, grown, ...(message !== undefined && { message }) });
}
process.exit(0);
