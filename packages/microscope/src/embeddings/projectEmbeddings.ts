import { checkArray, checkOptions } from "@qkv/ops";
import { anatomyOf, type MicroscopeModel, sideNamed, type SideName } from "../model/anatomy.ts";
import { recordActivations } from "../recording/recordActivations.ts";
import { type PrincipalComponents, principalComponents } from "./principalComponents.ts";

/** Options of {@link projectEmbeddings}. */
export interface ProjectEmbeddingsOptions {
  /** Number of axes. Default 2. */
  readonly dimensions?: 2 | 3 | undefined;
  /** Whose vectors. Default the first stack's. */
  readonly side?: SideName | undefined;
}

/**
 * The vectors of tokens in the plane or in space of their greatest variance: principal components.
 *
 * @param ids the tokens, 3 different ones at least
 * @throws RangeError for a model that does not hand its token vectors to taps
 */
export async function projectEmbeddings(
  model: MicroscopeModel,
  ids: readonly number[],
  options: ProjectEmbeddingsOptions = {},
): Promise<PrincipalComponents> {
  const who = "projectEmbeddings";
  checkOptions(who, options, { dimensions: true, side: true });
  const { dimensions = 2 } = options;
  if (dimensions !== 2 && dimensions !== 3) {
    throw new RangeError(`${who}: expected dimensions to be 2 or 3, got ${String(dimensions)}`);
  }
  checkArray(who, "ids", ids);
  if (new Set(ids).size < 3)
    throw new RangeError(`${who}: expected ids of 3 different tokens at least, got ${new Set(ids).size}`);
  const anatomy = anatomyOf(who, model);
  const side = sideNamed(who, anatomy, options.side ?? anatomy.sides[0]?.name);
  const path = `${side.prefix}tokenEmbeddings`;
  // In texts that the model can read: the list may be longer.
  const vectors: number[] = [];
  let width = 0;
  const step = Math.max(1, Math.min(anatomy.maxTokens, ids.length));
  for (let at = 0; at < ids.length; at += step) {
    const part = ids.slice(at, at + step);
    const inputs = { ids: part, ...(anatomy.kind === "encoderDecoder" && { decoderIds: part }) };
    const { shape, values } = (await recordActivations(model, inputs, [path])).get(path);
    width = shape.at(-1) ?? 0;
    vectors.push(...values);
  }
  return principalComponents(vectors, width, dimensions);
}
