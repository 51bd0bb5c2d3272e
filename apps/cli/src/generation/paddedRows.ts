import type { GeneratedSequence } from "@qkv/transformer";

/**
 * Sequences as rows of one length, as Python's `generate` returns them: what goes on with a prompt is padded before it
 * to the longest prompt, and everything after its end.
 *
 * @param sequences for each prompt those that were made
 * @param options.fillTokenId what stands behind an end. Default `padTokenId`
 */
export function paddedRows(
  sequences: readonly (readonly GeneratedSequence[])[],
  {
    prompts,
    padTokenId,
    fillTokenId = padTokenId,
  }: {
    readonly prompts?: readonly (readonly number[])[];
    readonly padTokenId: number;
    readonly fillTokenId?: number;
  },
): number[][] {
  const longest = Math.max(0, ...(prompts ?? []).map(({ length }) => length));
  const rows = sequences.flatMap((made, i) => {
    const before = prompts === undefined ? 0 : longest - (prompts[i]?.length ?? 0);
    return made.map(({ ids }) => [...Array<number>(before).fill(padTokenId), ...ids]);
  });
  const width = Math.max(0, ...rows.map(({ length }) => length));
  return rows.map((row) => [...row, ...Array<number>(width - row.length).fill(fillTokenId)]);
}

/** The token of padding and the one behind an end: Python's beam search takes the end token there if padding is 0. */
export function fillTokens(
  pad: number | null | undefined,
  eosTokenIds: readonly number[],
  numBeams = 1,
): { readonly padTokenId: number; readonly fillTokenId: number } {
  const padTokenId = pad ?? eosTokenIds[0] ?? 0;
  return { padTokenId, fillTokenId: numBeams > 1 ? padTokenId || (eosTokenIds[0] ?? 0) : padTokenId };
}
