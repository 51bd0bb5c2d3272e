// apps/home: what this is, and the ways to all pages, which lie beside it.
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { axeViolations, openApp } from "./appPage.ts";
import { appPages, describeInBrowser } from "./appPages.ts";
import { tabTo } from "./keyboard.ts";

const APPS = fileURLToPath(new URL("../../apps", import.meta.url));
const NO_PAGES = ["cli", "home", "shell"];

describeInBrowser("apps/home", () => {
  const pages = appPages();
  const open = (locale: string) =>
    openApp(pages.browser, `${pages.origin}/home/index.html`, (page) => page.locator(".page-cards"), {
      ...{ locale, viewport: { width: 360, height: 740 } },
    });

  test.each(["en", "ko"])("leads to every page (%s), at 360 px and by keys", async (locale) => {
    const { page, printed, responses } = await open(locale);
    const links = await page.locator(".page-card").evaluateAll((all) => all.map((link) => link.getAttribute("href")));
    const apps = readdirSync(APPS).filter((name) => !NO_PAGES.includes(name));
    expect(links.toSorted()).toEqual(apps.map((name) => `./${name}/index.html`).sort());
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    expect(await axeViolations(page)).toEqual([]);
    await tabTo(page, locale === "en" ? "Learn how attention works" : "어텐션이 어떻게");
    expect(responses.map((response) => new URL(response.url()).origin)).toEqual(responses.map(() => pages.origin));
    expect(printed).toEqual([]);
    await page.close();
  });
});
