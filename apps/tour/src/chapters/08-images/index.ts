import type { Chapter } from "../../chapter/chapter.ts";
import { PatchAttention } from "./PatchAttention.tsx";
import { WindowCost } from "./WindowCost.tsx";

export default {
  text: { en: () => import("./text.en.md"), ko: () => import("./text.ko.md") },
  figures: { patches: PatchAttention, window: WindowCost },
} satisfies Chapter;
