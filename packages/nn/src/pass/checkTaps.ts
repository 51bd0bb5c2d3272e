import { checkRecord } from "@qkv/ops";
import { matchesPath } from "./pathPattern.ts";
import type { PassOptions } from "./pass.ts";

/**
 * Refuses taps with a pattern that matches no activation of the model.
 *
 * @param who for the error: `CausalLanguageModel.forward`
 * @param activations every activation of the model, by its path
 * @throws RangeError naming the pattern, and similar paths
 */
export function checkTaps(who: string, options: PassOptions, activations: readonly string[]): void {
  checkRecord(who, "options", options);
  for (const pattern of options.taps?.patterns ?? []) {
    if (activations.some((path) => matchesPath(pattern, path))) continue;
    const last = pattern.split(".").at(-1) ?? "";
    const alike = activations.filter((path) => path.endsWith(`.${last}`) || path === last);
    const some = (alike.length > 0 ? alike : activations).slice(0, 12).join(", ");
    throw new RangeError(`${who}: expected taps on activations of the model, got ${pattern}; there are ${some}, ...`);
  }
}
