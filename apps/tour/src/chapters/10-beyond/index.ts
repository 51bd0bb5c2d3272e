import type { Chapter } from "../../chapter/chapter.ts";
import { HardChoice } from "./HardChoice.tsx";
import { GraphMask } from "./GraphMask.tsx";

export default {
  text: { en: () => import("./text.en.md"), ko: () => import("./text.ko.md") },
  figures: { hard: HardChoice, graph: GraphMask },
} satisfies Chapter;
