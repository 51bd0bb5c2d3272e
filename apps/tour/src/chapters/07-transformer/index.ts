import type { Chapter } from "../../chapter/chapter.ts";
import { DecodeSteps } from "./DecodeSteps.tsx";
import { ModelHeads } from "./ModelHeads.tsx";

export default {
  text: { en: () => import("./text.en.md"), ko: () => import("./text.ko.md") },
  figures: { decode: DecodeSteps, modelHeads: ModelHeads },
} satisfies Chapter;
