import { checkRecord } from "../checks/argumentChecks.ts";
import { checkMaxSteps } from "../checks/budget.ts";
import { TokenizerError } from "../checks/tokenizerError.ts";
import { Json, parseJson } from "../json/configValue.ts";
import { createModel } from "../models/createModel.ts";
import { Vocabulary } from "../models/vocabulary.ts";
import { templateProcessing } from "../postProcessors/template.ts";
import { bpe, precompiled, regex, unigram } from "../tokenizer/allComponents.ts";
import { pipelineAround, type TokenizerOptions } from "../tokenizer/createTokenizer.ts";
import { Tokenizer } from "../tokenizer/tokenizer.ts";
import { addedTokens, idIn, Renumbered, STRIPPED } from "./fromMarian.ts";
import { sentencePieceConfig } from "./fromSentencePiece.ts";
import { parseSentencePiece } from "./sentencePieceModel.ts";

/** The files of an M2M100 model. */
export interface M2m100Files {
  /** `sentencepiece.bpe.model` */
  readonly spm: Uint8Array;
  /** `vocab.json`, as text or parsed. */
  readonly vocab: unknown;
  /** `tokenizer_config.json`, as text or parsed: `src_lang` and `language_codes`. Default empty. */
  readonly config?: unknown;
}

/**
 * Makes the tokenizer of an M2M100 model, with the ids of Hugging Face's M2M100Tokenizer: SentencePiece splits, `vocab.json` gives
 * the ids, and those of languages (`__en__`) follow on them. The token of `src_lang` stands before each text. No text spells a
 * language, as there; but decoding without special tokens leaves languages out, where releases since 5 keep them.
 *
 * @throws TokenizerError naming the file, and a language that is unknown
 */
export function fromM2m100(files: M2m100Files, options: Pick<TokenizerOptions, "maxSteps"> = {}): Tokenizer {
  checkRecord("fromM2m100", "files", files);
  checkRecord("fromM2m100", "options", options);
  checkMaxSteps(options.maxSteps);
  const parsed = (name: string, value: unknown) =>
    new Json(typeof value === "string" ? parseJson(value, name) : value, name);
  const own = parsed("vocab.json", files.vocab).object();
  const config = parsed("tokenizer_config.json", files.config ?? {});
  for (const [field, text] of Object.entries(SPECIAL)) {
    const given = config.at(field);
    const content = typeof given.value === "object" && !given.isAbsent ? given.at("content") : given;
    if (content.stringOr(text) !== text) throw content.expected(`${text} for M2M100Tokenizer`);
  }
  const names = config.at("language_codes").stringOr("m2m100");
  const codes = LANGUAGES[names]?.split(" ").map((code) => `__${code}__`);
  if (codes === undefined) throw config.at("language_codes").expected(Object.keys(LANGUAGES).join(" or "));
  const first = Object.keys(own).length;
  const all = { ...own, ...Object.fromEntries(codes.map((code, i) => [code, first + i])) };
  const vocabulary = Vocabulary.fromJSON(new Json(all, "vocab.json"));
  const [end, unk] = ["</s>", "<unk>"].map((token) => idIn(vocabulary, token, "vocab.json"));
  const source = `__${config.at("src_lang").stringOr("en")}__`;
  if (!codes.includes(source)) {
    throw new TokenizerError(
      `tokenizer_config.json.src_lang: expected a language of M2M100, got ${source.slice(2, -2)}`,
    );
  }
  const specialTokens = { [source]: vocabulary.idOf(source) ?? 0, "</s>": end ?? 0 };
  const json = new Json(
    {
      ...sentencePieceConfig(parseSentencePiece(files.spm)),
      added_tokens: [
        ...addedTokens(vocabulary, Object.values(SPECIAL), true),
        ...addedTokens(vocabulary, codes, true).map((token) => ({ ...token, in_text: false })),
      ],
      post_processor: templateProcessing({ single: `${source} $A </s>`, pair: `${source} $A $B </s>`, specialTokens }),
      decoder: STRIPPED,
    },
    "SentencePiece model",
  );
  const pipeline = pipelineAround(json, [bpe, unigram, precompiled, regex], (parts) => {
    return new Renumbered(createModel(json.at("model"), parts), vocabulary, unk ?? 0, false);
  });
  return new Tokenizer({ ...pipeline, maxSteps: options.maxSteps });
}

const SPECIAL: Readonly<Record<string, string>> = {
  bos_token: "<s>",
  pad_token: "<pad>",
  eos_token: "</s>",
  unk_token: "<unk>",
};

/** Languages by `language_codes`, in the order of their ids. */
const LANGUAGES: Readonly<Record<string, string>> = {
  m2m100:
    "af am ar ast az ba be bg bn br bs ca ceb cs cy da de el en es et fa ff fi fr fy ga gd gl gu ha he hi hr ht hu " +
    "hy id ig ilo is it ja jv ka kk km kn ko lb lg ln lo lt lv mg mk ml mn mr ms my ne nl no ns oc or pa pl ps pt " +
    "ro ru sd si sk sl so sq sr ss su sv sw ta th tl tn tr uk ur uz vi wo xh yi yo zh zu",
  wmt21: "en ha is ja cs ru zh de",
};
