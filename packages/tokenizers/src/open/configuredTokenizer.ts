import { CLASS_PIPELINES } from "./classPipelines.ts";
import type { SpecialTokenOf, TokenizerClass } from "./pipelineParts.ts";
import { cleaningDecoder } from "../decoders/cleanUpSpaces.ts";
import type { TokenizerOptions } from "../tokenizer/createTokenizer.ts";
import { Tokenizer } from "../tokenizer/index.ts";
import { type Json, quoted } from "../json/configValue.ts";
import type { PostProcessorConfig } from "../postProcessors/createPostProcessor.ts";
import { plainSpecial, type SideFiles, type TokenFlags } from "./sideFiles.ts";
import { templateProcessing } from "../postProcessors/template.ts";
import { BACKEND, hasOwnCode, isOtherClass } from "./tokenizerClass.ts";
import { TokenizerError } from "../checks/tokenizerError.ts";
import { firstIdOf, idsOf, specialsOf, tokensBeside, withDefaults, withFlags } from "./tokensBeside.ts";

/** The fields of an unfinished tokenizer.json. */
type Fields = Readonly<Record<string, unknown>>;

/**
 * Makes the tokenizer of a tokenizer.json, or of a vocabulary in its form, and of the files beside it, as transformers'
 * AutoTokenizer does: many classes use only the vocabulary from it, and all else from tokenizer_config.json.
 *
 * @param isWhole whether there is a tokenizer.json: its post-processor then counts, and `add_bos_token` does not
 * @throws TokenizerError naming the unknown class or field
 */
export function configuredTokenizer(
  json: Json,
  side: SideFiles,
  isWhole: boolean,
  options: TokenizerOptions,
): Tokenizer {
  const { config, tokenizerClass: name = BACKEND } = side;
  if (isOtherClass(name) || (name === BACKEND && hasOwnCode(config))) throw unknownClass(side);
  const known = Object.hasOwn(CLASS_PIPELINES, name) ? CLASS_PIPELINES[name] : undefined;
  const fields = known === undefined ? asItStands(json, side, isWhole) : rebuilt(known, json, side, isWhole);
  return Tokenizer.fromJSON(withCleanUp(withoutSpecials(fields, config), config), options);
}

function unknownClass({ config, model, tokenizerClass = "" }: SideFiles): TokenizerError {
  const known = Object.keys(CLASS_PIPELINES).join(", ");
  const field = [config.at("tokenizer_class"), model.at("tokenizer_class")].find((json) => !json.isAbsent);
  const where = isOtherClass(tokenizerClass) ? (field ?? config) : config.at("auto_map");
  const got = isOtherClass(tokenizerClass) ? quoted(tokenizerClass) : "code in Python";
  return new TokenizerError(
    `${where.path}: expected a class that is known to make its tokenizer of these files (${known}, ${BACKEND}), got ${got}; ` +
      `Tokenizer.fromJSON takes a tokenizer.json as it stands`,
  );
}

function asItStands(json: Json, side: SideFiles, isWhole: boolean): Fields {
  const listed = json.at("added_tokens").or([], (tokens) => tokens.items());
  const added = tokensBeside(side, listed.map((token) => token.at("content").string())); // prettier-ignore
  const fields = { ...json.object(), added_tokens: [...listed.map(({ value }) => value), ...numbered(added)] };
  return isWhole
    ? fields
    : { ...fields, post_processor: beginAndEnd(side, idsOf(json.at("model").at("vocab"), added)) };
}

function rebuilt(known: TokenizerClass, json: Json, given: SideFiles, isWhole: boolean): Fields {
  const { config, tokenizerClass: name = "" } = given;
  const [model, type] = [json.at("model"), json.at("model").at("type")];
  if (!type.isAbsent && type.value !== known.model) throw type.expected(`${known.model} for ${name}`);
  const additional = known.additional?.(config, given.additional) ?? given.additional;
  const side = { ...given, additional, named: withFlags(withDefaults(known.special, given.named), known.flags) };
  const again = known.plainSpecials === undefined ? [] : specialsOf(side).map(plainlySpecial(known.plainSpecials));
  const added = [...tokensBeside(side, []), ...again];
  expectOneOf(model.at("vocab"), known.oneOf, name);
  const idOf = idsOf(model.at("vocab"), added);
  const special: SpecialTokenOf = (field, place) => {
    const content = side.named.get(field)?.content ?? field;
    const id = (place === "first" ? firstIdOf(model.at("vocab"), content) : undefined) ?? idOf(content);
    if (id !== undefined) return [content, id];
    throw new TokenizerError(`${config.path}.${field}: expected a token for ${name}, got none`);
  };
  const { model: flags, ...pipeline } = known.pipeline(config, special, charsMapOf(json.at("normalizer")));
  const kept =
    known.forgetsPostProcessor === true ? null : (json.at("post_processor").value as PostProcessorConfig | null);
  const around = isWhole ? kept : beginAndEnd(side, idOf);
  return {
    ...{ truncation: json.at("truncation").value, padding: json.at("padding").value },
    ...pipeline,
    post_processor: known.postProcessor?.(config, special, around ?? null) ?? around,
    added_tokens: numbered(added),
    model: {
      ...{ type: known.model, vocab: model.at("vocab").value, ...flags },
      ...(known.model === "BPE" && { merges: model.at("merges").or([], (merges) => merges.value) }),
    },
  };
}

function plainlySpecial(plain: TokenizerClass["plainSpecials"]): (token: TokenFlags) => TokenFlags {
  return (token) =>
    plain === "texts" && token.isText !== true ? { ...token, special: true } : plainSpecial(token.content);
}

function expectOneOf(vocab: Json, tokens: readonly string[] | undefined, name: string): void {
  if (tokens === undefined) return;
  const idOf = idsOf(vocab, []);
  if (tokens.some((token) => idOf(token) !== undefined)) return;
  const some = tokens.slice(0, 3).join(", ");
  throw new TokenizerError(`${vocab.path}: expected languages such as ${some} for ${name}, got none`);
}

/** Gives the tokens placeholder ids; the final ones follow this order. */
function numbered(tokens: readonly TokenFlags[]): object[] {
  return tokens.map((token) => ({ id: 0, ...token }));
}

/** The post-processor of `add_bos_token` and `add_eos_token`, before and after each text. */
function beginAndEnd(
  { config, named }: SideFiles,
  idOf: (content: string) => number | undefined,
): PostProcessorConfig | null {
  const wanted = (field: string, name: string): string | undefined =>
    config.at(field).booleanOr(false) ? named.get(name)?.content : undefined;
  const [bos, eos] = [wanted("add_bos_token", "bos_token"), wanted("add_eos_token", "eos_token")];
  if (bos === undefined && eos === undefined) return null;
  const around = (text: string, type: number): string =>
    [bos && `${bos}:${type}`, `${text}:${type}`, eos && `${eos}:${type}`].filter(Boolean).join(" ");
  const specialTokens = Object.fromEntries([bos, eos].flatMap((token) => (token === undefined ? [] : [[token, idOf(token) ?? 0]]))); // prettier-ignore
  return templateProcessing({ single: around("$A", 0), pair: `${around("$A", 0)} ${around("$B", 1)}`, specialTokens });
}

/** SentencePiece's map of characters in a normalizer. */
function charsMapOf(normalizer: Json): string | undefined {
  if (normalizer.isAbsent) return undefined;
  const nested = normalizer.at("normalizers");
  const parts = nested.isAbsent ? [normalizer] : nested.items();
  const map = parts.find((part) => part.at("type").value === "Precompiled")?.at("precompiled_charsmap");
  return map?.isAbsent === false ? map.string() : undefined;
}

/** `split_special_tokens`: no text spells a special token. */
function withoutSpecials(fields: Fields, config: Json): Fields {
  if (!config.at("split_special_tokens").booleanOr(false)) return fields;
  const tokens = fields["added_tokens"] as readonly Partial<TokenFlags>[];
  const special = new Set(tokens.filter((token) => token.special === true).map(({ content }) => content));
  return {
    ...fields,
    added_tokens: tokens.map((token) => (special.has(token.content) ? { ...token, in_text: false } : token)),
  };
}

/** `clean_up_tokenization_spaces`, which does not apply to BPE unless a second field is set. */
function withCleanUp(fields: Fields, config: Json): Fields {
  const { type } = fields["model"] as { readonly type?: unknown };
  const again = "clean_up_tokenization_spaces_for_bpe_even_though_it_will_corrupt_output";
  const isAsked = config.at("clean_up_tokenization_spaces").booleanOr(false);
  if (!isAsked || (type === "BPE" && !config.at(again).booleanOr(false))) return fields;
  return { ...fields, decoder: cleaningDecoder(fields["decoder"]) };
}
