import { TrainingTrie } from "./trie.ts";

/** The id of the unknown piece, for characters without a piece of their own. */
export const UNKNOWN = 0;

// https://github.com/google/sentencepiece/blob/v0.2.0/src/unigram_model.cc (kUnkPenalty)
const UNK_PENALTY = 10;

// exp(50): a sum of likelihoods is rescaled to a term that is more than this many times its first one.
const MUCH = 50;

/** Lattice of the spellings of words by pieces: "Subword Regularization" (https://arxiv.org/abs/1804.10959), section 3.2. */
export class TrainingLattice {
  readonly #trie = new TrainingTrie();
  readonly #scores: Float64Array;
  #unkScore = 0;
  // The pieces found in the current word, by their start.
  #nodes = 0;
  #ids = new Int32Array(256);
  #starts = new Int32Array(256);
  #ends = new Int32Array(256);
  // By position in the word.
  #forward = new Float64Array(64);
  #backward = new Float64Array(64);
  #sums = new Float64Array(64);
  #best = new Int32Array(64);

  /**
   * @param texts by id
   * @param ids of the pieces in use
   * @param scores by id, log likelihoods; borrowed, and -Infinity for a pruned piece
   */
  constructor(texts: readonly string[], ids: readonly number[], scores: Float64Array) {
    for (const id of ids) if (id !== UNKNOWN) this.#trie.set(texts[id] ?? "", id);
    this.#scores = scores;
  }

  /** Sets the unknown score, after each change of the scores. @param least the lowest score in use */
  setLeast(least: number): void {
    this.#unkScore = least - UNK_PENALTY;
  }

  /** Adds to `expected` the expected count of each piece in a word that occurs `count` times. */
  addExpected(word: string, count: number, expected: Float64Array): void {
    this.#find(word);
    const forward = this.#forward;
    const backward = this.#backward;
    const sums = this.#sums;
    const length = word.length;
    // Of each position: the log of the summed likelihoods of all spellings up to it, then from it on.
    sums.fill(0, 0, length + 1);
    forward[0] = 0;
    sums[0] = 1;
    let open = -1; // the last position whose sum is in `forward`
    for (let i = 0; i < this.#nodes; i++) {
      const start = this.#starts[i] ?? 0;
      if (start !== open) {
        forward[start] = (forward[start] ?? 0) + Math.log(sums[start] ?? 0);
        open = start;
      }
      addLog(forward, sums, this.#ends[i] ?? 0, (forward[start] ?? 0) + this.#scoreOf(i));
    }
    const all = (forward[length] ?? 0) + Math.log(sums[length] ?? 0);
    sums.fill(0, 0, length + 1);
    backward[length] = 0;
    open = -1;
    for (let i = this.#nodes - 1; i >= 0; i--) {
      const start = this.#starts[i] ?? 0;
      const end = this.#ends[i] ?? 0;
      if (start !== open) {
        if (open !== -1) backward[open] = (backward[open] ?? 0) + Math.log(sums[open] ?? 0);
        open = start;
      }
      const rest = this.#scoreOf(i) + (backward[end] ?? 0);
      const id = this.#ids[i] ?? 0;
      expected[id] = (expected[id] ?? 0) + count * Math.exp((forward[start] ?? 0) + rest - all);
      addLog(backward, sums, start, rest);
    }
  }

  /**
   * Finds the likeliest spelling of a word.
   *
   * @param visit called with its pieces, the last one first
   * @param whole whether the word itself may be one of them
   * @returns its score; undefined where there is no spelling
   */
  bestPath(word: string, visit: (id: number) => void, whole = true): number | undefined {
    this.#find(word);
    const scores = this.#forward;
    const best = this.#best.fill(-1, 0, word.length + 1); // the piece that ends at each position
    scores[0] = 0;
    for (let i = 0; i < this.#nodes; i++) {
      const start = this.#starts[i] ?? 0;
      const end = this.#ends[i] ?? 0;
      if (!whole && end - start === word.length) continue;
      const score = (scores[start] ?? 0) + this.#scoreOf(i);
      if (best[end] !== -1 && score <= (scores[end] ?? 0)) continue;
      scores[end] = score;
      best[end] = i;
    }
    if (best[word.length] === -1) return undefined;
    for (let end = word.length; end > 0;) {
      const node = best[end] ?? 0;
      visit(this.#ids[node] ?? 0);
      end = this.#starts[node] ?? 0;
    }
    return scores[word.length];
  }

  #scoreOf(node: number): number {
    const id = this.#ids[node] ?? 0;
    return id === UNKNOWN ? this.#unkScore : (this.#scores[id] ?? 0);
  }

  #find(word: string): void {
    this.#nodes = 0;
    if (word.length >= this.#forward.length) this.#lengthen(2 * word.length);
    const trie = this.#trie;
    const scores = this.#scores;
    for (let start = 0; start < word.length;) {
      const after = start + ((word.codePointAt(start) ?? 0) > 0xffff ? 2 : 1);
      let knowsChar = false;
      let node = 0;
      for (let i = start; i < word.length && (node = trie.next(node, word.charCodeAt(i))) !== 0; i++) {
        const id = trie.valueOf(node);
        if (id === 0 || scores[id] === -Infinity) continue;
        this.#push(start, i + 1, id);
        knowsChar ||= i + 1 === after;
      }
      if (!knowsChar) this.#push(start, after, UNKNOWN);
      start = after;
    }
  }

  #push(start: number, end: number, id: number): void {
    const at = this.#nodes++;
    if (at === this.#ids.length) {
      [this.#ids, this.#starts, this.#ends] = [this.#ids, this.#starts, this.#ends].map((old) => {
        const larger = new Int32Array(2 * old.length);
        larger.set(old);
        return larger;
      }) as [Int32Array<ArrayBuffer>, Int32Array<ArrayBuffer>, Int32Array<ArrayBuffer>];
    }
    this.#ids[at] = id;
    this.#starts[at] = start;
    this.#ends[at] = end;
  }

  #lengthen(size: number): void {
    this.#forward = new Float64Array(size + 1);
    this.#backward = new Float64Array(size + 1);
    this.#sums = new Float64Array(size + 1);
    this.#best = new Int32Array(size + 1);
  }
}

/** Adds exp(value) to the number that is stored at a place as exp(log) * sum. */
function addLog(logs: Float64Array, sums: Float64Array, at: number, value: number): void {
  const sum = sums[at] ?? 0;
  const above = value - (logs[at] ?? 0);
  if (sum === 0 || above > MUCH) {
    sums[at] = sum === 0 ? 1 : sum * Math.exp(-above) + 1;
    logs[at] = value;
  } else sums[at] = sum + Math.exp(above);
}
