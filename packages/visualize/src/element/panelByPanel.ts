/** Panels that a browser lays out at once without holding up the page. */
const AT_ONCE = 64;

/**
 * Takes most panels of a picture of all heads out, and puts them back frame by frame once the picture is in the page: hundreds
 * at once would hold it up.
 */
export function panelByPanel(drawing: Element): void {
  const panels = Array.from(drawing.querySelectorAll("[data-layer]"));
  const later = panels.slice(AT_ONCE);
  for (const panel of later) panel.remove();
  let at = 0;
  const put = () => {
    if (!drawing.isConnected) return;
    drawing.append(...later.slice(at, (at += AT_ONCE)));
    if (at < later.length) requestAnimationFrame(put);
  };
  if (later.length > 0) requestAnimationFrame(put);
}
