/** Whether a pattern matches a path. `*` is one step, `**` one or more. */
export function matchesPath(pattern: string, path: string): boolean {
  return matches(pattern.split("."), path.split("."));
}

/** Whether a pattern may match a path inside a module; `""` is the whole model. */
export function leadsInto(pattern: string, module: string): boolean {
  const [steps, into] = [pattern.split("."), module === "" ? [] : module.split(".")];
  for (const [i, step] of into.entries()) {
    if (steps[i] === "**") return true;
    if (steps[i] === undefined || (steps[i] !== "*" && steps[i] !== step)) return false;
  }
  return steps.length > into.length;
}

function matches([step, ...rest]: readonly string[], path: readonly string[]): boolean {
  if (step === undefined) return path.length === 0;
  if (step === "**") return path.some((_, i) => matches(rest, path.slice(i + 1)));
  return (step === "*" || step === path[0]) && path.length > 0 && matches(rest, path.slice(1));
}
