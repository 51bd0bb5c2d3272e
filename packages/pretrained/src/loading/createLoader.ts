import { checkOptions } from "@qkv/ops";
import type { ModelFiles } from "../files/modelFiles.ts";
import { type AnyFamily, checkFamilies } from "../registry/findFamily.ts";
import { OPEN_OPTIONS, type OpenOptions, openPretrained } from "./openPretrained.ts";
import type { Pretrained } from "./pretrained.ts";

/** Opens models of some families: `loadPretrained` without the others. */
export type Loader<F extends AnyFamily> = (
  source: ModelFiles | string,
  options?: OpenOptions,
) => Promise<Pretrained<F>>;

/**
 * Makes a `loadPretrained` for some families: a page that has it ships no others.
 *
 * @param families such as `[marian]` of `@qkv/transformer`, or your own
 */
export function createLoader<F extends AnyFamily>(families: readonly F[]): Loader<F> {
  checkFamilies("createLoader", families);
  return async (source, options = {}) => {
    checkOptions("loadPretrained", options, OPEN_OPTIONS);
    return openPretrained(families, source, options);
  };
}
