import { languageTag } from "./languageTag.ts";

/** Translation direction: source and target language of a model. */
export interface Direction {
  readonly from: string;
  readonly to: string;
}

/** Reads the direction from a model's name, as in `en-fr` and `opus-mt-en-de`. Undefined if there is none. */
export function directionOf(name: string): Direction | undefined {
  const [, from, to] = /(?:^|[-/_])([a-z]{2,3})-([a-z]{2,3})(?:@[^/]*)?\/?$/.exec(name) ?? [];
  return from === undefined || to === undefined ? undefined : { from, to };
}

/**
 * Refuses a language other than the one of a model. Regions and scripts do not count, and where a model's is
 * no single language, such as `roa` and `mul`, nothing is refused.
 *
 * @param does verb for the error message: `translates to`
 * @throws RangeError naming both
 */
export function expectLanguage(does: string, language: string, models: string): void {
  const [asked, known] = [singleLanguage(language), singleLanguage(models)];
  if (known === undefined || asked === known) return;
  throw new RangeError(`expected ${known}, which is what the model ${does}, got ${language}`);
}

/** The language of a tag without region and script; undefined if it names several, or none. */
function singleLanguage(name: string): string | undefined {
  try {
    const { language } = new Intl.Locale(languageTag(name));
    const words = new Intl.DisplayNames("en", { type: "language", fallback: "none" }).of(language);
    return words === undefined || /languages/i.test(words) ? undefined : language;
  } catch {
    return undefined; // no tag
  }
}
