import type { MarianConfig } from "@qkv/transformer";
import type { Tied } from "./causalTies.ts";
import type { StoredArray } from "../weights/readWeights.ts";
import { type Ties, tiedArrays } from "../weights/tiedArrays.ts";

const SHARED = "model.shared.weight";
const ENCODER = "model.encoder.embed_tokens.weight";
const DECODER = "model.decoder.embed_tokens.weight";
const HEAD = "lm_head.weight";

/**
 * Resolves tied embeddings: one table for both vocabularies if they share it, and an output layer only if it is another
 * one than the decoder's table; the config is set to the ties of the arrays.
 */
export async function tieTables(
  config: MarianConfig,
  arrays: ReadonlyMap<string, StoredArray>,
): Promise<Tied<MarianConfig>> {
  const nameFor = await tiedArrays(arrays, tiesOf(config));
  const [encoder, decoder, head] = [nameFor(ENCODER), nameFor(DECODER), nameFor(HEAD)];
  const shared = config.shareEncoderDecoderEmbeddings && encoder === decoder;
  const tied = config.tieWordEmbeddings && head === decoder;
  const tables = shared ? { [SHARED]: decoder } : { [ENCODER]: encoder, [DECODER]: decoder };
  const all = new Map(arrays);
  // Arrays that are shared only in the config are not read, here and in transformers.
  for (const name of [...tiesOf(config).flat(), ENCODER, DECODER]) all.delete(name);
  for (const [name, stored] of Object.entries({ ...tables, ...(!tied && { [HEAD]: head }) })) {
    const array = arrays.get(stored ?? "");
    if (array !== undefined) all.set(name, array);
  }
  return { config: { ...config, shareEncoderDecoderEmbeddings: shared, tieWordEmbeddings: tied }, arrays: all };
}

function tiesOf({ shareEncoderDecoderEmbeddings: shares, tieWordEmbeddings: ties }: MarianConfig): Ties {
  if (!shares) return ties ? [[HEAD, DECODER]] : [];
  const both: Ties = [
    [DECODER, SHARED],
    [ENCODER, SHARED],
  ];
  return ties ? [[HEAD, SHARED], ...both] : both;
}
