// Where the reader is: `#/pooling`, and with `?program=NAME&code=...` a program as somebody changed it.
import { signal } from "@preact/signals";

/** A place in the book. */
export interface Route {
  /** A chapter; undefined for the contents. */
  readonly chapter: string | undefined;
  /** A program that came with the link, still packed. */
  readonly shared: { readonly program: string; readonly code: string } | undefined;
}

/** The place that the address names. */
export const route = signal<Route>(routeOf(location.hash));

window.addEventListener("hashchange", () => (route.value = routeOf(location.hash)));

/** The address of a chapter, or of the contents. */
export function hrefOf(chapter?: string): string {
  return `#/${chapter ?? ""}`;
}

/** The whole address of a chapter with a changed program. */
export function sharedHref(chapter: string, program: string, code: string): string {
  const asked = new URLSearchParams({ program, code });
  return `${location.href.replace(/#.*/, "")}${hrefOf(chapter)}?${asked.toString()}`;
}

function routeOf(hash: string): Route {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?");
  const asked = new URLSearchParams(query);
  const [program, code] = [asked.get("program"), asked.get("code")];
  return {
    chapter: path === "" ? undefined : path,
    shared: program !== null && code !== null ? { program, code } : undefined,
  };
}
