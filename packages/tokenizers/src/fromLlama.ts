import { createTokenizer } from "./createTokenizer.ts";
import { bpe, regex } from "./everyPart.ts";
import { sentencePieceConfig } from "./fromSentencePiece.ts";
import { parseSentencePiece } from "./sentencePieceModel.ts";
import { expectUnderstood, namedToken, type SideFiles } from "./sideFiles.ts";
import { templateProcessing } from "./template.ts";
import type { Tokenizer } from "./tokenizer.ts";
import { TokenizerError } from "./tokenizerError.ts";

/** The tokenizer of Llama's `tokenizer.model` and the files beside it, with the ids of Hugging Face's LlamaTokenizer. */
export function fromLlama(bytes: Uint8Array, side: SideFiles): Tokenizer {
  expectUnderstood(side, ["LlamaTokenizer"], { sp_model_kwargs: [{}], split_special_tokens: [false] });
  const spm = parseSentencePiece(bytes);
  const { model } = sentencePieceConfig(spm);
  if (model.type !== "BPE") throw new TokenizerError("expected BPE pieces for LlamaTokenizer, got Unigram ones");
  const { config } = side;
  const addsPrefix = config.at("add_prefix_space").booleanOr(true);
  const scheme = !addsPrefix ? "never" : config.at("legacy").booleanOr(false) ? "always" : "first";
  const pieces = spm.pieces.flatMap(({ text, type }, id) =>
    type === "control" || type === "user"
      ? [{ id, content: text, special: type === "control", normalized: false }]
      : [],
  );
  const idOf = new Map(Object.entries(model.vocab));
  const known = new Set(pieces.map(({ content }) => content));
  const added = [...side.added.filter(({ content }) => !known.has(content)), ...pieces];
  let next = idOf.size;
  for (const { content } of side.added) if (!idOf.has(content)) idOf.set(content, next++);
  return createTokenizer(
    {
      added_tokens: added,
      pre_tokenizer: { type: "Metaspace", replacement: "▁", prepend_scheme: scheme, split: false },
      post_processor: beginAndEnd(side, idOf),
      decoder: {
        type: "Sequence",
        decoders: [
          { type: "Replace", pattern: { String: "▁" }, content: " " },
          { type: "ByteFallback" },
          { type: "Fuse" },
          ...(addsPrefix ? [{ type: "Strip", content: " ", start: 1, stop: 0 }] : []),
        ],
      },
      model: { ...model, unk_token: null, fuse_unk: true, byte_fallback: true, ignore_merges: false },
    },
    [bpe, regex],
  );
}

/** The tokens that `add_bos_token` and `add_eos_token` ask for, before and behind each text. */
export function beginAndEnd(
  side: SideFiles,
  idOf: ReadonlyMap<string, number>,
  fallback: { readonly bos: string; readonly eos: string } = { bos: "<s>", eos: "</s>" },
): ReturnType<typeof templateProcessing> | null {
  const wanted = (field: string, name: string, otherwise: string): string | undefined =>
    side.config.at(field).booleanOr(false) ? namedToken(side, name, otherwise) : undefined;
  const bos = wanted("add_bos_token", "bos_token", fallback.bos);
  const eos = wanted("add_eos_token", "eos_token", fallback.eos);
  if (bos === undefined && eos === undefined) return null;
  const around = (text: string, type: number): string =>
    [...(bos === undefined ? [] : [`${bos}:${type}`]), text, ...(eos === undefined ? [] : [`${eos}:${type}`])].join(
      " ",
    );
  const specialTokens = Object.fromEntries(
    [bos, eos].flatMap((token) => {
      if (token === undefined) return [];
      const id = idOf.get(token);
      if (id === undefined) throw new TokenizerError(`tokenizer_config.json: expected ${token} among the tokens`);
      return [[token, id]];
    }),
  );
  return templateProcessing({
    single: around("$A:0", 0),
    pair: `${around("$A:0", 0)} ${around("$B:1", 1)}`,
    specialTokens,
  });
}
