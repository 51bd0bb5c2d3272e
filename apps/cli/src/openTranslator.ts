import {
  createTranslator,
  expectLanguage,
  languageCode,
  loadPretrained,
  type ModelFiles,
  type Pretrained,
  readableTokens,
  type Translation,
  translationAttention,
  type Translator,
} from "@qkv/pretrained";
import { heatMap } from "@qkv/visualize";
import { SEQ2SEQ_FAMILIES, type Seq2SeqLanguageModel } from "@qkv/transformer";
import { note } from "./note.ts";
import { MOST_BEAMS } from "./numberOption.ts";
import { DEFAULT_BEAMS } from "./translationChoice.ts";
import { tokenizerOptions } from "./tokenizerOptions.ts";
import { UsageError } from "./usageError.ts";

type OpenedTranslator = Pretrained<(typeof SEQ2SEQ_FAMILIES)[number]>;

/** The translator of a model, and a way to let go of its model. */
export interface OpenTranslator {
  readonly translator: Translator;
  /** How many beams to keep: as asked for, else as the model's folder says, else {@link DEFAULT_BEAMS}. */
  readonly beams: number;
  /** Where the target tokens of a translation looked, as a picture. */
  attentionPicture(translation: Translation): Promise<string>;
  dispose(): void;
}

/** Between which languages to translate, and how to search. */
export interface TranslationSettings {
  /** For where sentences end, and of models of many languages. Default: as the model tells, else English. */
  readonly from?: string | undefined;
  /** The language that a multilingual model is asked for; others know one, and take no other. */
  readonly to?: string | undefined;
  readonly beams?: number | undefined;
}

/**
 * Opens a model that translates.
 *
 * @throws UsageError if it does not translate between these languages, or its folder asks for too many beams
 */
export async function openTranslator(
  files: ModelFiles,
  { from, to, beams }: TranslationSettings,
  signal: AbortSignal,
): Promise<OpenTranslator> {
  const pretrained = await loadPretrained(files, { families: SEQ2SEQ_FAMILIES, signal, ...tokenizerOptions() });
  const dispose = () => pretrained.model.dispose();
  try {
    const translator = translatorOf(pretrained, from, to);
    return {
      translator,
      beams: beams ?? beamsOf(pretrained.name, translator),
      attentionPicture: ({ sentences }) => attentionPicture(pretrained, sentences),
      dispose,
    };
  } catch (error) {
    dispose();
    throw error;
  }
}

function translatorOf(pretrained: OpenedTranslator, from: string | undefined, to: string | undefined): Translator {
  const { direction, modelType } = pretrained;
  if (modelType !== "marian") {
    const pair = { ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
    return asOption("--from, --to", () => createTranslator(pretrained, pair));
  }
  if (from !== undefined && direction !== undefined) {
    asOption("--from", () => expectLanguage("translates from", from, direction.from));
  }
  const locale = from ?? direction?.from ?? "en";
  const translator = createTranslator(pretrained, { locale });
  const { languageCodes = [] } = translator.tokenizer;
  if (to === undefined) {
    if (languageCodes.length > 0) {
      note(
        `The model translates to ${languageCodes.length} languages: choose one with --to, or begin a line with ${languageCodes[0]}`,
      );
    }
    return translator;
  }
  if (languageCodes.length > 0) {
    const code = asOption("--to", () => languageCode(to, languageCodes));
    return createTranslator(pretrained, { locale, languageCode: code });
  }
  if (direction === undefined)
    note("The model translates to one language and does not tell which: --to changes nothing");
  else asOption("--to", () => expectLanguage("translates to", to, direction.to));
  return translator;
}

/** What `work` gives; its failure as one of an option. */
function asOption<T>(option: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new UsageError(`${option}: ${(error as Error).message}`);
  }
}

function beamsOf(name: string, { options: { generation } }: Translator): number {
  const { numBeams = DEFAULT_BEAMS } = generation ?? {};
  if (numBeams <= MOST_BEAMS) return numBeams;
  throw new UsageError(
    `${name}/generation_config.json: num_beams: expected at most ${MOST_BEAMS}, got ${numBeams}; --beams asks for fewer`,
  );
}

async function attentionPicture(
  { model: opened, tokenizer }: OpenedTranslator,
  sentences: Translation["sentences"],
): Promise<string> {
  if (tokenizer === undefined) throw new RangeError("attentionPicture: expected a model with a tokenizer, got none");
  const { sides } = tokenizer;
  const model = opened as Seq2SeqLanguageModel; // translators are
  const { values } = await translationAttention({ model, sentences });
  return heatMap({
    rows: sentences.flatMap(({ target }) => readableTokens(sides.target, target)),
    columns: sentences.flatMap(({ source }) => readableTokens(sides.source, source)),
    values,
    title: "cross-attention, mean over layers and heads",
  });
}
