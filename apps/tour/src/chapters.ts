import type { ChapterEntry } from "./reading/chapter.ts";

const ATTENTION = "attention-mechanisms-and-transformers";

/** The chapters, in their order. */
export const CHAPTERS: readonly ChapterEntry[] = [
  {
    id: "why",
    title: { en: "Queries, keys and values", ko: "질의, 키, 값" },
    sections: [["11.1", `${ATTENTION}/queries-keys-values`]],
    load: () => import("./chapters/01-why/index.ts"),
  },
  {
    id: "pooling",
    title: { en: "Pooling by kernels", ko: "커널로 모으기" },
    sections: [["11.2", `${ATTENTION}/attention-pooling`]],
    load: () => import("./chapters/02-pooling/index.ts"),
  },
  {
    id: "scores",
    title: { en: "Scores and masks", ko: "점수와 마스크" },
    sections: [["11.3", `${ATTENTION}/attention-scoring-functions`]],
    load: () => import("./chapters/03-scores/index.ts"),
  },
];
