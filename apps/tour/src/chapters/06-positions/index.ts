import type { Chapter } from "../../chapter/chapter.ts";
import { PositionTable } from "./PositionTable.tsx";
import { ReadBackwards } from "./ReadBackwards.tsx";

export default {
  text: { en: () => import("./text.en.md"), ko: () => import("./text.ko.md") },
  figures: { table: PositionTable, order: ReadBackwards },
} satisfies Chapter;
