import { LEADING_SPACE, sentencePieceConfig } from "../formats/fromSentencePiece.ts";
import { parseSentencePiece } from "../formats/sentencePieceModel.ts";
import type { NormalizerConfig } from "../normalizers/createNormalizer.ts";
import { templateProcessing } from "../postProcessors/template.ts";
import type { TokenizerOptions } from "../tokenizer/createTokenizer.ts";
import { Tokenizer } from "../tokenizer/index.ts";
import { Json } from "../json/configValue.ts";
import type { SideFiles } from "./sideFiles.ts";
import { idsOf, tokensBeside, withDefaults, withFlags } from "./tokensBeside.ts";
import { TokenizerError } from "../checks/tokenizerError.ts";

/**
 * SigLIP's tokenizer of its `spiece.model`: text in lower case without punctuation, then SentencePiece, then the end token
 * (`SiglipTokenizer` of transformers). A tokenizer.json beside it is not read, as there.
 */
export function siglipTokenizer(bytes: Uint8Array, given: SideFiles, options: TokenizerOptions): Tokenizer {
  const named = withFlags(withDefaults(SPECIAL, given.named), () => ({ lstrip: true, rstrip: true }));
  const base = sentencePieceConfig({ ...parseSentencePiece(bytes), addDummyPrefix: false });
  const vocab = new Json(base.model, "model").at("vocab");
  const added = tokensBeside({ ...given, named }, []);
  const eos = named.get("eos_token")?.content ?? "";
  const id = idsOf(vocab, added)(eos);
  if (id === undefined) throw new TokenizerError(`${given.config.path}.eos_token: expected a token, got none`);
  const { normalizer } = base;
  const pieces = normalizer?.type === "Sequence" ? normalizer.normalizers.filter((step) => !isLeading(step)) : [];
  return Tokenizer.fromJSON(
    {
      ...base,
      added_tokens: added.map((token) => ({ id: 0, ...token })),
      normalizer: { type: "Sequence", normalizers: [...canonical(given.config), ...pieces] },
      pre_tokenizer: { type: "Metaspace", replacement: "▁", prepend_scheme: "first", split: false },
      post_processor: templateProcessing({
        single: `$A ${eos}`,
        pair: `$A ${eos} $B ${eos}`,
        specialTokens: { [eos]: id },
      }),
    },
    options,
  );
}

const SPECIAL = { eos_token: "</s>", unk_token: "<unk>", pad_token: "</s>" };

/** Whether a step takes a space off the beginning, which stays here as the first word's mark. */
function isLeading(step: NormalizerConfig): boolean {
  return step.type === "Replace" && "Regex" in step.pattern && step.pattern.Regex === LEADING_SPACE;
}

/** `canonicalize_text`. */
function canonical(config: Json): NormalizerConfig[] {
  const replace = (Regex: string, content: string): NormalizerConfig => ({
    type: "Replace",
    pattern: { Regex },
    content,
  });
  return [
    { type: "Replace", pattern: { String: "▁" }, content: " " },
    ...(config.at("do_lower_case").booleanOr(true) ? [{ type: "Lowercase" } as const] : []),
    replace("[!-/:-@\\[-`{-~]", ""),
    replace("\\s+", " "),
    replace(" \\z", ""),
    replace("\\A (?=.)", "▁ "), // a map of characters makes the mark a space, or else both stay
  ];
}
