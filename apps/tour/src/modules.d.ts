declare module "*.md" {
  import type { ChapterText } from "./reading/chapterText.ts";

  const text: ChapterText;
  export default text;
}
