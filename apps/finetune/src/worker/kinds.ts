import type { Goal } from "../data/examples.ts";

/** What a model can become: an encoder a classifier or an embedder, a decoder a writer of other texts. */
export type BaseKind = "encoder" | "writer";

/** What a model has to be for a goal. */
export const KIND_OF: Readonly<Record<Goal, BaseKind>> = { classify: "encoder", embed: "encoder", write: "writer" };
