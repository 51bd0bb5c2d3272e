import type { ConfigFields } from "./configFields.ts";

/** Whether a list has a module, what it is in, or the end of its name. */
export function isListed(list: readonly string[], module: string): boolean {
  return list.some((each) => module === each || module.startsWith(`${each}.`) || module.endsWith(`.${each}`));
}

/**
 * Refuses a list of modules that are not quantized if it has one of those that are in the file. It needs no other attention:
 * a module has either codes or floats.
 *
 * @param name the field of the list
 */
export function refuseListed(fields: ConfigFields, name: string, modules: readonly string[]): void {
  for (const listed of fields.texts(name)) {
    const found = modules.find((module) => isListed([listed], module));
    if (found !== undefined) fields.fail(name, `no module of codes, as ${found} is in the file`, listed);
  }
}
