import { render, type VNode } from "preact";

/**
 * Shows a page in its element `#app`, in a task of its own: the start of its scripts, its first look and its layout
 * would together hold up the browser for longer than a person does not notice (50 ms).
 */
export function showPage(page: VNode): void {
  setTimeout(() => render(page, document.getElementById("app") ?? document.body));
}
