import { language, Notice, Page, useMessages } from "@qkv/app-shell";
import { useEffect, useState } from "preact/hooks";
import { CHAPTERS } from "../chapters.ts";
import { MESSAGES } from "../messages.ts";
import { markRead, progressOf } from "../progress.ts";
import { hrefOf } from "../route.ts";
import type { Chapter, ChapterEntry } from "../chapter/chapter.ts";
import { ChapterBody } from "./ChapterBody.tsx";
import type { ChapterText } from "../chapter/chapterText.ts";

const D2L = "https://d2l.ai/chapter_";

interface Loaded {
  readonly chapter: Chapter;
  readonly text: ChapterText;
  readonly language: string;
}

/** A chapter, loaded when it is opened, in the page's language. */
export function ChapterPage({ entry }: { readonly entry: ChapterEntry }) {
  const messages = useMessages(MESSAGES);
  const [loaded, setLoaded] = useState<Loaded>();
  const [error, setError] = useState<unknown>();
  const wanted = language.value;
  useEffect(() => {
    let isCurrent = true;
    const load = async () => {
      const { default: chapter } = await entry.load();
      const { default: text } = await chapter.text[wanted]();
      if (isCurrent) setLoaded({ chapter, text, language: wanted });
    };
    load().catch((reason: unknown) => isCurrent && setError(reason));
    return () => {
      isCurrent = false;
    };
  }, [entry, wanted]);
  useEffect(beginAtTop, []);

  const at = CHAPTERS.indexOf(entry);
  return (
    <Page title={entry.title[wanted]} lead={loaded?.language === wanted ? loaded.text.lead : ""}>
      <nav class="row small" aria-label={messages.chapter(`${at + 1}`, `${CHAPTERS.length}`)}>
        <a href={hrefOf()}>{messages.contents}</a>
        <span class="quiet">{messages.chapter(`${at + 1}`, `${CHAPTERS.length}`)}</span>
      </nav>
      {error !== undefined && <Notice error={error} />}
      {loaded?.language === wanted ? (
        <ChapterBody id={entry.id} chapter={loaded.chapter} text={loaded.text} />
      ) : (
        <p class="quiet waiting">{messages.loading}</p>
      )}
      <p class="quiet">
        {messages.d2l}{" "}
        {entry.sections.map(([number, page], i) => (
          <span key={number}>
            {i > 0 && ", "}
            <a href={`${D2L}${page}.html`} rel="noreferrer" lang={wanted}>
              {messages.section(number)}
            </a>
          </span>
        ))}
      </p>
      <label class="row start">
        <input
          type="checkbox"
          checked={progressOf(entry.id).isRead}
          onChange={({ currentTarget }) => markRead(entry.id, currentTarget.checked)}
        />
        {messages.markRead}
      </label>
      <Neighbours at={at} />
    </Page>
  );
}

/** The chapters before and after. */
function Neighbours({ at }: { readonly at: number }) {
  const messages = useMessages(MESSAGES);
  const [previous, next] = [CHAPTERS[at - 1], CHAPTERS[at + 1]];
  return (
    <nav class="row neighbours" aria-label={`${messages.previous}, ${messages.next}`}>
      <span>
        {previous && (
          <a href={hrefOf(previous.id)}>
            ← {messages.previous}: {previous.title[language.value]}
          </a>
        )}
      </span>
      <span>
        {next && (
          <a href={hrefOf(next.id)}>
            {messages.next}: {next.title[language.value]} →
          </a>
        )}
      </span>
    </nav>
  );
}

/** Takes the reader, and the keyboard, to the beginning of a page. */
function beginAtTop(): void {
  scrollTo(0, 0);
  const title = document.querySelector("h1");
  title?.setAttribute("tabindex", "-1");
  title?.focus({ preventScroll: true });
}
