import type { StoredType } from "../files/storedArray.ts";
import type { SpectrogramConfig, WaveformConfig } from "@qkv/audio";
import type { Tokenizer } from "@qkv/tokenizers";
import type { ModelOf, ModelTask, Scoring } from "@qkv/transformer";
import type { ImageProcessorConfig } from "@qkv/vit";
import type { BuiltInFamily } from "../registry/families.ts";
import type { AnyFamily } from "../registry/findFamily.ts";
import type { SentenceModules } from "../sentenceModules/sentenceModules.ts";
import type { CaptionPadding } from "./captionPadding.ts";
import type { CtcVocabulary } from "./ctcVocabulary.ts";
import type { ChatTemplate } from "./chatTemplate.ts";
import type { Direction } from "./direction.ts";

/** A model of one family with its tokenizer, configuration and metadata. */
export interface PretrainedOf<F extends AnyFamily> {
  /** The source of the model, for messages. */
  readonly name: string;
  readonly modelType: F["modelTypes"][number];
  /** The class of Hugging Face transformers that the folder was made for. */
  readonly architecture: string;
  readonly task: ModelTask;
  readonly config: ModelOf<F>["config"];
  readonly model: ModelOf<F>;
  /** Absent if the folder has none in any format of `openTokenizer` of `@qkv/tokenizers`. */
  readonly tokenizer?: Tokenizer;
  /** The languages that it translates between; absent where neither `tokenizer_config.json` nor its name gives them. */
  readonly direction?: Direction;
  /** The template of its conversations, of a decoder-only model; absent if the folder has none. */
  readonly chatTemplate?: ChatTemplate;
  /** The longest text that its tokenizer is for, in tokens, of a model that reads whole texts; absent if the folder does not say. */
  readonly maxTokens?: number;
  /** How it makes one vector of a text, of a text encoder; absent if the folder has no `modules.json` of Sentence Transformers. */
  readonly sentenceModules?: SentenceModules;
  /** How the number of a cross-encoder becomes a score, where its `config.json` says it (Sentence Transformers). */
  readonly pairScoring?: Scoring;
  /** How texts are padded, of a model that compares them with images and reads all at one length (SigLIP). */
  readonly captionPadding?: CaptionPadding;
  /** What a spectrogram is like, of a model that hears; absent if the folder has no `preprocessor_config.json`. */
  readonly spectrogram?: SpectrogramConfig;
  /** What samples are like, of a model that reads them as they are; absent if the folder has no `preprocessor_config.json`. */
  readonly waveform?: WaveformConfig;
  /** The characters of a model of connectionist temporal classification, which has no `tokenizer`; absent without `vocab.json`. */
  readonly ctcVocabulary?: CtcVocabulary;
  /** Settings of the image processor; absent if the folder has no `preprocessor_config.json`. */
  readonly imageProcessor?: ImageProcessorConfig;
  /** `generation_config.json` unchanged, in Hugging Face's names; if there is none, the same fields of `config.json`. */
  readonly generationConfig: Readonly<Record<string, unknown>>;
  /** What `config.json` has under `task_specific_params`, by task; absent if it has none. */
  readonly taskParams?: Readonly<Record<string, Readonly<Record<string, unknown>> | undefined>>;
  /** The number of arrays that the files store in each dtype. */
  readonly dtypes: ReadonlyMap<StoredType, number>;
}

/**
 * An opened model with its tokenizer, configuration and metadata, by `modelType`. The caller owns the model and
 * disposes of it.
 */
export type Pretrained<F extends AnyFamily = BuiltInFamily> = F extends AnyFamily ? PretrainedOf<F> : never;
