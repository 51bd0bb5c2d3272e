// Stands where `./tatoeba.ts` does in Node. No sentences ship with the page: an invented language has to do.
import { inventedPairs } from "@qkv/examples/tour/pairs";

export { type Pair, Vocabulary } from "@qkv/examples/tour/pairs";
export { inventedPairs as readPairs };

/** The file of Tatoeba's pairs: none. */
export function tatoebaFile(): undefined {
  return undefined;
}
