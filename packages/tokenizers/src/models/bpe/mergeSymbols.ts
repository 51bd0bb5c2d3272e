import type { MergeTable } from "./mergeTable.ts";

/** The symbols of one word: ids, and the length of the text of each. */
export interface Symbols {
  readonly ids: number[];
  readonly lengths: number[];
}

// 48: up to here a scan over all pairs beats a heap.
const SHORT = 48;

/** Merges that are skipped at random: "BPE-Dropout" (https://arxiv.org/abs/1910.13267). */
export interface Dropout {
  readonly rate: number;
  /** Numbers from 0 to 1. */
  readonly random: () => number;
}

/** Merges neighbouring symbols, the lowest rank first and the leftmost of equals, until no pair has a merge. */
export function mergeSymbols(symbols: Symbols, merges: MergeTable, dropout?: Dropout): void {
  if (symbols.ids.length <= SHORT && dropout === undefined) mergeByScan(symbols, merges);
  else mergeByHeap(symbols, merges, dropout);
}

function mergeByScan({ ids, lengths }: Symbols, merges: MergeTable): void {
  const ranks: number[] = [];
  for (let i = 0; i + 1 < ids.length; i++) ranks.push(merges.rankOf(ids[i] ?? 0, ids[i + 1] ?? 0));
  for (;;) {
    let best = -1;
    let bestRank = Infinity;
    for (let i = 0; i < ranks.length; i++) {
      const rank = ranks[i] ?? -1;
      if (rank >= 0 && rank < bestRank) {
        best = i;
        bestRank = rank;
      }
    }
    if (best < 0) return;
    ids[best] = merges.resultOf(bestRank);
    lengths[best] = (lengths[best] ?? 0) + (lengths[best + 1] ?? 0);
    ids.splice(best + 1, 1);
    lengths.splice(best + 1, 1);
    ranks.splice(best, 1);
    if (best > 0) ranks[best - 1] = merges.rankOf(ids[best - 1] ?? 0, ids[best] ?? 0);
    if (best < ranks.length) ranks[best] = merges.rankOf(ids[best] ?? 0, ids[best + 1] ?? 0);
  }
}

// Heap entries are rank * 2^30 + position, so that numbers order as (rank, position) does.
const POSITIONS = 2 ** 30;

function mergeByHeap({ ids, lengths }: Symbols, merges: MergeTable, dropout: Dropout | undefined): void {
  const count = ids.length;
  const next = new Int32Array(count).map((_, i) => i + 1);
  const previous = new Int32Array(count).map((_, i) => i - 1);
  const heap: number[] = [];
  const rankAt = (i: number): number => {
    const right = next[i] ?? count;
    return right < count ? merges.rankOf(ids[i] ?? 0, ids[right] ?? 0) : -1;
  };
  const offer = (i: number): void => {
    const rank = rankAt(i);
    if (rank >= 0) pushHeap(heap, rank * POSITIONS + i);
  };

  for (let i = 0; i + 1 < count; i++) offer(i);
  const dropped: number[] = []; // until the next merge that is made
  while (heap.length > 0) {
    const top = popHeap(heap);
    if (dropout !== undefined && dropout.random() < dropout.rate) {
      dropped.push(top);
      continue;
    }
    while (dropped.length > 0) pushHeap(heap, dropped.pop() ?? 0);
    const i = top % POSITIONS;
    const rank = (top - i) / POSITIONS;
    if (lengths[i] === -1 || rankAt(i) !== rank) continue; // merged or changed since it was queued
    const right = next[i] ?? count;
    const after = next[right] ?? count;
    ids[i] = merges.resultOf(rank);
    lengths[i] = (lengths[i] ?? 0) + (lengths[right] ?? 0);
    lengths[right] = -1;
    next[i] = after;
    if (after < count) previous[after] = i;
    if (i > 0) offer(previous[i] ?? 0);
    offer(i);
  }

  let kept = 0;
  for (let i = 0; i < count; i = next[i] ?? count) {
    ids[kept] = ids[i] ?? 0;
    lengths[kept++] = lengths[i] ?? 0;
  }
  ids.length = lengths.length = kept;
}

function pushHeap(heap: number[], value: number): void {
  let i = heap.length;
  heap.push(value);
  while (i > 0) {
    const parent = (i - 1) >> 1;
    const above = heap[parent] ?? 0;
    if (above <= value) break;
    heap[i] = above;
    i = parent;
  }
  heap[i] = value;
}

function popHeap(heap: number[]): number {
  const top = heap[0] ?? 0;
  const value = heap.pop() ?? 0;
  const count = heap.length;
  if (count === 0) return top;
  let i = 0;
  for (;;) {
    let child = 2 * i + 1;
    if (child >= count) break;
    if (child + 1 < count && (heap[child + 1] ?? 0) < (heap[child] ?? 0)) child++;
    const below = heap[child] ?? 0;
    if (below >= value) break;
    heap[i] = below;
    i = child;
  }
  heap[i] = value;
  return top;
}
