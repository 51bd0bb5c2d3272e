/** A pair of tokens that a trainer may merge, its count, and the words that have it. */
export interface Candidate {
  readonly left: number;
  readonly right: number;
  count: number;
  readonly words: readonly number[];
}

/** A priority queue of candidates, the most frequent first; of equals, the one with the lowest ids. A binary heap. */
export class MergeQueue {
  readonly #heap: Candidate[] = [];

  push(candidate: Candidate): void {
    const heap = this.#heap;
    let i = heap.length;
    heap.push(candidate);
    while (i > 0) {
      const parent = (i - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || !isBefore(candidate, above)) break;
      heap[i] = above;
      i = parent;
    }
    heap[i] = candidate;
  }

  pop(): Candidate | undefined {
    const heap = this.#heap;
    const top = heap[0];
    const moved = heap.pop();
    if (moved === undefined || heap.length === 0) return top;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      let below = heap[child];
      const other = heap[child + 1];
      if (below === undefined) break;
      if (other !== undefined && isBefore(other, below)) {
        below = other;
        child++;
      }
      if (!isBefore(below, moved)) break;
      heap[i] = below;
      i = child;
    }
    heap[i] = moved;
    return top;
  }
}

function isBefore(a: Candidate, b: Candidate): boolean {
  if (a.count !== b.count) return a.count > b.count;
  return a.left !== b.left ? a.left < b.left : a.right < b.right;
}
