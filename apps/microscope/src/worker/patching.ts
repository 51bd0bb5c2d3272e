import { type Answer, activationPatching, normalizedGrid, type PatchKind, type SideName } from "@qkv/microscope";
import { type LikelyToken, type Reading, readText, type Refusal } from "./readText.ts";
import type { Subject } from "./subject.ts";

/** What activations of another text do to the answer. */
export interface Patched {
  /** What the model would answer to each text. */
  readonly answers: { readonly base: LikelyToken; readonly source: LikelyToken };
  /** The tokens of both texts on the side that is patched. */
  readonly tokens: { readonly base: readonly string[]; readonly source: readonly string[] };
  readonly rows: number;
  readonly columns: number;
  /** The number that is watched, of each text: the logit of the other's answer less that of its own. */
  readonly base: number;
  readonly source: number;
  /** [rows, columns], of the way from the base to the source: 1 is all of it. */
  readonly values: Float32Array;
}

/** Why two texts cannot be compared. */
export type PairRefusal =
  | Refusal
  | { readonly refused: "lengths"; readonly base: number; readonly source: number }
  | { readonly refused: "same" };

/** Patches activations of another text into the one that was read. */
export async function patchFrom(
  subject: Subject,
  base: Reading,
  other: { readonly text: string; readonly target: string },
  options: { readonly kind: PatchKind; readonly side: SideName },
  { signal, onProgress }: { readonly signal: AbortSignal; readonly onProgress: (done: number, total: number) => void },
): Promise<Patched | PairRefusal> {
  const source = await readText(subject, other.text, other.target);
  if ("refused" in source) return source;
  const [bases, sources] = [base, source].map(({ inputs }) => inputs.ids.length) as [number, number];
  if (bases !== sources) return { refused: "lengths", base: bases, source: sources };
  const [was, becomes] = [base.next?.[0], source.next?.[0]];
  if (was === undefined || becomes === undefined || was.id === becomes.id) return { refused: "same" };
  const answer: Answer = { token: becomes.id, against: was.id, position: base.position };
  const grid = await activationPatching(
    subject.model,
    { base: base.inputs, source: source.inputs, answer },
    { ...options, signal, onProgress },
  );
  const tokensOf = (reading: Reading) =>
    options.side === "decoder" && reading.target.length > 0 ? reading.target : reading.source;
  return {
    ...{ answers: { base: was, source: becomes }, tokens: { base: tokensOf(base), source: tokensOf(source) } },
    ...{ rows: grid.rows, columns: grid.columns, base: grid.base, source: grid.source },
    values: normalizedGrid(grid),
  };
}
