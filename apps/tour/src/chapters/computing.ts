// What the figures of each chapter compute, by the chapter's name in addresses. Only the worker imports it.
type Functions = Readonly<Record<string, ((...args: never[]) => unknown) | undefined>>;

/** Loads the functions of a chapter. */
export const COMPUTING: Readonly<Record<string, () => Promise<CallableFunctions>>> = {
  why: load(() => import("./01-why/compute.ts")),
  pooling: load(() => import("./02-pooling/compute.ts")),
  scores: load(() => import("./03-scores/compute.ts")),
  bahdanau: load(() => import("./04-bahdanau/compute.ts")),
  heads: load(() => import("./05-heads/compute.ts")),
  positions: load(() => import("./06-positions/compute.ts")),
  transformer: load(() => import("./07-transformer/compute.ts")),
  images: load(() => import("./08-images/compute.ts")),
  pretraining: load(() => import("./09-pretraining/compute.ts")),
  beyond: load(() => import("./10-beyond/compute.ts")),
};

type CallableFunctions = Readonly<Record<string, ((...args: readonly unknown[]) => unknown) | undefined>>;

/** The page's side checks the types of the arguments, in `useComputed`. */
function load(module: () => Promise<Functions>): () => Promise<CallableFunctions> {
  return module as () => Promise<CallableFunctions>;
}
