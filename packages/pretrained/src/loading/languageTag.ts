import { checkString } from "@qkv/ops";
/**
 * Converts a name of a language to its canonical BCP 47 tag: `pt_BR` to `pt-BR`, `en_US.UTF-8` to `en-US`,
 * `fra` to `fr`.
 *
 * @throws RangeError if it is no valid tag
 */
export function languageTag(name: string): string {
  checkString("languageTag", "name", name);
  const [plain = ""] = name.trim().split(/[.@]/); // a POSIX locale's suffix after the language
  try {
    const [tag] = Intl.getCanonicalLocales(plain.replaceAll("_", "-"));
    if (tag !== undefined) return tag;
  } catch {
    // reported below
  }
  throw new RangeError(`expected a language tag such as en or pt-BR, got ${JSON.stringify(name)}`);
}
