/** A part of the site that pages lead to. */
export type SitePart = "home" | "reference" | "guides";

/** The address of a part of the site, which `scripts/joinSite.mjs` writes to `#app`; undefined where a page is served alone. */
export function siteLink(part: SitePart): string | undefined {
  return document.getElementById("app")?.dataset[part];
}
