import { PretrainedError } from "../files/pretrainedError.ts";

/** Which modules an adapter is of, in the names of Hugging Face's model, as PEFT's `LoraConfig` says it. */
export interface ModuleChoice {
  /** Ends of names (`q_proj`), a pattern of whole names, or `all-linear`: all linear maps but the output layer. */
  readonly targets: readonly string[] | string;
  /** Those that are left out, in the same way. */
  readonly excluded: readonly string[] | string;
  /** Only these layers, where `targets` are ends of names. Default all. */
  readonly layers: readonly number[];
  /** The names of the lists of layers that `layers` counts in. Default any. */
  readonly layersPattern: readonly string[];
  /** Modules that are saved whole. */
  readonly saved: readonly string[];
}

/** What PEFT takes for all linear maps. */
export const ALL_LINEAR = "all-linear";

/**
 * Whether a module is chosen by its name, as PEFT's `check_target_module_exists` decides.
 *
 * @param isInnerLinear whether it is a linear map and not the output layer, for `all-linear`
 * @throws PretrainedError if a pattern is none
 */
export function isChosen(choice: ModuleChoice, name: string, isInnerLinear: boolean): boolean {
  const { targets, excluded, layers, saved } = choice;
  if (excluded.length > 0 && isOneOf(excluded, name)) return false;
  if (isSaved(choice, name)) return false;
  if (typeof targets === "string") {
    return targets.toLowerCase() === ALL_LINEAR ? isInnerLinear : wholePattern(targets).test(name);
  }
  if (targets.includes(name)) return true;
  if (!targets.some((target) => name.endsWith(`.${target}`))) return false;
  if (layers.length === 0) return true;
  const index = layerIndex(choice, name);
  return index !== undefined && layers.includes(index) && !saved.includes(name);
}

/** Whether a module, or one that holds it, is saved whole. */
export function isSaved({ saved }: Pick<ModuleChoice, "saved">, name: string): boolean {
  return saved.some((module) => pattern(`^(?:.*\\.)?(?:${module})(?:$|\\..*)`).test(name));
}

/** The value of the first pattern that the end of a name fits, or `otherwise`. */
export function byPattern(patterns: Readonly<Record<string, number>>, name: string, otherwise: number): number {
  const found = Object.keys(patterns).find((key) => pattern(`^(?:.*\\.)?(?:${key})$`).test(name));
  return patterns[found ?? name] ?? otherwise;
}

function isOneOf(names: readonly string[] | string, name: string): boolean {
  if (typeof names === "string") return wholePattern(names).test(name);
  return names.some((each) => each === name || name.endsWith(`.${each}`));
}

function layerIndex({ layersPattern }: ModuleChoice, name: string): number | undefined {
  const patterns = layersPattern.length === 0 ? ["[^.]*"] : layersPattern;
  const found = patterns.map((list) => pattern(`^(?:|.*?\\.)(?:${list})\\.(\\d+)\\.`).exec(name)).find(Boolean);
  return found === undefined || found === null ? undefined : Number(found[1]);
}

function wholePattern(source: string): RegExp {
  return pattern(`^(?:${source})$`);
}

/** Python's patterns are JavaScript's but for the names of groups. @throws PretrainedError if it is none */
function pattern(source: string): RegExp {
  try {
    return new RegExp(source.replaceAll("(?P<", "(?<"), "s");
  } catch {
    throw new PretrainedError(`expected a regular expression in place of module names, got ${source}`);
  }
}
