import type { Json } from "../json/configValue.ts";
import type { NormalizerConfig } from "../normalizers/createNormalizer.ts";
import type { PostProcessorConfig } from "../postProcessors/createPostProcessor.ts";
import { templateProcessing } from "../postProcessors/template.ts";
import { LANGUAGE_CLASSES, maskFlags } from "./languageClasses.ts";
import {
  byteLevel,
  BYTE_LEVEL_BPE,
  byteLevelPipeline,
  type ClassPipeline,
  metaspacePipeline,
  pairTemplate,
  precompiled,
  prefixScheme,
  type SpecialTokenOf,
  spacedPipeline,
  type TokenizerClass,
  withoutRuns,
} from "./pipelineParts.ts";
import { plainSpecial, type TokenFlags } from "./sideFiles.ts";

const GEMMA_SPECIAL = {
  ...{ bos_token: "<bos>", eos_token: "<eos>", unk_token: "<unk>", pad_token: "<pad>", mask_token: "<mask>" },
};

const SPACES_TO_MARKS: NormalizerConfig = { type: "Replace", pattern: { String: " " }, content: "▁" };

/** The classes by name. */
export const CLASS_PIPELINES: Readonly<Record<string, TokenizerClass>> = {
  GPT2Tokenizer: {
    model: "BPE",
    special: { bos_token: "<|endoftext|>", eos_token: "<|endoftext|>", unk_token: "<|endoftext|>" },
    pipeline: (config) => byteLevelPipeline(config, null),
  },
  GPTNeoXTokenizer: {
    model: "BPE",
    special: { bos_token: "<|endoftext|>", eos_token: "<|endoftext|>", unk_token: "<|endoftext|>", pad_token: "<|padding|>" }, // prettier-ignore
    pipeline: (config) => byteLevelPipeline(config, { type: "NFC" }),
    forgetsPostProcessor: true,
  },
  RobertaTokenizer: {
    model: "BPE",
    special: { bos_token: "<s>", eos_token: "</s>", unk_token: "<unk>", sep_token: "</s>", pad_token: "<pad>", cls_token: "<s>", mask_token: "<mask>" }, // prettier-ignore
    pipeline: (config) => byteLevelPipeline(config, null),
    postProcessor: (config, special) => ({
      type: "RobertaProcessing",
      sep: special("sep_token"),
      cls: special("cls_token"),
      trim_offsets: config.at("trim_offsets").booleanOr(true),
      add_prefix_space: config.at("add_prefix_space").booleanOr(false),
    }),
  },
  WhisperTokenizer: {
    model: "BPE",
    special: { bos_token: "<|endoftext|>", eos_token: "<|endoftext|>", unk_token: "<|endoftext|>" },
    pipeline: (config) => byteLevelPipeline(config, null),
    postProcessor: (config, special) => transcriptTemplate(config, special),
    forgetsPostProcessor: true,
  },
  Qwen2Tokenizer: {
    model: "BPE",
    special: { eos_token: "<|endoftext|>", unk_token: "<|endoftext|>", pad_token: "<|endoftext|>" },
    pipeline: (config) => ({
      normalizer: { type: "NFC" },
      pre_tokenizer: {
        type: "Sequence",
        pretokenizers: [
          { type: "Split", pattern: { Regex: QWEN2_PATTERN }, behavior: "Isolated", invert: false },
          byteLevel(config.at("add_prefix_space").booleanOr(false), false),
        ],
      },
      decoder: byteLevel(true, true),
      model: BYTE_LEVEL_BPE,
    }),
    plainSpecials: true,
  },
  CLIPTokenizer: {
    model: "BPE",
    special: { bos_token: "<|startoftext|>", eos_token: "<|endoftext|>", unk_token: "<|endoftext|>", pad_token: "<|endoftext|>" }, // prettier-ignore
    pipeline: (_, special) => clipPipeline(special("unk_token")[0]),
    postProcessor: (_, special) => ({
      type: "RobertaProcessing",
      sep: special("eos_token"),
      cls: special("bos_token"),
      trim_offsets: false,
      add_prefix_space: false,
    }),
  },
  GemmaTokenizer: {
    model: "BPE",
    isOfWholeFiles: true,
    special: GEMMA_SPECIAL,
    pipeline: (_, special) => gemmaPipeline(special("unk_token")[0], SPACES_TO_MARKS),
  },
  Siglip2Tokenizer: {
    model: "BPE",
    special: GEMMA_SPECIAL,
    pipeline: (_, special) =>
      gemmaPipeline(special("unk_token")[0], {
        type: "Sequence",
        normalizers: [{ type: "Lowercase" }, SPACES_TO_MARKS],
      }),
  },
  LlamaTokenizer: {
    model: "BPE",
    special: { bos_token: "<s>", eos_token: "</s>", unk_token: "<unk>" },
    pipeline: llamaPipeline,
  },
  BertTokenizer: {
    model: "WordPiece",
    special: { unk_token: "[UNK]", sep_token: "[SEP]", pad_token: "[PAD]", cls_token: "[CLS]", mask_token: "[MASK]" },
    pipeline: bertPipeline,
    postProcessor: (_, special) => pairTemplate(special("cls_token"), special("sep_token")),
  },
  T5Tokenizer: {
    model: "Unigram",
    special: { eos_token: "</s>", unk_token: "<unk>", pad_token: "<pad>" },
    pipeline: (_, __, charsMap) => metaspacePipeline(precompiled(charsMap), "always", 2),
    postProcessor: (_, special) => {
      const specialTokens = { "</s>": special("eos_token")[1] };
      return templateProcessing({ single: "$A </s>", pair: "$A </s> $B </s>", specialTokens });
    },
    additional: sentinels,
  },
  XLMRobertaTokenizer: {
    model: "Unigram",
    special: { bos_token: "<s>", eos_token: "</s>", unk_token: "<unk>", sep_token: "</s>", pad_token: "<pad>", cls_token: "<s>", mask_token: "<mask>" }, // prettier-ignore
    pipeline: (config, _, charsMap) => metaspacePipeline(precompiled(charsMap), prefixScheme(config), 3),
    postProcessor: (_, special) => robertaTemplate(special),
  },
  AlbertTokenizer: {
    model: "Unigram",
    special: { bos_token: "[CLS]", eos_token: "[SEP]", unk_token: "<unk>", sep_token: "[SEP]", pad_token: "<pad>", cls_token: "[CLS]", mask_token: "[MASK]" }, // prettier-ignore
    pipeline: (config, _, charsMap) => metaspacePipeline(albertNormalizer(config, charsMap), prefixScheme(config), 1),
    postProcessor: (_, special, given) => given ?? pairTemplate(special("cls_token"), special("sep_token")),
  },
  CamembertTokenizer: {
    model: "Unigram",
    special: { bos_token: "<s>", eos_token: "</s>", unk_token: "<unk>", sep_token: "</s>", pad_token: "<pad>", cls_token: "<s>", mask_token: "<mask>" }, // prettier-ignore
    flags: maskFlags,
    pipeline: (config, special, charsMap) =>
      metaspacePipeline(precompiled(charsMap), prefixScheme(config), special("unk_token", "first")[1]),
    postProcessor: (_, special) => robertaTemplate(special),
    additional: (_, given = ["<s>NOTUSED", "</s>NOTUSED", "<unk>NOTUSED"].map(plainSpecial)) => given,
  },
  DebertaV2Tokenizer: {
    model: "Unigram",
    special: { bos_token: "[CLS]", eos_token: "[SEP]", unk_token: "[UNK]", sep_token: "[SEP]", pad_token: "[PAD]", cls_token: "[CLS]", mask_token: "[MASK]" }, // prettier-ignore
    pipeline: debertaPipeline,
    postProcessor: (_, special) => pairTemplate(special("cls_token"), special("sep_token")),
  },
  MPNetTokenizer: {
    model: "WordPiece",
    special: { bos_token: "<s>", eos_token: "</s>", unk_token: "[UNK]", sep_token: "</s>", pad_token: "<pad>", cls_token: "<s>", mask_token: "<mask>" }, // prettier-ignore
    flags: maskFlags,
    pipeline: bertPipeline,
    postProcessor: (_, special) => ({
      type: "RobertaProcessing",
      sep: special("sep_token"),
      cls: special("cls_token"),
      trim_offsets: true,
      add_prefix_space: false,
    }),
  },
  PegasusTokenizer: {
    model: "Unigram",
    special: { eos_token: "</s>", unk_token: "<unk>", pad_token: "<pad>", mask_token: "<mask_2>" },
    pipeline: (_, special, charsMap) => {
      const lines: NormalizerConfig = { type: "Replace", pattern: { Regex: "\\n" }, content: " " };
      return spacedPipeline(withoutRuns(charsMap, lines), {
        unk_id: special("unk_token", "first")[1],
        byte_fallback: false,
      });
    },
    postProcessor: (_, special) => {
      const [eos, id] = special("eos_token");
      return templateProcessing({ single: `$A ${eos}`, pair: `$A $B ${eos}`, specialTokens: { [eos]: id } });
    },
    additional: pegasusTokens,
  },
  CohereTokenizer: {
    model: "BPE",
    isOfWholeFiles: true,
    plainSpecials: "texts",
    special: { bos_token: "<BOS_TOKEN>", eos_token: "<|END_OF_TURN_TOKEN|>", unk_token: "<UNK>", sep_token: "<SEP>", pad_token: "<PAD>", cls_token: "<CLS>", mask_token: "<MASK_TOKEN>" }, // prettier-ignore
    pipeline: (config) => {
      const { pre_tokenizer: bytes, ...pipeline } = byteLevelPipeline(config, { type: "NFC" });
      const digits = { type: "Digits", individual_digits: true } as const;
      return {
        ...pipeline,
        pre_tokenizer: { type: "Sequence", pretokenizers: bytes === null ? [digits] : [digits, bytes] },
      };
    },
  },
  ...LANGUAGE_CLASSES,
};

const QWEN2_PATTERN =
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

/** A transcript between its first tokens and its end; which language and task those name, a transcriber chooses. */
function transcriptTemplate(config: Json, special: SpecialTokenOf): PostProcessorConfig {
  for (const field of ["language", "task"]) {
    const json = config.at(field);
    if (!json.isAbsent) throw json.expected("null: a transcriber chooses it");
  }
  const fields = ["<|startoftranscript|>", "<|notimestamps|>"].slice(
    0,
    config.at("predict_timestamps").booleanOr(false) ? 1 : 2,
  );
  const before = fields.map((field) => special(field));
  const [eos, eosId] = special("eos_token");
  const prefix = before.map(([text]) => text).join(" ");
  const specialTokens = Object.fromEntries([...before, [eos, eosId]]);
  return templateProcessing({ single: `${prefix} $A ${eos}`, pair: `${prefix} $A $B:1 ${eos}:1`, specialTokens });
}

function llamaPipeline(config: Json): ClassPipeline {
  const addsPrefix = config.at("add_prefix_space").booleanOr(true);
  const scheme = !addsPrefix ? "never" : config.at("legacy").booleanOr(false) ? "always" : "first";
  return {
    normalizer: null,
    pre_tokenizer: { type: "Metaspace", replacement: "▁", prepend_scheme: scheme, split: false },
    decoder: {
      type: "Sequence",
      decoders: [
        { type: "Replace", pattern: { String: "▁" }, content: " " },
        { type: "ByteFallback" },
        { type: "Fuse" },
        ...(addsPrefix ? [{ type: "Strip", content: " ", start: 1, stop: 0 } as const] : []),
      ],
    },
    model: { unk_token: null, fuse_unk: true, byte_fallback: true },
  };
}

function albertNormalizer(config: Json, charsMap: string | undefined): NormalizerConfig {
  const quotes = ["``", "''"].map((String): NormalizerConfig => ({
    type: "Replace",
    pattern: { String },
    content: '"',
  }));
  const map = precompiled(charsMap);
  return {
    type: "Sequence",
    normalizers: [
      ...quotes,
      ...(config.at("keep_accents").booleanOr(false)
        ? []
        : [{ type: "NFKD" } as const, { type: "StripAccents" } as const]),
      ...(config.at("do_lower_case").booleanOr(true) ? [{ type: "Lowercase" } as const] : []),
      ...(map === null ? [] : [map]),
    ],
  };
}

/** T5's sentinel tokens, for masked spans of a text. */
function sentinels(config: Json, given: readonly TokenFlags[] = []): TokenFlags[] {
  if (given.some(({ content }) => content.includes("<extra_id_"))) return [...given];
  const count = config.at("extra_ids").or(100, (json) => json.natural(10_000));
  return [...given, ...Array.from({ length: count }, (_, i) => plainSpecial(`<extra_id_${i}>`))];
}

/** The additional tokens of PEGASUS, made for its training. */
function pegasusTokens(config: Json, given: readonly TokenFlags[] = []): TokenFlags[] {
  const count = config.at("offset").or(103, (json) => json.natural(10_000));
  const sentence = config.at("mask_token_sent").stringOr("<mask_1>");
  const isGiven = given.some(({ content }) => content === sentence);
  const numbered = Array.from({ length: Math.max(0, count - 2) }, (_, i) => `<unk_${i + 2}>`);
  return [...(isGiven ? [] : [sentence]), ...numbered].map(plainSpecial);
}

function bertPipeline(config: Json, special: SpecialTokenOf): ClassPipeline {
  return {
    normalizer: {
      type: "BertNormalizer",
      clean_text: true,
      handle_chinese_chars: config.at("tokenize_chinese_chars").booleanOr(true),
      strip_accents: config.at("strip_accents").booleanOr(null),
      lowercase: config.at("do_lower_case").booleanOr(true),
    },
    pre_tokenizer: { type: "BertPreTokenizer" },
    decoder: { type: "WordPiece", prefix: "##", cleanup: true },
    model: { unk_token: special("unk_token")[0], continuing_subword_prefix: "##", max_input_chars_per_word: 100 },
  };
}

/** Two texts with two separators between them. */
function robertaTemplate(special: SpecialTokenOf): PostProcessorConfig {
  const [[bos, bosId], [eos, eosId]] = [special("bos_token"), special("eos_token")];
  const specialTokens = { [bos]: bosId, [eos]: eosId };
  return templateProcessing({ single: `${bos} $A ${eos}`, pair: `${bos} $A ${eos} ${eos} $B ${eos}`, specialTokens });
}

function debertaPipeline(config: Json, special: SpecialTokenOf): ClassPipeline {
  const is = (field: string) => config.at(field).booleanOr(false);
  const metaspace = {
    type: "Metaspace",
    replacement: "▁",
    prepend_scheme: config.at("add_prefix_space").booleanOr(true) ? "always" : "first",
    split: true,
  } as const;
  return {
    normalizer: {
      type: "Sequence",
      normalizers: [
        ...(is("do_lower_case") ? [{ type: "Lowercase" } as const] : []),
        { type: "Replace", pattern: { Regex: "\\s{2,}|[\\n\\r\\t]" }, content: " " },
        { type: "NFC" },
        { type: "Strip", strip_left: false, strip_right: true },
      ],
    },
    pre_tokenizer: {
      type: "Sequence",
      pretokenizers: [
        ...(is("split_by_punct") ? [{ type: "Punctuation", behavior: "Isolated" } as const] : []),
        metaspace,
      ],
    },
    decoder: metaspace,
    model: { unk_id: special("unk_token", "first")[1], byte_fallback: false },
  };
}

function gemmaPipeline(unk_token: string, normalizer: NormalizerConfig): ClassPipeline {
  return {
    normalizer,
    pre_tokenizer: { type: "Split", pattern: { String: " " }, behavior: "MergedWithPrevious", invert: false },
    decoder: {
      type: "Sequence",
      decoders: [
        { type: "Replace", pattern: { String: "▁" }, content: " " },
        { type: "ByteFallback" },
        { type: "Fuse" },
      ],
    },
    model: { unk_token, fuse_unk: true, byte_fallback: true },
  };
}

const CLIP_PATTERN =
  "<\\|startoftext\\|>|<\\|endoftext\\|>|'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+";

/** Lower case, and a mark at the end of each word, which decoding makes a space again. */
function clipPipeline(unk_token: string): ClassPipeline {
  const mark = "</w>";
  return {
    normalizer: {
      type: "Sequence",
      normalizers: [
        { type: "NFC" },
        { type: "Replace", pattern: { Regex: "\\s+" }, content: " " },
        { type: "Lowercase" },
      ],
    },
    pre_tokenizer: {
      type: "Sequence",
      pretokenizers: [
        { type: "Split", pattern: { Regex: CLIP_PATTERN }, behavior: "Removed", invert: true },
        byteLevel(false, true),
      ],
    },
    decoder: {
      type: "Sequence",
      decoders: [
        byteLevel(true, true),
        { type: "Replace", pattern: { String: mark }, content: " " },
        { type: "Strip", content: " ", start: 1, stop: 1 },
      ],
    },
    model: {
      unk_token,
      continuing_subword_prefix: "",
      end_of_word_suffix: mark,
      fuse_unk: false,
      byte_fallback: false,
    },
  };
}
