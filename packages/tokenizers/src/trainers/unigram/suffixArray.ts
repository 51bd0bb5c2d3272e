// The end of a word: no substring extends beyond it.
const END = 0;

/** A substring and the number of its places. */
export interface RepeatedSubstring {
  readonly text: string;
  readonly count: number;
}

/**
 * The substrings of 2 to `maxLength` characters that are in several places of `words` and do not continue alike in all of
 * them: the inner nodes of the suffix tree. Those that cover most characters come first, of equals the last in the order
 * of code points.
 *
 * Only as much of each suffix is sorted as can matter, so that no suffix array in the full sense is needed.
 */
export function repeatedSubstrings(words: Iterable<string>, maxLength: number, limit: number): RepeatedSubstring[] {
  const text = joinWords(words);
  const order = new Int32Array(text.length);
  let size = 0;
  for (let i = 0; i < text.length; i++) if (text[i] !== END) order[size++] = i;
  sortSuffixes(text, order, 0, size, 0, maxLength + 1);

  const lefts: number[] = []; // of each substring, the first suffix that begins with it
  const lengths: number[] = [];
  const counts: number[] = [];
  const stack: { left: number; readonly length: number }[] = [{ left: 0, length: 0 }];
  for (let i = 1; i <= size; i++) {
    const shared = i === size ? 0 : commonPrefix(text, order[i - 1] ?? 0, order[i] ?? 0, maxLength + 1);
    let left = i - 1;
    for (let top = stack.at(-1); top !== undefined && top.length > shared; top = stack.at(-1)) {
      stack.pop();
      left = top.left;
      if (top.length < 2 || top.length > maxLength) continue;
      lefts.push(left);
      lengths.push(top.length);
      counts.push(i - left);
    }
    if ((stack.at(-1)?.length ?? 0) < shared) stack.push({ left, length: shared });
  }

  const covered = (i: number): number => (counts[i] ?? 0) * (lengths[i] ?? 0);
  const best = Uint32Array.from(lefts.keys()).sort(
    (a, b) => covered(b) - covered(a) || (lefts[b] ?? 0) - (lefts[a] ?? 0) || (lengths[b] ?? 0) - (lengths[a] ?? 0),
  );
  return Array.from(best.subarray(0, limit), (i) => {
    const start = order[lefts[i] ?? 0] ?? 0;
    return { text: String.fromCodePoint(...text.subarray(start, start + (lengths[i] ?? 0))), count: counts[i] ?? 0 };
  });
}

/** The code points of all words, each word followed by {@link END}. */
function joinWords(words: Iterable<string>): Uint32Array {
  let text = new Uint32Array(1024);
  let size = 0;
  for (const word of words) {
    if (size + word.length >= text.length) {
      const larger = new Uint32Array(2 * (size + word.length + 1));
      larger.set(text);
      text = larger;
    }
    for (const char of word) text[size++] = char.codePointAt(0) ?? 0;
    text[size++] = END;
  }
  return text.subarray(0, size);
}

/** The number of characters that two suffixes share, up to `most`; all of them when their words end alike. */
function commonPrefix(text: Uint32Array, a: number, b: number, most: number): number {
  for (let i = 0; i < most; i++) {
    if (text[a + i] !== text[b + i]) return i;
    if (text[a + i] === END) return most;
  }
  return most;
}

/** Sorts suffixes by their first `most` characters, of which `depth` are known to be the same: a multikey quicksort. */
function sortSuffixes(
  text: Uint32Array,
  order: Int32Array,
  from: number,
  to: number,
  depth: number,
  most: number,
): void {
  while (to - from > 1 && depth < most) {
    const at = (i: number): number => text[(order[i] ?? 0) + depth] ?? END;
    const pivot = median(at(from), at((from + to) >> 1), at(to - 1));
    let below = from;
    let above = to;
    for (let i = from; i < above;) {
      const suffix = order[i] ?? 0;
      const char = text[suffix + depth] ?? END;
      if (char === pivot) {
        i++;
        continue;
      }
      const other = char < pivot ? below++ : --above;
      order[i] = order[other] ?? 0;
      order[other] = suffix;
      if (char < pivot) i++;
    }
    sortSuffixes(text, order, from, below, depth, most);
    sortSuffixes(text, order, above, to, depth, most);
    if (pivot === END) return;
    [from, to] = [below, above];
    depth++;
  }
}

function median(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}
