import { checkString } from "@qkv/ops";
/**
 * A language's BCP 47 tag in its canonical form, of what people write for one: `pt-BR` of `pt_BR`, `en-US` of
 * `en_US.UTF-8`, `fr` of `fra`.
 *
 * @throws RangeError if none can be made of it
 */
export function languageTag(name: string): string {
  checkString("languageTag", "name", name);
  const [plain = ""] = name.trim().split(/[.@]/); // what a locale of POSIX has behind the language
  try {
    const [tag] = Intl.getCanonicalLocales(plain.replaceAll("_", "-"));
    if (tag !== undefined) return tag;
  } catch {
    // said below
  }
  throw new RangeError(`expected a language tag such as en or pt-BR, got ${JSON.stringify(name)}`);
}
