import { Params } from "@qkv/nn";
import type { Tokenizer } from "@qkv/tokenizers";
import { marian, type MarianModel } from "@qkv/transformer";
import * as tf from "@tensorflow/tfjs-core";
import { UsageError } from "../usageError.ts";
import { SPECIAL_TOKENS } from "./vocabulary.ts";

const TABLE = "shared.weight";
const LOGITS_BIAS = "finalLogitsBias";

/** What a model begins again with. */
export interface Restart {
  readonly tokenizer: Tokenizer;
  /** The share of activations that is dropped. */
  readonly dropout: number;
  /** New vectors follow from it. */
  readonly seed: number;
}

/**
 * The same model over another vocabulary or with another dropout: tokens that both have keep their vectors, others have new ones.
 *
 * @throws UsageError if its sides have tables of their own and the vocabulary is another
 */
export async function restarted(
  model: MarianModel,
  own: Tokenizer,
  { tokenizer, dropout, seed }: Restart,
): Promise<MarianModel> {
  const before = model.params.named();
  const isSame = tokenizer === own;
  if (!isSame && !before.has(TABLE)) {
    throw new UsageError(
      "startFrom: expected a model with one table for both sides, which another vocabulary could take",
    );
  }
  const config = { ...model.config, dropout, ...(!isSame && vocabularyOf(tokenizer)) };
  const made = marian.build(Params.initialized(seed), config);
  const isOther = (name: string) => !isSame && (name === TABLE || name === LOGITS_BIAS);
  for (const [name, variable] of made.params.named()) {
    const old = before.get(name);
    if (old !== undefined && !isOther(name)) variable.assign(old);
  }
  if (isSame) return made;
  const table = made.params.named().get(TABLE) as tf.Variable;
  const [kept, rows] = [(await before.get(TABLE)?.data()) as Float32Array, (await table.data()) as Float32Array];
  const width = model.config.dModel;
  for (let id = 0; id < tokenizer.vocabSize; id += 1) {
    const token = tokenizer.idToToken(id);
    const at = token === undefined ? undefined : own.tokenToId(token);
    if (at !== undefined) rows.set(kept.subarray(at * width, (at + 1) * width), id * width);
  }
  tf.tidy(() => table.assign(tf.tensor(rows.slice(), table.shape)));
  return made;
}

/** What a config says of a vocabulary. Decoding starts with padding, as in all models of this project. */
function vocabularyOf(tokenizer: Tokenizer) {
  const [endToken, , padToken] = SPECIAL_TOKENS;
  const [eosTokenId = -1, padTokenId = -1] = [endToken, padToken].map((token) => tokenizer.tokenToId(token));
  const vocabSize = tokenizer.vocabSize;
  return { vocabSize, decoderVocabSize: vocabSize, eosTokenId, padTokenId, decoderStartTokenId: padTokenId };
}
