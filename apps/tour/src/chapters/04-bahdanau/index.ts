import type { Chapter } from "../../chapter/chapter.ts";
import { LearnedAlignment } from "./LearnedAlignment.tsx";
import { Bottleneck } from "./Bottleneck.tsx";

export default {
  text: { en: () => import("./text.en.md"), ko: () => import("./text.ko.md") },
  figures: { alignment: LearnedAlignment, bottleneck: Bottleneck },
} satisfies Chapter;
