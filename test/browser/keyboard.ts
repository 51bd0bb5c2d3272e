// A page by keys alone: what has the focus, and how to get there.
import type { Page } from "playwright-core";
import { expect } from "vitest";

/** What is used of a page here, whichever browser it is in. */
export interface KeyboardPage {
  evaluate<T>(asked: () => T): Promise<T>;
  readonly keyboard: { press(key: string): Promise<void> };
}

/** What has the focus, as it is called; it has to be one that shows it. */
export async function focused(page: KeyboardPage): Promise<string> {
  const { name, isShown } = await page.evaluate(() => {
    let element = document.activeElement;
    while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
    const seen = element?.matches("input[type=radio]") ? element.nextElementSibling : element;
    const style = seen && getComputedStyle(seen);
    const label = (element as HTMLInputElement | null)?.labels?.[0]?.textContent;
    return {
      name: element?.getAttribute("aria-label") ?? label ?? element?.textContent ?? "",
      isShown: element !== document.body && style?.outlineStyle !== "none" && style?.outlineWidth !== "0px",
    };
  });
  expect({ name, isShown }).toEqual({ name, isShown: true });
  return name.trim();
}

/** Presses Tab until the one of that name has the focus. */
export async function tabTo(page: KeyboardPage, name: string | RegExp, key = "Tab"): Promise<void> {
  const seen: string[] = [];
  for (let i = 0; i < 60; i++) {
    await page.keyboard.press(key);
    if (await page.evaluate(() => document.activeElement === document.body)) continue; // round the end of the page
    const now = await focused(page);
    if (typeof name === "string" ? now.startsWith(name) : name.test(now)) return;
    seen.push(now);
  }
  throw new Error(`expected ${String(name)} among what Tab reaches, got ${seen.join(", ")}`);
}

/** Goes to a list and chooses from it by writing. */
export async function choose(page: Page, list: string, option: string): Promise<void> {
  await tabTo(page, list);
  await page.keyboard.type(option);
  expect(await focused(page)).toBe(list);
}
