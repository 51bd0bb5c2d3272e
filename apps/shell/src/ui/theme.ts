import { effect } from "@preact/signals";
import { persisted } from "./persisted.ts";

/** How the page may look; "system" follows the system's setting. */
export const THEMES = ["system", "light", "dark"] as const;

/** One of them. */
export type Theme = (typeof THEMES)[number];

/** How the page looks. */
export const theme = persisted<Theme>("theme", "system", (value): value is Theme => THEMES.includes(value as Theme));

effect(() => {
  document.documentElement.dataset["theme"] = theme.value;
});
