import { formatPercent } from "@qkv/app-shell";
import type { MESSAGES } from "./messages.ts";
import type { Heat, SaliencyRequest } from "./worker/saliencyMaps.ts";

/**
 * What stands out in a map, in words: the share of each place, or of the evidence, whose shares differ little, how far it
 * is above an even one.
 */
export function describeHeat(
  { columns, strongest }: Pick<Heat, "columns" | "strongest">,
  request: SaliencyRequest,
  words: (typeof MESSAGES)["en"]["saliency"],
): string {
  const place = (patch: number) => ({ row: Math.floor(patch / columns) + 1, column: (patch % columns) + 1 });
  const told = (share: "share" | "above", sign = "") =>
    strongest.map((one) => words.place(place(one.patch), sign + formatPercent(one[share]))).join(", ");
  const own = request.kind === "evidence" || request.patch === undefined ? undefined : place(request.patch);
  if (strongest.length === 0) return own === undefined ? words.even : words.evenOf(own);
  if (request.kind === "evidence") return words.above(told("above", "+"));
  return own === undefined ? words.most(told("share")) : words.mostOf(own, told("share"));
}
