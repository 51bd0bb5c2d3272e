import { tokenizerAround } from "./createTokenizer.ts";
import { bpe, precompiled, regex, unigram } from "./everyPart.ts";
import { Json } from "./json.ts";
import type { Model, UnigramConfig } from "./model.ts";
import { createModel } from "./models.ts";
import type { Pieces } from "./pieces.ts";
import { MANY, sentencePieceConfig } from "./fromSentencePiece.ts";
import { parseSentencePiece } from "./sentencePieceModel.ts";
import { templateProcessing } from "./template.ts";
import type { Tokenizer } from "./tokenizer.ts";
import { TokenizerError } from "./tokenizerError.ts";
import { TokenList } from "./tokenList.ts";
import { UNREACHABLE } from "./unigram.ts";
import { Vocabulary } from "./vocabulary.ts";

/** The files of a Marian model, such as those of OPUS-MT. */
export interface MarianFiles {
  /** `source.spm`; to encode the target language, `target.spm`. */
  readonly spm: Uint8Array;
  /** `vocab.json`, as text or parsed. */
  readonly vocab: unknown;
}

/**
 * The tokenizer of a Marian model, with the ids of Hugging Face's MarianTokenizer: SentencePiece cuts, `vocab.json`
 * numbers. Language codes such as `>>fr<<` are tokens wherever they stand.
 */
export function fromMarian({ spm, vocab }: MarianFiles): Tokenizer {
  const parsed: unknown = typeof vocab === "string" ? JSON.parse(vocab) : vocab;
  const vocabulary = Vocabulary.fromJSON(new Json(parsed, "vocab.json"));
  const [end, unk] = ["</s>", "<unk>"].map((token) => idIn(vocabulary, token));
  const config = sentencePieceConfig(parseSentencePiece(spm));
  const special = ["</s>", "<unk>", "<pad>"];
  const codes = Object.keys(vocabulary.toJSON()).filter((token) => /^>>.*<<$/.test(token));
  const added = [...special, ...codes].flatMap((content) => {
    const id = vocabulary.idOf(content);
    return id === undefined ? [] : [{ id, content, special: special.includes(content), normalized: false }];
  });
  const json = new Json(
    {
      ...config,
      added_tokens: added,
      post_processor: templateProcessing({
        single: "$A </s>",
        pair: "$A $B </s>",
        specialTokens: { "</s>": end ?? 0 },
      }),
      decoder: {
        type: "Sequence",
        decoders: [
          { type: "Replace", pattern: { String: "▁" }, content: " " },
          { type: "Fuse" },
          { type: "Strip", content: " ", start: MANY, stop: MANY },
        ],
      },
    },
    "SentencePiece model",
  );
  return tokenizerAround(json, [bpe, unigram, precompiled, regex], (parts) => {
    return new Renumbered(createModel(json.at("model"), parts), vocabulary, unk ?? 0);
  });
}

function idIn(vocabulary: Vocabulary, token: string): number {
  const id = vocabulary.idOf(token);
  if (id === undefined) throw new TokenizerError(`vocab.json: expected ${token}, got nothing`);
  return id;
}

/** A model whose tokens another vocabulary numbers. */
class Renumbered implements Model {
  readonly #inner: Model;
  readonly #vocabulary: Vocabulary;
  readonly #unkId: number;

  constructor(inner: Model, vocabulary: Vocabulary, unkId: number) {
    this.#inner = inner;
    this.#vocabulary = vocabulary;
    this.#unkId = unkId;
  }

  get vocabSize(): number {
    return this.#vocabulary.size;
  }

  tokenToId(token: string): number | undefined {
    return this.#vocabulary.idOf(token);
  }

  idToToken(id: number): string | undefined {
    return this.#vocabulary.tokenOf(id);
  }

  encode(pieces: Pieces, firstWord: number, tokens: TokenList): void {
    const found = new TokenList();
    this.#inner.encode(pieces, firstWord, found);
    for (let i = 0; i < found.length; i++) {
      const text = found.textOf(i) ?? this.#inner.idToToken(found.ids[i] ?? 0) ?? "";
      const id = this.#vocabulary.idOf(text);
      const read = id === undefined ? text : undefined;
      tokens.push(id ?? this.#unkId, found.starts[i] ?? 0, found.ends[i] ?? 0, found.words[i] ?? -1, read);
    }
  }

  /** A Unigram model, which a tokenizer.json can hold; only characters that SentencePiece does not know may differ. */
  toJSON(): UnigramConfig {
    const inner = this.#inner.toJSON();
    if (inner.type !== "Unigram") throw new TokenizerError("toJSON: expected a Unigram model, got another");
    const scores = new Map(inner.vocab);
    const size = 1 + Math.max(...Object.values(this.#vocabulary.toJSON()));
    return {
      ...inner,
      unk_id: this.#unkId,
      vocab: Array.from({ length: size }, (_, id) => {
        const token = this.#vocabulary.tokenOf(id) ?? `<unused ${id}>`;
        return [token, scores.get(token) ?? UNREACHABLE] as const;
      }),
      user_defined: [],
    };
  }
}
