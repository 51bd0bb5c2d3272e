import type { ChapterEntry } from "./chapter/chapter.ts";

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
  {
    id: "bahdanau",
    title: { en: "Bahdanau attention", ko: "바다나우 어텐션" },
    sections: [["11.4", `${ATTENTION}/bahdanau-attention`]],
    load: () => import("./chapters/04-bahdanau/index.ts"),
  },
  {
    id: "heads",
    title: { en: "Several heads", ko: "여러 개의 헤드" },
    sections: [["11.5", `${ATTENTION}/multihead-attention`]],
    load: () => import("./chapters/05-heads/index.ts"),
  },
  {
    id: "positions",
    title: { en: "Self-attention and positions", ko: "셀프 어텐션과 위치" },
    sections: [["11.6", `${ATTENTION}/self-attention-and-positional-encoding`]],
    load: () => import("./chapters/06-positions/index.ts"),
  },
  {
    id: "transformer",
    title: { en: "The Transformer", ko: "트랜스포머" },
    sections: [["11.7", `${ATTENTION}/transformer`]],
    load: () => import("./chapters/07-transformer/index.ts"),
  },
  {
    id: "images",
    title: { en: "Images and long sequences", ko: "이미지와 긴 수열" },
    sections: [["11.8", `${ATTENTION}/vision-transformer`]],
    load: () => import("./chapters/08-images/index.ts"),
  },
  {
    id: "pretraining",
    title: { en: "Pre-training and fine-tuning", ko: "사전 학습과 미세 조정" },
    sections: [["11.9", `${ATTENTION}/large-pretraining-transformers`]],
    load: () => import("./chapters/09-pretraining/index.ts"),
  },
  {
    id: "beyond",
    title: { en: "Beyond sentences", ko: "문장 너머로" },
    sections: [["17", "reinforcement-learning/index"]],
    load: () => import("./chapters/10-beyond/index.ts"),
  },
];
