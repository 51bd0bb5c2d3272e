import { Page, useMessages } from "@qkv/app-shell";
import type { ComponentChildren } from "preact";
import { MESSAGES } from "./messages.ts";
import { PAGES, type PageName } from "./pages.ts";

interface CardProps {
  readonly name: PageName;
  readonly title: string;
  readonly children: ComponentChildren;
}

/** A page, and the way there: all of it is the link. */
function Card({ name, title, children }: CardProps) {
  return (
    <li>
      <a class="card page-card" href={`./${name}/index.html`}>
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
            <Card key={name} name={name} title={messages.cards[name].title}>
              {messages.cards[name].text}
            </Card>
          ))}
        </ul>
      </nav>
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
