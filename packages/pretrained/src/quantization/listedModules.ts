import type { ConfigFields } from "./configFields.ts";

/**
 * Refuses a list of modules that are not quantized if it has one of those that are in the file. It needs no other attention:
 * a module has either codes or floats.
 *
 * @param name the field of the list: names of modules, of what they are in, or the ends of their names
 */
export function refuseListed(fields: ConfigFields, name: string, modules: readonly string[]): void {
  for (const listed of fields.texts(name)) {
    const isOf = (module: string) =>
      module === listed || module.startsWith(`${listed}.`) || module.endsWith(`.${listed}`);
    const found = modules.find(isOf);
    if (found !== undefined) fields.fail(name, `no module of codes, as ${found} is in the file`, listed);
  }
}
