import { language, Page, useMessages } from "@qkv/app-shell";
import { CHAPTERS } from "../chapters.ts";
import { MESSAGES } from "../messages.ts";
import { progressOf } from "../progress.ts";
import { hrefOf } from "../route.ts";
import { ProgressMark } from "./ProgressMark.tsx";

/** The first page: what the book is, its chapters, and where to go on. */
export function Contents() {
  const messages = useMessages(MESSAGES);
  const next = CHAPTERS.find(({ id }) => !progressOf(id).isRead) ?? CHAPTERS[0];
  const isBegun = CHAPTERS.some(({ id }) => progressOf(id).isRead);
  return (
    <Page title={messages.title} lead={messages.lead}>
      {next && (
        <p>
          <a class="go" href={hrefOf(next.id)}>
            {isBegun ? `${messages.goOn}: ${next.title[language.value]}` : messages.start}
          </a>
        </p>
      )}
      <nav class="contents" aria-label={messages.contents}>
        <ol>
          {CHAPTERS.map(({ id, title }, i) => (
            <li key={id}>
              <a href={hrefOf(id)}>
                <span class="number figures">{i + 1}</span>
                {title[language.value]}
              </a>
              <ProgressMark chapter={id} />
            </li>
          ))}
        </ol>
      </nav>
      <p class="quiet">{messages.howTo}</p>
    </Page>
  );
}
