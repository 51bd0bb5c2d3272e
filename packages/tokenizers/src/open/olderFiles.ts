import { CLASS_PIPELINES } from "./classPipelines.ts";
import { configuredTokenizer } from "./configuredTokenizer.ts";
import type { TokenizerOptions } from "../tokenizer/createTokenizer.ts";
import type { Tokenizer } from "../tokenizer/index.ts";
import { mergeLines } from "../formats/fromVocabAndMerges.ts";
import { vocabularyOfLines } from "../formats/fromVocabTxt.ts";
import { Json, parseJson, quoted } from "../json/configValue.ts";
import { parseSentencePiece, type SentencePieceModel } from "../formats/sentencePieceModel.ts";
import { NONE, SENTENCEPIECE_CLASSES } from "./sentencePieceClasses.ts";
import { plainSpecial, type SideFiles, type TokenFlags } from "./sideFiles.ts";
import { BACKEND } from "./tokenizerClass.ts";
import { TokenizerError } from "../checks/tokenizerError.ts";
import { withDefaults } from "./tokensBeside.ts";

/** Whether no file names a class. */
export function isBare({ tokenizerClass, model }: SideFiles): boolean {
  return tokenizerClass === undefined && model.at("model_type").isAbsent;
}

/** Makes the tokenizer of `vocab.json`, `merges.txt` and the files beside them. */
export function olderBpe(vocab: string, merges: string, side: SideFiles, options: TokenizerOptions): Tokenizer {
  const tokens = new Json(parseJson(vocab, "vocab.json"), "vocab.json").object();
  const isRoberta = Object.hasOwn(tokens, "<s>") && Object.hasOwn(tokens, "</s>");
  const of = withClass(side, "BPE", isRoberta ? "RobertaTokenizer" : "GPT2Tokenizer");
  return build({ model: { type: "BPE", vocab: tokens, merges: mergeLines(merges) } }, of, options);
}

/** Makes the tokenizer of `vocab.txt` and the files beside it. */
export function olderWordPiece(words: string, side: SideFiles, options: TokenizerOptions): Tokenizer {
  const vocab = Object.fromEntries(vocabularyOfLines(words));
  if (Object.keys(vocab).length === 0) throw new TokenizerError("vocab.txt: expected tokens, got none");
  return build({ model: { type: "WordPiece", vocab } }, withClass(side, "WordPiece", "BertTokenizer"), options);
}

/**
 * Makes the tokenizer of a SentencePiece file and the files beside it, of their class or of the one without a pipeline.
 *
 * @throws TokenizerError if the class reads no such file
 */
export function olderSentencePiece(
  file: string,
  bytes: Uint8Array,
  given: SideFiles,
  options: TokenizerOptions,
): Tokenizer {
  const name = hasNoClass(given) ? BACKEND : (given.tokenizerClass ?? BACKEND);
  const side = { ...given, tokenizerClass: name };
  if (name !== BACKEND) withClass(side, "", "", Object.keys(SENTENCEPIECE_CLASSES));
  const own = SENTENCEPIECE_CLASSES[name]?.file ?? file;
  if (own !== file) throw new TokenizerError(`expected ${own} for ${name}, got ${file}`);
  const spm = parseSentencePiece(bytes);
  const type = CLASS_PIPELINES[name]?.model ?? "BPE";
  if ((spm.algorithm === "bpe") !== (type === "BPE")) {
    throw new TokenizerError(`expected ${type} pieces for ${name}, got ${type === "BPE" ? "Unigram" : "BPE"} ones`);
  }
  const additional = addedPieces(spm);
  const model = name === BACKEND ? bpeOf(spm.pieces.map(({ text }) => text)) : classModel(spm, side, type);
  if (name !== BACKEND) return build({ normalizer: charsMapOf(spm)[0], model }, { ...side, additional }, options);
  const special = { bos_token: "<s>", eos_token: "</s>", unk_token: "<unk>" };
  return build(withoutClass(spm, model), { ...side, additional, named: withDefaults(special, side.named) }, options);
}

/** Whether transformers finds no class: Llama's model type implies none. */
function hasNoClass({ tokenizerClass, model }: SideFiles): boolean {
  const type = model.at("model_type");
  return tokenizerClass === undefined && (type.isAbsent || type.value === "llama");
}

/** The model that a class makes of the pieces. */
function classModel({ pieces }: SentencePieceModel, { tokenizerClass = "", config, named }: SideFiles, type: string) {
  const scored = pieces.map(({ text, score }) => [text, score] as const);
  const textOf = (field: string, otherwise: string): string =>
    (named.has(field) ? named.get(field)?.content : config.at(field).stringOr(otherwise)) ?? NONE;
  const vocab = SENTENCEPIECE_CLASSES[tokenizerClass]?.vocabulary?.(scored, textOf, config) ?? scored;
  if (type === "Unigram") return { type, vocab };
  const { merges } = bpeOf(pieces.map(({ text }) => text));
  return { type, vocab: Object.fromEntries(vocab.map(([text], id) => [text, id])), merges };
}

/** transformers' pipeline for a SentencePiece file without a class. */
function withoutClass(spm: SentencePieceModel, model: object): object {
  const { byteFallback, pieces } = spm;
  const unk = pieces.find(({ type }) => type === "unknown")?.text ?? null;
  return {
    normalizer: {
      type: "Sequence",
      normalizers: [...charsMapOf(spm), { type: "Replace", pattern: { String: " " }, content: "▁" }],
    },
    decoder: {
      type: "Sequence",
      decoders: [
        { type: "Replace", pattern: { String: "▁" }, content: " " },
        ...(byteFallback ? [{ type: "ByteFallback" }, { type: "Fuse" }] : []),
      ],
    },
    model: { ...model, unk_token: unk, fuse_unk: true, byte_fallback: byteFallback },
  };
}

/** SentencePiece's normalizer, if the file has a map of characters. */
function charsMapOf({ charsMap }: SentencePieceModel): object[] {
  if (charsMap.length === 0) return [];
  return [{ type: "Precompiled", precompiled_charsmap: btoa(Array.from(charsMap, (byte) => String.fromCharCode(byte)).join("")) }]; // prettier-ignore
}

/** A BPE vocabulary with its merges: every pair of tokens that makes a third, in the order of the third's ids. */
function bpeOf(tokens: readonly string[]) {
  const vocab = Object.fromEntries(tokens.map((token, id) => [token, id]));
  const merges = Object.keys(vocab)
    .sort((a, b) => (vocab[a] ?? 0) - (vocab[b] ?? 0))
    .flatMap((token) => {
      const found: [string, string][] = [];
      for (let i = 1; i < token.length; i++) {
        const [left, right] = [token.slice(0, i), token.slice(i)];
        if (Object.hasOwn(vocab, left) && Object.hasOwn(vocab, right)) found.push([left, right]);
      }
      return found;
    });
  return { type: "BPE", vocab, merges };
}

/** Pieces that are added tokens. */
function addedPieces({ pieces }: SentencePieceModel): TokenFlags[] {
  return pieces.flatMap(({ text, type }) =>
    type === "control" || type === "user"
      ? [{ ...plainSpecial(text), special: type === "control", isText: false }]
      : [],
  );
}

function build(fields: object, side: SideFiles, options: TokenizerOptions): Tokenizer {
  return configuredTokenizer(new Json(fields, "tokenizer"), side, false, options);
}

/** The class of the files, or `bare` if no file names one. @throws TokenizerError if it is none for such a vocabulary */
function withClass(side: SideFiles, model: string, bare: string, classes = classesOf(model)): SideFiles {
  if (isBare(side)) return { ...side, tokenizerClass: bare };
  const { tokenizerClass: name = "" } = side;
  if (classes.includes(name)) return side;
  const field = [side.config.at("tokenizer_class"), side.model.at("tokenizer_class"), side.model.at("model_type")].find((json) => !json.isAbsent); // prettier-ignore
  const got = typeof field?.value === "string" ? quoted(field.value) : "nothing";
  throw new TokenizerError(
    `${field?.path ?? "config.json.model_type"}: expected a tokenizer of class ${classes.join(" or ")} for these files, ` +
      `got ${got} (a tokenizer.json would say what it does)`,
  );
}

function classesOf(model: string): string[] {
  const fits = (name: string) =>
    CLASS_PIPELINES[name]?.model === model && CLASS_PIPELINES[name]?.isOfWholeFiles !== true;
  return Object.keys(CLASS_PIPELINES).filter((name) => fits(name) && !Object.hasOwn(SENTENCEPIECE_CLASSES, name));
}
