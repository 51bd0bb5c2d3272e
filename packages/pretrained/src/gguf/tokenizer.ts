import type { MetadataFields } from "./header/metadataFields.ts";
import { PRE_TOKENIZERS } from "./preTokenizers.ts";
import { sentencePieceParts } from "./sentencePiece.ts";
import { type GgufVocabulary, idsOf, TOKEN_TYPES, vocabularyOf } from "./vocabulary.ts";

const KEY = "tokenizer.ggml.";

/**
 * The `tokenizer.json` of a GGUF file; undefined if it has none.
 *
 * @throws PretrainedError naming the key that is missing, wrong or not known
 */
export function tokenizerOf(fields: MetadataFields): Record<string, unknown> | undefined {
  const kind = fields.string(`${KEY}model`);
  if (kind === undefined || kind === "none") return undefined;
  if (kind !== "gpt2" && kind !== "llama") fields.fail(`${KEY}model`, "gpt2 or llama", JSON.stringify(kind));
  const vocabulary = vocabularyOf(fields);
  const parts = kind === "gpt2" ? byteLevelParts(fields, vocabulary) : sentencePieceParts(fields, vocabulary);
  const { addBos, ...pipeline } = parts;
  checkOthers(fields);
  return {
    version: "1.0",
    ...{ truncation: null, padding: null },
    added_tokens: addedTokens(vocabulary),
    post_processor: postProcessor(fields, vocabulary, addBos),
    ...pipeline,
  };
}

/** The `tokenizer_config.json`: special tokens and the chat template. */
export function tokenizerConfigOf(fields: MetadataFields): Record<string, unknown> {
  const tokens = fields.strings(`${KEY}tokens`) ?? [];
  const token = (name: string) => tokens[fields.number(`${KEY}${name}_token_id`) ?? -1];
  const template = fields.string("tokenizer.chat_template");
  const named = {
    bos_token: token("bos"),
    eos_token: token("eos"),
    unk_token: token("unknown"),
    pad_token: token("padding"),
  };
  return {
    tokenizer_class: "PreTrainedTokenizerFast",
    clean_up_tokenization_spaces: false,
    ...Object.fromEntries(Object.entries(named).filter(([, text]) => text !== undefined)),
    ...(template !== undefined && { chat_template: template }),
  };
}

function byteLevelParts(fields: MetadataFields, vocabulary: GgufVocabulary) {
  const pre = fields.string(`${KEY}pre`) ?? "";
  const kind = Object.hasOwn(PRE_TOKENIZERS, pre) ? PRE_TOKENIZERS[pre] : undefined;
  if (kind === undefined) {
    const got = pre === "" ? "nothing: the file is older than the field, convert the model again" : JSON.stringify(pre);
    return fields.fail(`${KEY}pre`, Object.keys(PRE_TOKENIZERS).join(", "), got);
  }
  const space = fields.boolean(`${KEY}add_space_prefix`) ?? false;
  const { ignoreMerges = false, addBos = false, ...cutting } = kind(space);
  const merges = fields.strings(`${KEY}merges`) ?? fields.fail(`${KEY}merges`, "a list of texts", "nothing");
  return {
    ...cutting,
    addBos,
    decoder: { type: "ByteLevel", add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: { type: "BPE", vocab: idsOf(vocabulary), merges, ignore_merges: ignoreMerges },
  };
}

function addedTokens({ tokens, types }: GgufVocabulary): object[] {
  const { control, unknown, user } = TOKEN_TYPES;
  return tokens.flatMap((content, id) => {
    const type = types[id];
    if (type !== control && type !== unknown && type !== user) return [];
    const normalized = type === user && content.includes("▁");
    return [{ id, content, single_word: false, lstrip: false, rstrip: false, normalized, special: type !== user }];
  });
}

/** The tokens that a text begins and ends with. */
function postProcessor(fields: MetadataFields, { tokens }: GgufVocabulary, addBos: boolean): object | null {
  const wanted = (name: string, unlessSaid: boolean) => {
    if (!(fields.boolean(`${KEY}add_${name}_token`) ?? unlessSaid)) return [];
    const key = `${KEY}${name}_token_id`;
    const id = fields.requiredNumber(key);
    return [{ id, token: tokens[id] ?? fields.fail(key, `the id of one of ${tokens.length} tokens`, `${id}`) }];
  };
  const [first, last] = [wanted("bos", addBos), wanted("eos", false)];
  if (first.length + last.length === 0) return null;
  const special = (at: typeof first, type_id: number) =>
    at.map(({ token }) => ({ SpecialToken: { id: token, type_id } }));
  const around = (id: string, type: number) => [
    ...special(first, type),
    { Sequence: { id, type_id: type } },
    ...special(last, type),
  ];
  const all = [...first, ...last].map(({ id, token }) => [token, { id: token, ids: [id], tokens: [token] }]);
  return {
    type: "TemplateProcessing",
    single: around("A", 0),
    pair: [...around("A", 0), ...around("B", 1)],
    special_tokens: Object.fromEntries(all),
  };
}

/** Asks for the keys that say nothing about how text is cut, and refuses all others but names of tokens. */
function checkOthers(fields: MetadataFields): void {
  for (const name of ["add_bos_token", "add_eos_token"]) fields.boolean(`${KEY}${name}`);
  fields.expectNeutral(`${KEY}add_sep_token`, [false]);
  fields.expectNeutral(`${KEY}remove_extra_whitespaces`, [false]);
  fields.number(`${KEY}token_type_count`);
  fields.string(`${KEY}pre`);
  fields.numbers(`${KEY}scores`);
  fields.strings(`${KEY}merges`);
  fields.expectNoOthers(KEY, /_token_id$/);
}
