import type { AnyExample, Goal, Problem } from "../data/examples.ts";
import type { ReadExamples } from "../data/readExamples.ts";
import { type Base, readTokens } from "./base.ts";

/** What a person is told of the examples before anything begins. */
export interface DataSummary {
  readonly goal: Goal;
  readonly count: number;
  /** How many there are of each label, the most frequent first. */
  readonly labels: readonly { readonly label: string; readonly count: number }[];
  /** The first lines that are left out, and how many there are in all. */
  readonly problems: readonly Problem[];
  readonly problemCount: number;
  /** The first examples, by their parts. */
  readonly preview: readonly (readonly string[])[];
}

/** The tokens of the examples. */
export interface TokenCount {
  readonly total: number;
  readonly longest: number;
  /** Texts that are longer than what is read of them. */
  readonly cut: number;
}

const SHOWN = { problems: 20, examples: 3 };

/** Sums up examples. */
export function summaryOf(goal: Goal, { examples, problems }: ReadExamples): DataSummary {
  const counts = new Map<string, number>();
  if (goal === "classify") {
    for (const { label } of examples as readonly { readonly label: string }[]) {
      counts.set(label, (counts.get(label) ?? 0) + 1);
    }
  }
  return {
    goal,
    count: examples.length,
    labels: Array.from(counts, ([label, count]) => ({ label, count })).sort((a, b) => b.count - a.count),
    problems: problems.slice(0, SHOWN.problems),
    problemCount: problems.length,
    preview: examples.slice(0, SHOWN.examples).map(partsOf),
  };
}

/** Counts tokens as the model reads them. */
export async function countTokens(
  base: Base,
  examples: readonly AnyExample[],
  wantedTokens: number,
  signal: AbortSignal,
): Promise<TokenCount> {
  const maxTokens = readTokens(base, wantedTokens);
  const lengthOf = (text: string) => base.tokenizer.encode(text, { truncation: false, padding: false }).length;
  let [total, longest, cut] = [0, 0, 0];
  for (const [i, example] of examples.entries()) {
    if (i % 100 === 0) {
      await new Promise((resolve) => setTimeout(resolve)); // lets the page stop it
      signal.throwIfAborted();
    }
    const isWhole = "text" in example && !("label" in example); // a text to write like is read in parts
    for (const length of readTogether(example).map((texts) => lengthOf(texts.join("\n")))) {
      longest = Math.max(longest, length);
      total += isWhole ? length : Math.min(length, maxTokens);
      if (!isWhole && length > maxTokens) cut++;
    }
  }
  return { total, longest, cut };
}

/** The texts of an example, those that are read as one together. */
function readTogether(example: AnyExample): readonly (readonly string[])[] {
  if ("messages" in example) return [example.messages.map(({ content }) => content)];
  if ("prompt" in example) return [[example.prompt, example.completion]];
  return "anchor" in example ? [[example.anchor], [example.positive]] : [[example.text]];
}

function partsOf(example: AnyExample): readonly string[] {
  if ("messages" in example) return example.messages.map(({ content }) => content);
  return Object.values(example as Readonly<Record<string, string>>).map((text) => text.slice(0, LONGEST));
}

const LONGEST = 200;
