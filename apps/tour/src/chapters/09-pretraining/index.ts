import type { Chapter } from "../../chapter/chapter.ts";
import { Objectives } from "./Objectives.tsx";
import { LowRank } from "./LowRank.tsx";

export default {
  text: { en: () => import("./text.en.md"), ko: () => import("./text.ko.md") },
  figures: { objectives: Objectives, lora: LowRank },
} satisfies Chapter;
