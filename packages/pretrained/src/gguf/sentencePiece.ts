import type { MetadataFields } from "./header/metadataFields.ts";
import { type GgufVocabulary, idsOf, TOKEN_TYPES } from "./vocabulary.ts";

/** BPE tries each place to cut a piece, and SentencePiece's own are of 16 characters by default. */
const LONGEST_PIECE = 512;

/**
 * The parts of a SentencePiece tokenizer with scores: a BPE whose merges are the pairs of pieces that make a third, the
 * highest score first, as transformers makes Llama's.
 */
export function sentencePieceParts(fields: MetadataFields, vocabulary: GgufVocabulary) {
  const { tokens, types } = vocabulary;
  const key = "tokenizer.ggml.scores";
  const scores = fields.numbers(key) ?? fields.fail(key, "a list of numbers", "nothing");
  if (scores.length !== tokens.length) fields.fail(key, `${tokens.length} numbers, one a token`, `${scores.length}`);
  const space = fields.boolean("tokenizer.ggml.add_space_prefix") ?? true;
  const spaces = { type: "Replace", pattern: { String: " " }, content: "▁" };
  const unknown = tokens[fields.number("tokenizer.ggml.unknown_token_id") ?? 0];
  return {
    addBos: true,
    normalizer: { type: "Sequence", normalizers: [...(space ? [{ type: "Prepend", prepend: "▁" }] : []), spaces] },
    pre_tokenizer: null,
    decoder: {
      type: "Sequence",
      decoders: [
        { type: "Replace", pattern: { String: "▁" }, content: " " },
        ...[{ type: "ByteFallback" }, { type: "Fuse" }],
        ...(space ? [{ type: "Strip", content: " ", start: 1, stop: 0 }] : []),
      ],
    },
    model: {
      ...{ type: "BPE", unk_token: unknown, fuse_unk: true, byte_fallback: types.includes(TOKEN_TYPES.byte) },
      vocab: idsOf(vocabulary),
      merges: mergesOf(vocabulary, scores, fields),
    },
  };
}

function mergesOf({ tokens, types }: GgufVocabulary, scores: readonly number[], fields: MetadataFields) {
  const pieces = new Map(
    tokens.flatMap((token, id) => (types[id] === TOKEN_TYPES.normal ? [[token, id] as const] : [])),
  );
  const merges: { readonly pair: readonly [string, string]; readonly score: number }[] = [];
  for (const [piece, id] of pieces) {
    if (piece.length > LONGEST_PIECE) {
      fields.fail("tokenizer.ggml.tokens", `pieces of at most ${LONGEST_PIECE} characters`, `one of ${piece.length}`);
    }
    const score = scores[id] as number;
    for (let i = 1; i < piece.length; i++) {
      const [left, right] = [piece.slice(0, i), piece.slice(i)];
      if (pieces.has(left) && pieces.has(right)) merges.push({ pair: [left, right], score });
    }
  }
  // Of equal scores the longer beginning first: transformers sorts by score and lengths, downwards.
  merges.sort(
    (a, b) => b.score - a.score || b.pair[0].length - a.pair[0].length || b.pair[1].length - a.pair[1].length,
  );
  return merges.map(({ pair }) => pair);
}
