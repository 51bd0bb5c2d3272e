import type { Chapter } from "../../chapter/chapter.ts";
import { FourKernels } from "./FourKernels.tsx";
import { WhoListens } from "./WhoListens.tsx";

export default {
  text: { en: () => import("./text.en.md"), ko: () => import("./text.ko.md") },
  figures: { kernels: FourKernels, listening: WhoListens },
} satisfies Chapter;
