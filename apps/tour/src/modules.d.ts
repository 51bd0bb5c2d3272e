declare module "*.md" {
  import type { ChapterText } from "./chapter/chapterText.ts";

  const text: ChapterText;
  export default text;
}
