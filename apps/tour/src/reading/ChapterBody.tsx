import { Notice } from "@qkv/app-shell";
import { computeError } from "../compute/useComputed.ts";
import { FigureNumber } from "../figures/Figure.tsx";
import { ProgramRunner } from "../program/ProgramRunner.tsx";
import type { Chapter } from "../chapter/chapter.ts";
import type { ChapterText } from "../chapter/chapterText.ts";
import { ExerciseCard } from "./ExerciseCard.tsx";

interface ChapterBodyProps {
  readonly id: string;
  readonly chapter: Chapter;
  readonly text: ChapterText;
}

/** What stands in a chapter, from top to bottom. */
export function ChapterBody({ id, chapter, text }: ChapterBodyProps) {
  let figures = 0;
  return (
    <article class="chapter">
      {text.blocks.map((block, i) => {
        if (block.kind === "prose") {
          return <div key={i} class="prose" dangerouslySetInnerHTML={{ __html: block.html }} />;
        }
        if (block.kind === "program") {
          return <ProgramRunner key={block.name} chapter={id} name={block.name} original={block.source} />;
        }
        const FigureOfName = chapter.figures[block.name];
        figures++;
        return (
          FigureOfName && (
            <FigureNumber.Provider key={block.name} value={figures}>
              <FigureOfName />
            </FigureNumber.Provider>
          )
        );
      })}
      {computeError.value !== undefined && (
        <Notice error={computeError.value} onDismiss={() => (computeError.value = undefined)} />
      )}
      <ExerciseCard id={id} exercise={text.exercise} />
    </article>
  );
}
