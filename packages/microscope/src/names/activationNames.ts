import { checkArray, checkString } from "@qkv/ops";
import { anatomyOf, type MicroscopeModel } from "../model/anatomy.ts";
import { aliasesOf } from "./aliases.ts";

/** An activation of a model. */
export interface ActivationName {
  /** Its path, which taps know it by: `layers.0.selfAttn.queries`. */
  readonly path: string;
  /** Its names in TransformerLens: `blocks.0.attn.hook_rot_q`. May be none, or two. */
  readonly aliases: readonly string[];
}

/** Lists every activation that a pass of the model has, in its order. @throws RangeError for a model without attention */
export function activationNames(model: MicroscopeModel): readonly ActivationName[] {
  const anatomy = anatomyOf("activationNames", model);
  const aliases = [...aliasesOf(anatomy)];
  return model.activations.map((path) => ({
    path,
    aliases: aliases.flatMap(([name, to]) => (to === path ? [name] : [])),
  }));
}

/**
 * The path of an activation.
 *
 * @param name a path, or a name of TransformerLens
 * @throws RangeError if the model has no such activation
 */
export function activationPath(model: MicroscopeModel, name: string): string {
  checkString("activationPath", "name", name);
  const [path, ...more] = matchingPaths("activationPath", model, [name]);
  if (path === undefined || more.length > 0 || name.includes("*")) {
    throw new RangeError(`activationPath: expected the name of one activation, got the pattern ${name}`);
  }
  return path;
}

/**
 * The paths that patterns match, each once, in the order of the pass. `*` stands for one step, `**` for one or more, in paths as
 * in TransformerLens's names.
 *
 * @throws RangeError if a pattern matches nothing
 */
export function matchingPaths(who: string, model: MicroscopeModel, patterns: readonly string[]): readonly string[] {
  checkArray(who, "names", patterns);
  const aliases = aliasesOf(anatomyOf(who, model));
  const known = new Set(model.activations);
  const found = new Set<string>();
  for (const pattern of patterns) {
    checkString(who, "name", pattern);
    const matches = matcherOf(pattern);
    const paths = [
      ...model.activations.filter(matches),
      ...[...aliases].flatMap(([name, path]) => (known.has(path) && matches(name) ? [path] : [])),
    ];
    if (paths.length === 0) {
      const some = [...aliases.keys()].slice(0, 6).join(", ");
      throw new RangeError(
        `${who}: expected an activation of the model, got ${pattern}; there are ${model.activations.slice(0, 6).join(", ")}, ..., also called ${some}, ...`,
      );
    }
    for (const path of paths) found.add(path);
  }
  return model.activations.filter((path) => found.has(path));
}

function matcherOf(pattern: string): (name: string) => boolean {
  const steps = pattern.split(".").map((step) => step.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  const source = steps.map((step) => (step === "**" ? ".+" : step.replaceAll("*", "[^.]*"))).join("\\.");
  const expression = new RegExp(`^${source}$`);
  return (name) => expression.test(name);
}
