import {
  createTranslator,
  loadPretrained,
  type ModelFiles,
  type Pretrained,
  type Translation,
  translationAttention,
  type Translator,
} from "@qkv/pretrained";
import { heatMap } from "@qkv/visualize";

/** The translator of a model, and a way to let go of its model. */
export interface OpenTranslator {
  readonly translator: Translator;
  /** Where the target tokens of a translation looked, as a picture. */
  attentionPicture(translation: Translation): Promise<string>;
  dispose(): void;
}

/** @param locale the language to translate from, for where its sentences end */
export async function openTranslator(files: ModelFiles, locale: string, signal: AbortSignal): Promise<OpenTranslator> {
  const pretrained = await loadPretrained(files, { modelTypes: ["marian"], signal });
  const dispose = () => pretrained.model.dispose();
  try {
    return {
      translator: createTranslator(pretrained, { locale }),
      attentionPicture: ({ tokens }) => attentionPicture(pretrained, tokens),
      dispose,
    };
  } catch (error) {
    dispose();
    throw error;
  }
}

async function attentionPicture(
  { model, tokenizer }: Pretrained<"marian">,
  tokens: Translation["tokens"],
): Promise<string> {
  if (tokenizer === undefined) throw new RangeError("attentionPicture: expected a model with a tokenizer, got none");
  const { source, target, values } = await translationAttention({ model, tokenizer, tokens });
  const shown = (token: string) => tokenizer.decode([tokenizer.tokenToId(token) ?? 0], { skipSpecialTokens: false });
  return heatMap({
    rows: target.map(shown),
    columns: source.map(shown),
    values,
    title: "cross-attention, mean over layers and heads",
  });
}
