import type { Chapter } from "../../chapter/chapter.ts";
import { SwitchedHeads } from "./SwitchedHeads.tsx";
import { SharedHeads } from "./SharedHeads.tsx";

export default {
  text: { en: () => import("./text.en.md"), ko: () => import("./text.ko.md") },
  figures: { heads: SwitchedHeads, sharing: SharedHeads },
} satisfies Chapter;
