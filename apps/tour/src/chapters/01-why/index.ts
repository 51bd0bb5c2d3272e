import type { Chapter } from "../../chapter/chapter.ts";
import { SoftLookup } from "./SoftLookup.tsx";
import { QueryInPlane } from "./QueryInPlane.tsx";

export default {
  text: { en: () => import("./text.en.md"), ko: () => import("./text.ko.md") },
  figures: { lookup: SoftLookup, plane: QueryInPlane },
} satisfies Chapter;
