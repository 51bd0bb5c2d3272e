// The site that scripts/joinSite.mjs makes of all that is built: what leads where, and that no link of it is dead.
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { axeViolations, openApp } from "./appPage.ts";
import { launchChromium } from "./chromium.ts";
import { type FolderServer, serve } from "./server.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const isAsked = process.env["QKV_TEST_BROWSER"] !== undefined;
const hasReference = existsSync(join(ROOT, "docs/site/index.html"));
if (isAsked && !hasReference) {
  process.stderr.write("The site is tried without reference and guides: `pnpm docs:site` has not made docs/site\n");
}

describe.skipIf(!isAsked)("the site", () => {
  const site = mkdtempSync(join(tmpdir(), "qkv-site-"));
  let server: FolderServer;
  let browser: Browser;
  const home = () => `${server.origin}/site/index.html`;
  const openHome = (locale: string) =>
    openApp(browser, home(), (page) => page.locator(".page-cards").first(), {
      ...{ locale, viewport: { width: 360, height: 740 } },
    });

  beforeAll(async () => {
    execFileSync("node", [join(ROOT, "scripts/joinSite.mjs"), site]);
    server = await serve({ site });
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser?.close();
    server?.close();
    rmSync(site, { recursive: true, force: true });
  });

  test.each(["en", "ko"])("the start page leads to what is there, and all of it leads back (%s)", async (locale) => {
    const { page } = await openHome(locale);
    expect(await page.locator(".brand").evaluate((brand) => brand.tagName)).toBe("SPAN"); // home already
    const hrefs = await page
      .locator(".page-card")
      .evaluateAll((all) => all.map((one) => (one as HTMLAnchorElement).href));
    const documents = ["reference/docs/guides/README.html", "reference/index.html"].map((path) =>
      home().replace("index.html", path),
    );
    expect(hrefs.filter((href) => href.includes("/reference/"))).toEqual(hasReference ? documents : []);
    expect(await axeViolations(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    for (const href of hrefs) {
      expect((await page.goto(href))?.status()).toBe(200);
      const back = page.getByRole("link", { name: /^(?:QKV, start page|QKV, 시작 페이지|Start page)$/ });
      await back.click();
      expect(page.url()).toBe(home());
    }
    await page.close();
  });

  test.skipIf(!hasReference)("no page of reference and guides has a dead link", () => {
    const folder = join(site, "reference");
    const pages = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".html"));
    expect(pages.length).toBeGreaterThan(1000);
    const dead = pages.flatMap((file) => {
      const links = readFileSync(join(folder, file), "utf8").matchAll(/<a [^>]*?href="([^"#?]+)/g);
      const targets = Array.from(links, ([, href = ""]) => decodeURI(href)).filter((href) => !/^[a-z]+:/.test(href));
      return targets.filter((href) => !existsSync(join(folder, dirname(file), href))).map((href) => `${file}: ${href}`);
    });
    expect(dead).toEqual([]);
  });
});
