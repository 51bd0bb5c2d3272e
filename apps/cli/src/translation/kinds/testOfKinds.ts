import { RandomStream } from "@qkv/nn";
import { drawSlots, fillSlots, hasSlots } from "../augmentation/fillSlots.ts";
import type { Filling } from "../augmentation/slots.ts";
import { inCapitals, withoutFinalMark } from "../augmentation/writing.ts";
import { threeColumns } from "../augmentation/valueLists.ts";
import type { SentencePair } from "../pairs/pairs.ts";

/** A sentence of the test of kinds. */
export interface KindSentence extends SentencePair {
  readonly kind: string;
  /** What the translation has to keep: of each value the ways to write it in the target language. */
  readonly values: readonly (readonly string[])[];
}

/** A line of the file that the test is made from: its slots are still to be filled. */
export interface KindPattern extends SentencePair {
  readonly kind: string;
}

/** The kind whose sentences are also written in other ways, each a kind of its own. */
const WRITTEN = "sentences";

/** Ways of writing that a script without capitals does not have. */
const OF_CAPITALS = new Set(["in small letters", "in capitals"]);

const WAYS: Readonly<Record<string, (pair: SentencePair) => SentencePair>> = {
  "in small letters": ({ source, target }) => withoutFinalMark({ source: source.toLowerCase(), target }),
  "in capitals": inCapitals,
  "without final mark": withoutFinalMark,
  "with curly quotes": ({ source, target }) => ({ source: `“${source.replace(/'/g, "’")}”`, target: `"${target}"` }),
};

/** Reads tab-separated lines of kind, English and its translation. @throws UsageError with the line that is not */
export function parseKindPatterns(lines: readonly string[], file: string, reverse: boolean): KindPattern[] {
  return threeColumns(lines, file).map(([kind, english, other]) =>
    reverse ? { kind, source: other, target: english } : { kind, source: english, target: other },
  );
}

/**
 * The sentences of the test: each pattern with slots filled `fillings` times with values that nothing is trained on, and
 * the plain sentences in each way of writing.
 */
export function testOfKinds(
  patterns: readonly KindPattern[],
  filling: Omit<Filling, "part">,
  { fillings, seed }: { readonly fillings: number; readonly seed: number },
): KindSentence[] {
  return patterns.flatMap((pattern, i) => {
    const random = new RandomStream(seed).fork(i);
    if (hasSlots(pattern)) return Array.from({ length: fillings }, () => filledPattern(pattern, filling, random));
    const plain = { ...pattern, values: [] };
    if (pattern.kind !== WRITTEN) return [plain];
    const hasCapitals = pattern.source.toUpperCase() !== pattern.source.toLowerCase();
    const own = Object.entries(WAYS).filter(([kind]) => hasCapitals || !OF_CAPITALS.has(kind));
    const ways = own.map(([kind, write]) => ({ ...write(pattern), kind, values: [] }));
    return [plain, ...ways];
  });
}

function filledPattern(pattern: KindPattern, filling: Omit<Filling, "part">, random: RandomStream): KindSentence {
  const values = drawSlots(pattern, { ...filling, part: "test" }, random);
  return {
    kind: pattern.kind,
    ...fillSlots(pattern, values, filling.languages, random),
    values: [...values.values()].map((value) => value[filling.languages.target] ?? []),
  };
}
