// The operations of this package once more in double precision, row by row, for tests to compare with.

/** Numbers in the order of a tensor. */
export type Numbers = ArrayLike<number>;

const range = (size: number): number[] => Array.from({ length: size }, (_, i) => i);
const at = (x: Numbers, i: number): number => x[i] ?? NaN;
const row = (x: Numbers, i: number, width: number): number[] => range(width).map((j) => at(x, i * width + j));
const sum = (x: readonly number[]): number => x.reduce((a, b) => a + b, 0);

/** `x [N, I] weight [O, I]ᵀ + bias [O]`: [N, O] */
export function linear(x: Numbers, weight: Numbers, bias: Numbers | undefined, [N, I, O]: [number, number, number]) {
  const dot = (n: number, o: number) => sum(range(I).map((i) => at(x, n * I + i) * at(weight, o * I + i)));
  return range(N).flatMap((n) => range(O).map((o) => dot(n, o) + (bias === undefined ? 0 : at(bias, o))));
}

/** The sizes of products of matrices. */
export interface ProductSizes {
  readonly B: number;
  readonly M: number;
  readonly K: number;
  readonly N: number;
}

/** Products of a [B, M, K], or [B, K, M] if it is transposed, and b [B, K, N] or [B, N, K]: [B, M, N] */
export function matMul(a: Numbers, b: Numbers, { B, M, K, N }: ProductSizes, transposeA: boolean, transposeB: boolean) {
  const left = (m: number, k: number) => (transposeA ? k * M + m : m * K + k);
  const right = (k: number, n: number) => (transposeB ? n * K + k : k * N + n);
  return range(B).flatMap((i) =>
    range(M).flatMap((m) =>
      range(N).map((n) => sum(range(K).map((k) => at(a, i * M * K + left(m, k)) * at(b, i * K * N + right(k, n))))),
    ),
  );
}

/** Rows brought to mean 0 and variance 1, then scaled and shifted: [N, E] */
export function layerNorm(x: Numbers, weight: Numbers, bias: Numbers, eps: number, [N, E]: [number, number]) {
  return range(N).flatMap((n) => {
    const values = row(x, n, E);
    const mean = sum(values) / E;
    const deviation = Math.sqrt(sum(values.map((value) => (value - mean) ** 2)) / E + eps);
    return values.map((value, i) => ((value - mean) / deviation) * at(weight, i) + at(bias, i));
  });
}

/** The logarithm of the sum of each row's exponentials: [N] */
export function logSumExp(x: Numbers, [N, K]: [number, number]): number[] {
  return range(N).map((n) => {
    const values = row(x, n, K);
    const largest = Math.max(...values);
    return K === 0 ? -Infinity : Math.log(sum(values.map((value) => Math.exp(value - largest)))) + largest;
  });
}

/** Softmax of each row: [N, K] */
export function softmax(x: Numbers, [N, K]: [number, number]): number[] {
  const sums = logSumExp(x, [N, K]);
  return range(N * K).map((i) => Math.exp(at(x, i) - at(sums, Math.floor(i / K))));
}

/** What each row costs, without smoothing: [N] */
export function crossEntropy(logits: Numbers, labels: Numbers, [N, V]: [number, number]): number[] {
  const sums = logSumExp(logits, [N, V]);
  return range(N).map((n) => at(sums, n) - at(logits, n * V + at(labels, n)));
}

/** The sizes of attention. */
export interface AttentionSizes {
  readonly B: number;
  readonly H: number;
  /** Key-value heads; left out: H. */
  readonly G?: number;
  readonly Q: number;
  readonly K: number;
  readonly D: number;
  /** The width of values; left out: D. */
  readonly V?: number;
}

/** Attention of q [B, H, Q, D] to k [B, G, K, D] and v [B, G, K, V], causal or not: [B, H, Q, V] */
export function attention(q: Numbers, k: Numbers, v: Numbers, sizes: AttentionSizes, causal: boolean): number[] {
  const { B, H, Q, K, D } = sizes;
  const { G = H, V = D } = sizes;
  return range(B * H * Q).flatMap((i) => {
    const head = Math.floor(i / Q);
    const group = Math.floor(head / H) * G + Math.floor((head % H) / (H / G));
    const keys = range(causal ? Math.min(K, Math.max(0, (i % Q) + 1 + K - Q)) : K).map((j) => group * K + j);
    const scores = keys.map((j) => sum(range(D).map((d) => at(q, i * D + d) * at(k, j * D + d))) / Math.sqrt(D || 1));
    const weights = softmax(scores, [1, scores.length]);
    return range(V).map((c) => sum(keys.map((j, place) => at(weights, place) * at(v, j * V + c))));
  });
}
