/** An entity of a text. */
export interface TextEntity {
  /** The kind of entity, without `B-` and `I-` of tokens that are grouped: `PER`. */
  readonly label: string;
  /** The mean of its tokens' or words' probabilities. */
  readonly score: number;
  /** Where it begins in the text as it was given, in UTF-16 units. */
  readonly start: number;
  /** Where it ends, itself not included. */
  readonly end: number;
  /** The text from start to end. */
  readonly text: string;
}

/**
 * How tokens become entities, as in transformers: not at all, neighbours of the same kind, or words of one kind first, which
 * is that of the word's first token, of its tokens' mean, or of its surest token.
 */
export type Aggregation = (typeof AGGREGATIONS)[number];

/** Every {@link Aggregation}. */
export const AGGREGATIONS = ["none", "simple", "first", "average", "max"] as const;

/** A token, or a word, and the probabilities of its classes. */
export interface TokenScores {
  readonly start: number;
  readonly end: number;
  /** The number of the pre-tokenizer's word. */
  readonly word: number | undefined;
  /** [K] */
  readonly scores: Float32Array;
}

interface Labelled {
  readonly start: number;
  readonly end: number;
  readonly label: string;
  readonly score: number;
}

/** Labels each token, or each word if words are to be of one kind. */
export function wordsOf(
  text: string,
  tokens: readonly TokenScores[],
  options: { readonly aggregation: Aggregation; readonly labels: readonly string[]; readonly hasWords: boolean },
): Labelled[] {
  const { aggregation, labels, hasWords } = options;
  if (aggregation === "none" || aggregation === "simple") return tokens.map((token) => labelled(token, labels));
  const words: TokenScores[][] = [];
  for (const token of tokens) {
    const word = words.at(-1);
    if (word !== undefined && continues(text, word.at(-1), token, hasWords)) word.push(token);
    else words.push([token]);
  }
  return words.map((word) => {
    const [start, end] = [word[0]?.start ?? 0, word.at(-1)?.end ?? 0];
    return labelled({ start, end, scores: scoresOfWord(word, aggregation) }, labels);
  });
}

/** Whether a token goes on with the word of the token before it. Vocabularies without words have those between spaces. */
function continues(text: string, before: TokenScores | undefined, token: TokenScores, hasWords: boolean): boolean {
  if (hasWords) return before?.word === token.word;
  return token.start > 0 && !/\s/.test(text.slice(token.start - 1, token.start + 1));
}

function scoresOfWord(word: readonly TokenScores[], aggregation: Aggregation): Float32Array {
  const [first] = word;
  if (first === undefined || aggregation === "first") return first?.scores ?? new Float32Array();
  if (aggregation === "average") {
    return first.scores.map((_, k) => word.reduce((sum, { scores }) => sum + (scores[k] ?? 0), 0) / word.length);
  }
  const surest = ({ scores }: TokenScores) => scores.reduce((a, b) => Math.max(a, b), 0);
  return word.reduce((best, token) => (surest(token) > surest(best) ? token : best)).scores;
}

function labelled({ start, end, scores }: Omit<TokenScores, "word">, labels: readonly string[]): Labelled {
  const best = scores.reduce((at, score, k) => (score > (scores[at] ?? 0) ? k : at), 0);
  return { start, end, label: labels[best] ?? `${best}`, score: scores[best] ?? 0 };
}

/** Groups neighbours of the same kind; `B-` begins an entity. */
export function groupedEntities(text: string, words: readonly Labelled[], aggregation: Aggregation): TextEntity[] {
  if (aggregation === "none") return words.map((word) => entityOf(text, [word], word.label));
  const groups: Labelled[][] = [];
  for (const word of words) {
    const group = groups.at(-1);
    const isSame = kindOf(group?.at(-1)?.label ?? "") === kindOf(word.label);
    if (group !== undefined && isSame && !word.label.startsWith("B-")) group.push(word);
    else groups.push([word]);
  }
  return groups.map((group) => entityOf(text, group, kindOf(group[0]?.label ?? "")));
}

function kindOf(label: string): string {
  return label.replace(/^[BI]-/, "");
}

function entityOf(text: string, group: readonly Labelled[], label: string): TextEntity {
  const score = group.reduce((sum, word) => sum + word.score, 0) / group.length;
  const [from, to] = [group[0]?.start ?? 0, group.at(-1)?.end ?? 0];
  const found = text.slice(from, to);
  const start = from + found.length - found.trimStart().length; // tokens of some vocabularies begin with a space
  return { label, score, start, end: start + found.trim().length, text: found.trim() };
}
