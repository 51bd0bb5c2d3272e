// All tensor work of the page, so that the page never waits for it.
import { hostApi, type LoadModel, ModelHost, serveWorker } from "@qkv/app-shell/worker";
import {
  createLoader,
  createTranslator,
  directionOf,
  type PretrainedOf,
  readableTokens,
  sentenceAttention,
  type SentenceAttention,
  type SentenceTranslation,
  type TokenSequence,
  type TranslatedSentence,
  Translator,
} from "@qkv/pretrained";
import { ablate, type Ablation, marian } from "@qkv/transformer";
import { type SearchSettings, searchSettings } from "./searchSettings.ts";

/** What the page is sent while a text is translated: how many sentences there are, how the next ones begin, one that is done. */
export type News =
  { readonly total: number } | { readonly partial: string } | { readonly sentence: TranslatedSentence };

/** The attention in a translation. */
export interface Inspection {
  readonly attention: SentenceAttention;
  /** What the model makes of the sentence as it is asked for: without some heads or tokens. */
  readonly translation: SentenceTranslation;
}

interface OpenModel {
  readonly pretrained: PretrainedOf<typeof marian>;
  readonly translator: Translator;
  dispose(): void;
}

const loadPretrained = createLoader([marian]); // the page ships no other family

const load: LoadModel<OpenModel> = async (files, { signal }) => {
  const pretrained = await loadPretrained(files, { signal });
  const dispose = () => pretrained.model.dispose();
  try {
    const locale = directionOf(files.name)?.from;
    return { pretrained, translator: createTranslator(pretrained, locale === undefined ? {} : { locale }), dispose };
  } catch (error) {
    dispose();
    throw error;
  }
};

const host = new ModelHost(load);

const ALTERNATIVES = 3;

const api = {
  ...hostApi(host),
  /** How the open model's folder wants to be searched. */
  search: () => host.run(({ translator }) => Promise.resolve(searchSettings(translator))),

  /** Translates a text from sentence `skip` on. How many milliseconds it took; all news has arrived by then. */
  translate: (
    text: string,
    settings: SearchSettings & { readonly skip: number },
    onNews: (news: News) => void | Promise<void>,
  ) => {
    let { skip } = settings; // grows: what the page has is not translated again after a loss of the GPU
    return host.run(async ({ translator }, signal) => {
      const start = performance.now();
      const onTotal = (total: number) => void onNews({ total });
      const onPartial = (partial: string) => void onNews({ partial });
      const options = { ...settings, skip, numReturnSequences: ALTERNATIVES, signal, onTotal, onPartial };
      for await (const sentence of translator.sentences(text, options)) {
        await onNews({ sentence });
        skip++;
      }
      return performance.now() - start;
    });
  },

  /** Reads a sentence once more, without what `ablation` takes away, and translates it so. */
  inspect: (source: TokenSequence, settings: SearchSettings, ablation: Ablation) =>
    host.run(async ({ pretrained, translator }, signal): Promise<Inspection> => {
      const { model, tokenizer } = pretrained;
      if (tokenizer === undefined) throw new Error("expected a tokenizer, got none");
      const { sides } = tokenizer;
      const without = new Translator(ablate(model, ablation), translator.tokenizer, translator.options);
      const [translation] = await without.translateTokens(source, { ...settings, signal });
      if (translation === undefined) throw new RangeError("expected a translation, got none");
      const start = sides.target.idToToken(model.generation.decoderStartTokenId) ?? "<s>";
      const attention = await sentenceAttention({ model, source, target: translation }, { ...ablation, start });
      const shown = readableTokens(sides.target, translation);
      return {
        attention: {
          ...attention,
          ...{ source: readableTokens(sides.source, source), target: shown, read: [start, ...shown.slice(0, -1)] },
        },
        translation,
      };
    }),
};

/** What the page may ask for. */
export type WorkerApi = typeof api;

serveWorker(api);
