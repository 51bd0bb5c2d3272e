import { useEffect, useRef } from "preact/hooks";
import "../styles/pictures.css";

interface PictureProps {
  /** A picture of `@qkv/visualize`. */
  readonly svg: string;
  /** What it shows, in the page's language. */
  readonly label: string;
  /** Is told the row and the column of a cell that is pressed; what it does can be done by keys elsewhere. */
  readonly onCell?: (row: number, column: number) => void;
  /** Whether it is an ornament beside words that say the same. */
  readonly isOrnament?: boolean;
}

/** A picture in the page's own colours, whatever the policy says of styles in it. It scrolls where it is too wide. */
export function Picture({ svg, label, onCell, isOrnament = false }: PictureProps) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const source = svg.replace(/<style>[^<]*<\/style>/, "");
    const drawing = new DOMParser().parseFromString(source, "image/svg+xml").documentElement;
    drawing.querySelector(":scope > title")?.remove(); // a tooltip over all of it
    drawing.querySelector(":scope > desc")?.setAttribute("lang", "en");
    drawing.setAttribute("aria-label", label);
    if (isOrnament) drawing.setAttribute("aria-hidden", "true");
    box.current?.replaceChildren(drawing);
  }, [svg, label, isOrnament]);
  const press = ({ target }: Event) => {
    const cell = target instanceof Element ? target.closest("[data-query][data-key]") : null;
    if (cell !== null) onCell?.(Number(cell.getAttribute("data-query")), Number(cell.getAttribute("data-key")));
  };
  if (isOrnament) return <div ref={box} class="drawn" />;
  return (
    <div
      ref={box}
      class={onCell === undefined ? "drawn" : "drawn pressed"}
      tabIndex={0}
      role="group"
      aria-label={label}
      onClick={press}
    />
  );
}
