import { Page, siteLink, useMessages } from "@qkv/app-shell";
import type { ComponentChildren } from "preact";
import { MESSAGES } from "./messages.ts";
import { DOCUMENTS, PAGES } from "./pages.ts";

interface CardProps {
  readonly href: string;
  readonly title: string;
  readonly children: ComponentChildren;
}

/** A page, and the way there: all of it is the link. */
function Card({ href, title, children }: CardProps) {
  return (
    <li>
      <a class="card page-card" href={href}>
        <strong>{title}</strong>
        <span class="quiet">{children}</span>
      </a>
    </li>
  );
}

/** What this is, and its pages. */
export function App() {
  const messages = useMessages(MESSAGES);
  return (
    <Page title={messages.title} lead={messages.lead}>
      <nav aria-label={messages.pages}>
        <ul class="page-cards">
          {PAGES.map((name) => (
            <Card key={name} href={`./${name}/index.html`} title={messages.cards[name].title}>
              {messages.cards[name].text}
            </Card>
          ))}
        </ul>
      </nav>
      <Documents />
      <section class="stack">
        <h2>{messages.packages}</h2>
        <p>{messages.packagesText}</p>
        <pre class="install" tabIndex={0}>
          <code>npm install @qkv/pretrained @qkv/backend @qkv/backend-wasm @tensorflow/tfjs-core</code>
        </pre>
      </section>
    </Page>
  );
}

/** Guides and reference, where the site has them. */
function Documents() {
  const messages = useMessages(MESSAGES);
  const cards = DOCUMENTS.flatMap((name) => {
    const href = siteLink(name);
    if (href === undefined) return [];
    const { title, text } = messages.cards[name];
    return [
      <Card key={name} href={href} title={title}>
        {text}
      </Card>,
    ];
  });
  if (cards.length === 0) return null;
  return (
    <nav class="stack" aria-label={messages.documents}>
      <h2>{messages.documents}</h2>
      <ul class="page-cards">{cards}</ul>
    </nav>
  );
}
