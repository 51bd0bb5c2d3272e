import { checkOptions, type OptionNames } from "@qkv/ops";
import { checkTaps } from "./checkTaps.ts";
import { Pass, type PassOptions } from "./pass.ts";

const OPTIONS: OptionNames<PassOptions> = { random: true, taps: true, recompute: true };

/**
 * Creates the pass of a model's forward call from its options.
 *
 * @param who for errors: `CausalLanguageModel.forward`
 * @param model asked for its activations only if there are taps
 * @throws RangeError if an option is unknown, or a tap's pattern matches no activation of the model
 */
export function createPass(
  who: string,
  options: PassOptions,
  model: { readonly activations: readonly string[] },
): Pass {
  checkOptions(who, options, OPTIONS);
  if (options.taps !== undefined) checkTaps(who, options, model.activations);
  return new Pass(options);
}
