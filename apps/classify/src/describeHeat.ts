import { formatPercent } from "@qkv/app-shell";
import type { MESSAGES } from "./messages.ts";
import type { Heat, LookRequest } from "./work/looking.ts";

/**
 * What stands out in a map, in words: the share of each place, or of the evidence, whose shares differ little, how far it
 * is above an even one.
 */
export function describeHeat(
  { columns, strongest }: Pick<Heat, "columns" | "strongest">,
  request: LookRequest,
  look: (typeof MESSAGES)["en"]["look"],
): string {
  const place = (patch: number) => ({ row: Math.floor(patch / columns) + 1, column: (patch % columns) + 1 });
  const told = (share: "share" | "above", sign = "") =>
    strongest.map((one) => look.place(place(one.patch), sign + formatPercent(one[share]))).join(", ");
  const own = request.kind === "evidence" || request.patch === undefined ? undefined : place(request.patch);
  if (strongest.length === 0) return own === undefined ? look.even : look.evenOf(own);
  if (request.kind === "evidence") return look.above(told("above", "+"));
  return own === undefined ? look.most(told("share")) : look.mostOf(own, told("share"));
}
