import { Page, useMessages } from "@qkv/app-shell";
import { CHAPTERS } from "./chapters.ts";
import { MESSAGES } from "./messages.ts";
import { ChapterPage } from "./reading/ChapterPage.tsx";
import { Contents } from "./reading/Contents.tsx";
import { hrefOf, route } from "./route.ts";

/** The book, at the place that the address names. */
export function App() {
  const messages = useMessages(MESSAGES);
  const { chapter } = route.value;
  const entry = CHAPTERS.find(({ id }) => id === chapter);
  if (entry !== undefined) return <ChapterPage key={entry.id} entry={entry} />;
  if (chapter === undefined) return <Contents />;
  return (
    <Page title={messages.noChapter} lead={messages.noChapterLead}>
      <a href={hrefOf()}>{messages.contents}</a>
    </Page>
  );
}
