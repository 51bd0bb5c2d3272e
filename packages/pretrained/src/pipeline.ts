import type { Sound } from "@qkv/audio";
import { checkRecord, describeArgument } from "@qkv/ops";
import type { Pixels } from "@qkv/vit";
import type { ModelFiles } from "./files/modelFiles.ts";
import { PretrainedError } from "./files/pretrainedError.ts";
import type { OpenOptions } from "./loading/openPretrained.ts";
import type { Pretrained } from "./loading/pretrained.ts";
import type { PretrainedModel } from "./registry/families.ts";
import type { DepthEstimator, DepthMap, DepthOptions } from "./tasks/depthEstimation/depthEstimator.ts";
import type { Embedder, EmbedOptions } from "./tasks/embedding/embedder.ts";
import type { Classifier, ClassifyOptions } from "./tasks/imageClassification/classifier.ts";
import type { EmbedImageOptions, ImageEmbedder } from "./tasks/imageEmbedding/imageEmbedder.ts";
import type { LabelScore } from "./tasks/labelScores.ts";
import type { FilledMask, FillOptions, MaskFiller } from "./tasks/maskFilling/maskFiller.ts";
import type { DetectedObject, Detector, DetectOptions } from "./tasks/objectDetection/detector.ts";
import type { Answer, AnswerOptions, QuestionAnswerer } from "./tasks/questionAnswering/questionAnswerer.ts";
import type { RankedDocument, RankOptions, Reranker } from "./tasks/reranking/reranker.ts";
import type { Summarizer } from "./tasks/summarization/createSummarizer.ts";
import type { TextPair } from "./tasks/text/encodeTexts.ts";
import type { ClassifyTextOptions, TextClassifier } from "./tasks/textClassification/textClassifier.ts";
import type { ChatMessage } from "./tasks/textGeneration/chatMessage.ts";
import type { Prompt } from "./tasks/textGeneration/encodedPrompt.ts";
import type { GeneratedText } from "./tasks/textGeneration/generatedText.ts";
import type { GenerateTextOptions } from "./tasks/textGeneration/generateOptions.ts";
import type { TextGenerator } from "./tasks/textGeneration/textGenerator.ts";
import type { TextEntity } from "./tasks/tokenClassification/entities.ts";
import type { TagOptions, TokenClassifier } from "./tasks/tokenClassification/tokenClassifier.ts";
import type { TranscribeOptions, Transcriber, Transcript } from "./tasks/transcription/transcriber.ts";
import type {
  PairTranslators,
  TranslatePairOptions,
  TranslationLanguages,
} from "./tasks/translation/pairTranslators.ts";
import type { Translation } from "./tasks/translation/translator.ts";
import type { ZeroShotClassifier, ZeroShotOptions } from "./tasks/zeroShotClassification/zeroShotClassifier.ts";
import type {
  ZeroShotImageClassifier,
  ZeroShotImageOptions,
} from "./tasks/zeroShotImageClassification/zeroShotImageClassifier.ts";

/** What each task of {@link pipeline} is, by its name in Hugging Face's libraries. */
export interface PipelineTasks {
  /** What is said in a sound. */
  readonly "automatic-speech-recognition": PipelineCall<
    Transcriber,
    (sound: Sound, options?: TranscribeOptions) => Promise<Transcript>
  >;
  /** The depth of each pixel of images. */
  readonly "depth-estimation": PipelineCall<DepthEstimator, OneOrMany<Pixels, DepthMap, DepthOptions>>;
  /** A vector for each text, pooled as the model's files say. */
  readonly "feature-extraction": PipelineCall<Embedder, OneOrMany<string, Float32Array, EmbedOptions>>;
  /** Tokens for masks. */
  readonly "fill-mask": PipelineCall<MaskFiller, OneOrMany<string, FilledMask[][], FillOptions>>;
  /** Classes of images. */
  readonly "image-classification": PipelineCall<Classifier, OneOrMany<Pixels, LabelScore[], ClassifyOptions>>;
  /** A vector for each image. */
  readonly "image-feature-extraction": PipelineCall<ImageEmbedder, OneOrMany<Pixels, Float32Array, EmbedImageOptions>>;
  /** Objects in images, with their boxes. */
  readonly "object-detection": PipelineCall<Detector, OneOrMany<Pixels, DetectedObject[], DetectOptions>>;
  /** Answers that stand in a text. */
  readonly "question-answering": PipelineCall<
    QuestionAnswerer,
    (question: string, context: string, options?: AnswerOptions) => Promise<Answer[]>
  >;
  /** The same as `text-classification`. */
  readonly "sentiment-analysis": PipelineCall<
    TextClassifier,
    OneOrMany<string | TextPair, LabelScore[], ClassifyTextOptions>
  >;
  /** Summaries of texts. */
  readonly summarization: PipelineCall<Summarizer, OneOrMany<string, GeneratedText, GenerateTextOptions>>;
  /** Classes of texts, or of pairs of texts. */
  readonly "text-classification": PipelineCall<
    TextClassifier,
    OneOrMany<string | TextPair, LabelScore[], ClassifyTextOptions>
  >;
  /** What a model goes on with, or answers. */
  readonly "text-generation": PipelineCall<TextGenerator, OneOrMany<Prompt, GeneratedText, GenerateTextOptions>>;
  /** Documents by how well they answer a query. */
  readonly "text-ranking": PipelineCall<
    Reranker,
    (query: string, documents: readonly string[], options?: RankOptions) => Promise<RankedDocument[]>
  >;
  /** Named entities and their like. */
  readonly "token-classification": PipelineCall<TokenClassifier, OneOrMany<string, TextEntity[], TagOptions>>;
  /** Translations of texts. The name may say the languages: `translation_en_to_fr`. */
  readonly translation: PipelineCall<PairTranslators, OneOrMany<string, Translation, TranslatePairOptions>>;
  /** Classes by labels of one's own. */
  readonly "zero-shot-classification": PipelineCall<
    ZeroShotClassifier,
    (text: string, labels: readonly string[], options?: ZeroShotOptions) => Promise<LabelScore[]>
  >;
  /** Images by labels of one's own. */
  readonly "zero-shot-image-classification": PipelineCall<
    ZeroShotImageClassifier,
    (image: Pixels, labels: readonly string[], options?: ZeroShotImageOptions) => Promise<LabelScore[]>
  >;
}

/** A task that is called as a function. */
export type PipelineCall<Kind, Call> = Call & {
  /** The task as `create...` makes it, with all that it can do. */
  readonly task: Kind;
  readonly model: PretrainedModel;
  /** Disposes of the model. */
  dispose(): void;
};

/** One input gives one result, an array of them an array. */
export interface OneOrMany<Input, Output, Options> {
  (input: Input, options?: Options): Promise<Output>;
  (inputs: readonly Input[], options?: Options): Promise<Output[]>;
}

/** The name of a task of {@link pipeline}. */
export type PipelineTask = keyof PipelineTasks | `translation_${string}_to_${string}`;

/** What {@link pipeline} gives for the name of a task. */
export type PipelineOf<Name extends PipelineTask> = Name extends keyof PipelineTasks
  ? PipelineTasks[Name]
  : PipelineTasks["translation"];

/** Options of {@link pipeline}: those of opening the model, and of `translation` its languages. */
export interface PipelineOptions extends OpenOptions, TranslationLanguages {}

interface Made {
  readonly task: object;
  readonly call: (...given: never[]) => Promise<unknown>;
}

/** Each task's own code is loaded when it is asked for. */
const MAKERS: {
  readonly [Name in keyof PipelineTasks]: (pretrained: Pretrained, languages: TranslationLanguages) => Promise<Made>;
} = {
  "automatic-speech-recognition": async (pretrained) => {
    const { createTranscriber } = await import("./tasks/transcription/createTranscriber.ts");
    const task = createTranscriber(pretrained);
    return { task, call: task.transcribe.bind(task) };
  },
  "depth-estimation": async (pretrained) => {
    const { createDepthEstimator } = await import("./tasks/depthEstimation/createDepthEstimator.ts");
    const task = createDepthEstimator(pretrained);
    return { task, call: each(task, task.estimate, task.estimateBatch) };
  },
  "feature-extraction": async (pretrained) => {
    const { createEmbedder } = await import("./tasks/embedding/createEmbedder.ts");
    const task = createEmbedder(pretrained);
    return { task, call: each(task, task.embed, task.embedBatch) };
  },
  "fill-mask": async (pretrained) => {
    const { createMaskFiller } = await import("./tasks/maskFilling/createMaskFiller.ts");
    const task = createMaskFiller(pretrained);
    return { task, call: each(task, task.fill, task.fillBatch) };
  },
  "image-classification": async (pretrained) => {
    const { createClassifier } = await import("./tasks/imageClassification/createClassifier.ts");
    const task = createClassifier(pretrained);
    return { task, call: each(task, task.classify, task.classifyBatch) };
  },
  "image-feature-extraction": async (pretrained) => {
    const { createImageEmbedder } = await import("./tasks/imageEmbedding/createImageEmbedder.ts");
    const task = createImageEmbedder(pretrained);
    return { task, call: each(task, task.embed, task.embedBatch) };
  },
  "object-detection": async (pretrained) => {
    const { createDetector } = await import("./tasks/objectDetection/createDetector.ts");
    const task = createDetector(pretrained);
    return { task, call: each(task, task.detect, task.detectBatch) };
  },
  "question-answering": async (pretrained) => {
    const { createQuestionAnswerer } = await import("./tasks/questionAnswering/createQuestionAnswerer.ts");
    const task = createQuestionAnswerer(pretrained);
    return { task, call: task.answer.bind(task) };
  },
  "sentiment-analysis": (...given) => MAKERS["text-classification"](...given),
  summarization: async (pretrained) => {
    const { createSummarizer } = await import("./tasks/summarization/createSummarizer.ts");
    const task = createSummarizer(pretrained);
    const all = async (texts: readonly string[], options?: GenerateTextOptions) => {
      const summaries: GeneratedText[] = [];
      for (const text of texts) summaries.push(await task(text, options));
      return summaries;
    };
    return { task, call: each(task, task, all) };
  },
  "text-classification": async (pretrained) => {
    const { createTextClassifier } = await import("./tasks/textClassification/createTextClassifier.ts");
    const task = createTextClassifier(pretrained);
    return { task, call: each(task, task.classify, task.classifyBatch) };
  },
  "text-generation": async (pretrained) => {
    const { createGenerator } = await import("./tasks/textGeneration/createGenerator.ts");
    const task = createGenerator(pretrained);
    const isOne = (given: unknown) =>
      typeof given === "string" || (given as readonly ChatMessage[])[0]?.role !== undefined;
    const call = (given: Prompt | readonly Prompt[], options?: GenerateTextOptions) =>
      isOne(given) ? task.generate(given as Prompt, options) : task.generateBatch(given as readonly Prompt[], options);
    return { task, call };
  },
  "text-ranking": async (pretrained) => {
    const { createReranker } = await import("./tasks/reranking/createReranker.ts");
    const task = createReranker(pretrained);
    return { task, call: task.rank.bind(task) };
  },
  "token-classification": async (pretrained) => {
    const { createTokenClassifier } = await import("./tasks/tokenClassification/createTokenClassifier.ts");
    const task = createTokenClassifier(pretrained);
    return { task, call: each(task, task.tag, task.tagBatch) };
  },
  translation: async (pretrained, languages) => {
    const { PairTranslators } = await import("./tasks/translation/pairTranslators.ts");
    const task = new PairTranslators(pretrained, languages);
    return { task, call: each(task, task.translate, task.translateBatch) };
  },
  "zero-shot-classification": async (pretrained) => {
    const { createZeroShotClassifier } = await import("./tasks/zeroShotClassification/createZeroShotClassifier.ts");
    const task = createZeroShotClassifier(pretrained);
    return { task, call: task.classify.bind(task) };
  },
  "zero-shot-image-classification": async (pretrained) => {
    const { createZeroShotImageClassifier } =
      await import("./tasks/zeroShotImageClassification/createZeroShotImageClassifier.ts");
    const task = createZeroShotImageClassifier(pretrained);
    return { task, call: task.classify.bind(task) };
  },
};

/** Calls `one` with one input, and `many` with an array. */
function each<Kind extends object, Input, Output, Options>(
  task: Kind,
  one: (input: Input, options?: Options) => Promise<Output>,
  many: (inputs: readonly Input[], options?: Options) => Promise<Output[]>,
): (input: Input | readonly Input[], options?: Options) => Promise<Output | Output[]> {
  return (input, ...options) =>
    Array.isArray(input) ? many.call(task, input as Input[], ...options) : one.call(task, input as Input, ...options);
}

/**
 * Opens a model for a task of Hugging Face's libraries, as their `pipeline` does: what it gives is called with one input or
 * with an array of them.
 *
 * ```ts
 * const classify = await pipeline("sentiment-analysis", "owner/name");
 * const [best] = await classify("I love it.");
 * classify.dispose();
 *
 * const translate = await pipeline("translation", "owner/name", { srcLang: "en", tgtLang: "fr" });
 * const { translation } = await translate("I love it.", { tgtLang: "de" });
 * ```
 *
 * @param name the task; `translation_en_to_fr` says the languages as well, unless `options` name others
 * @param source a model's files, its id on a hub or an https address, as `loadPretrained` takes
 * @throws PretrainedError for a task that is not known, or a model that is not of its kind
 */
export async function pipeline<Name extends PipelineTask>(
  name: Name,
  source: ModelFiles | string,
  options: PipelineOptions = {},
): Promise<PipelineOf<Name>> {
  checkRecord("pipeline", "options", options);
  const [task, named] = taskOf(name);
  const { srcLang = named.srcLang, tgtLang = named.tgtLang, ...open } = options;
  if (task !== "translation" && (srcLang ?? tgtLang) !== undefined) {
    throw new RangeError(`pipeline: expected no srcLang and no tgtLang for ${task}, got some`);
  }
  const { loadPretrained } = await import("./loading/loadPretrained.ts");
  const pretrained = await loadPretrained(source, open);
  const { model } = pretrained;
  try {
    const { task: made, call } = await MAKERS[task](pretrained, { srcLang, tgtLang });
    const own = { task: made, model, dispose: () => model.dispose() };
    return Object.assign(call, own) as unknown as PipelineOf<Name>;
  } catch (error) {
    model.dispose();
    throw error;
  }
}

/** The task of a name, and the languages that the name says. @throws PretrainedError for a task that is not known */
function taskOf(name: PipelineTask): readonly [keyof PipelineTasks, TranslationLanguages] {
  const [, srcLang, tgtLang] = (typeof name === "string" && /^translation_(.+?)_to_(.+)$/.exec(name)) || [];
  if (srcLang !== undefined) return ["translation", { srcLang, tgtLang }];
  if (Object.hasOwn(MAKERS, name)) return [name as keyof PipelineTasks, {}];
  const known = Object.keys(MAKERS).join(", ");
  throw new PretrainedError(`pipeline: expected a task of ${known}, got ${describeArgument(name)}`);
}
