import type { CausalConfig } from "@qkv/transformer";
import type { StoredArray } from "../weights/readWeights.ts";
import { tiedArrays } from "../weights/tiedArrays.ts";

/** A config and the arrays of a file that the model needs. */
export interface Tied<Config> {
  readonly config: Config;
  readonly arrays: ReadonlyMap<string, StoredArray>;
}

const HEAD = "lm_head.weight";

/**
 * Resolves tied embeddings: the embedding under its own name, and the output layer only if it differs from the
 * embedding: the config then is untied, too.
 *
 * @param embedding its name in the files
 */
export async function tieHead(
  config: CausalConfig,
  arrays: ReadonlyMap<string, StoredArray>,
  embedding: string,
): Promise<Tied<CausalConfig>> {
  if (!config.tieWordEmbeddings) return { config, arrays };
  const nameFor = await tiedArrays(arrays, [[HEAD, embedding]]);
  const [table, head] = [nameFor(embedding) ?? "", nameFor(HEAD)];
  const all = new Map(arrays);
  const array = arrays.get(table);
  if (array !== undefined) all.set(embedding, array);
  if (head !== table) return { config: { ...config, tieWordEmbeddings: false }, arrays: all };
  all.delete(HEAD);
  return { config, arrays: all };
}
