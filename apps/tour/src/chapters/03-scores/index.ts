import type { Chapter } from "../../chapter/chapter.ts";
import { DrawnMask } from "./DrawnMask.tsx";
import { ScoreKinds } from "./ScoreKinds.tsx";
import { ValidLengths } from "./ValidLengths.tsx";

export default {
  text: { en: () => import("./text.en.md"), ko: () => import("./text.ko.md") },
  figures: { kinds: ScoreKinds, lengths: ValidLengths, mask: DrawnMask },
} satisfies Chapter;
