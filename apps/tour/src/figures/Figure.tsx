import { useMessages } from "@qkv/app-shell";
import { type ComponentChildren, createContext } from "preact";
import { useContext, useId } from "preact/hooks";
import { MESSAGES } from "../messages.ts";

/** The number of a figure in its chapter. */
export const FigureNumber = createContext(1);

interface FigureProps {
  readonly title: string;
  /** What to do with it, and what to look for. */
  readonly hint: string;
  /** Sliders and choices. */
  readonly controls: ComponentChildren;
  /** What it shows; undefined while it is computed for the first time. */
  readonly children: ComponentChildren;
}

/** A figure to handle: its name, what it shows, and what moves it. */
export function Figure({ title, hint, controls, children }: FigureProps) {
  const messages = useMessages(MESSAGES);
  const name = useId();
  return (
    <figure class="card stack figure" aria-labelledby={name}>
      <figcaption class="stack">
        <span id={name}>
          <strong>{messages.figure(`${useContext(FigureNumber)}`)}</strong> {title}
        </span>
        <span class="quiet small">{hint}</span>
      </figcaption>
      <div class="controls">{controls}</div>
      <div class="shown stack">{children ?? <p class="quiet">{messages.loading}</p>}</div>
    </figure>
  );
}
