import { checkRecord } from "../checks/argumentChecks.ts";
import type { Segment } from "../encoding/segment.ts";
import type { Json } from "../json/configValue.ts";
import type { PostProcessor } from "../components/postProcessor.ts";
import { TokenList } from "../encoding/tokenList.ts";
import { TokenizerError } from "../checks/tokenizerError.ts";

/** A part of a template: one of the texts, or a special token. */
export type TemplatePiece =
  | { readonly Sequence: { readonly id: "A" | "B"; readonly type_id: number } }
  | { readonly SpecialToken: { readonly id: string; readonly type_id: number } };

/** The configuration of a TemplateProcessing post-processor. */
export interface TemplateConfig {
  readonly type: "TemplateProcessing";
  readonly single: readonly TemplatePiece[];
  readonly pair: readonly TemplatePiece[];
  readonly special_tokens: Readonly<
    Record<string, { readonly id: string; readonly ids: readonly number[]; readonly tokens: readonly string[] }>
  >;
}

/** Options of {@link templateProcessing}. */
export interface TemplateOptions {
  /** For one text, such as `$A </s>`. */
  readonly single: string;
  /** For two, such as `$A </s> $B:1 </s>:1`. Default `$A:0 $B:1`. */
  readonly pair?: string;
  /** The id of each special token that the templates name. */
  readonly specialTokens: Readonly<Record<string, number>>;
}

/** Makes a post-processor's configuration from templates: `$A`, `$B` or a special token, each with its type after a colon. */
export function templateProcessing(options: TemplateOptions): TemplateConfig {
  checkRecord("templateProcessing", "options", options);
  const { single, pair = "$A:0 $B:1", specialTokens } = options;
  return {
    type: "TemplateProcessing",
    single: parseTemplate(single, specialTokens),
    pair: parseTemplate(pair, specialTokens),
    special_tokens: Object.fromEntries(
      Object.entries(specialTokens).map(([token, id]) => [token, { id: token, ids: [id], tokens: [token] }]),
    ),
  };
}

function parseTemplate(template: string, specialTokens: Readonly<Record<string, number>>): TemplatePiece[] {
  return template.split(" ").map((part) => {
    const [, id = "", type = "0"] = /^(.*?)(?::(\d+))?$/.exec(part) ?? [];
    if (id === "$A" || id === "$B") return { Sequence: { id: id === "$A" ? "A" : "B", type_id: Number(type) } };
    if (!Object.hasOwn(specialTokens, id)) {
      throw new TokenizerError(
        `templateProcessing: expected $A, $B or one of ${Object.keys(specialTokens).join(", ")}, got "${part}"`,
      );
    }
    return { SpecialToken: { id, type_id: Number(type) } };
  });
}

type Part = { readonly which: 0 | 1; readonly typeId: number } | Segment;

/** Creates the post-processor of a TemplateProcessing configuration. */
export function compileTemplate(config: Json): PostProcessor {
  const specials = readSpecials(config.at("special_tokens"));
  const single = config
    .at("single")
    .items()
    .map((piece) => compilePiece(piece, specials));
  const pair = config.at("pair").or([], (pieces) => pieces.items().map((piece) => compilePiece(piece, specials)));
  return (segments, { addSpecialTokens, budget }) => {
    const result: Segment[] = [];
    const add = (segment: Segment): void => {
      budget.make(segment.tokens.length, config.path);
      result.push(segment);
    };
    for (const part of segments.length > 1 ? pair : single) {
      if ("tokens" in part) {
        if (addSpecialTokens) add(part);
        continue;
      }
      const text = segments[part.which];
      if (text !== undefined) add({ ...text, typeId: part.typeId });
    }
    return result;
  };
}

function compilePiece(piece: Json, specials: (id: string) => TokenList): Part {
  const sequence = piece.at("Sequence");
  if (!sequence.isAbsent) {
    return { which: sequence.at("id").oneOf(["A", "B"]) === "A" ? 0 : 1, typeId: sequence.at("type_id").natural() };
  }
  const special = piece.at("SpecialToken");
  const tokens = specials(special.at("id").string());
  return { text: "", tokens, typeId: special.at("type_id").natural(), special: true };
}

/** Makes a reader of special tokens that reads each once, for any number of pieces. */
function readSpecials(specials: Json): (id: string) => TokenList {
  const known = new Map<string, TokenList>();
  return (id) => {
    let tokens = known.get(id);
    if (tokens === undefined) {
      const { ids, texts } = readSpecial(specials.at(id));
      known.set(id, (tokens = new TokenList()));
      for (const [i, each] of ids.entries()) tokens.push(each, 0, 0, -1, texts[i]);
    }
    return tokens;
  };
}

function readSpecial(special: Json): { ids: number[]; texts: string[] } {
  return {
    ids: special
      .at("ids")
      .items()
      .map((id) => id.id()),
    texts: special
      .at("tokens")
      .items()
      .map((token) => token.string()),
  };
}
