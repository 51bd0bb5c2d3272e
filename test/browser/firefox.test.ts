// The pages in Firefox, by keys alone and as wide as a phone: every chapter of the book in both languages, with nothing for axe
// to find and nothing that holds it up, a program of it broken and mended, a translation and a classification.
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "puppeteer-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { axeViolations } from "./appPage.ts";
import { byKeys, type FirefoxPage, launchFirefox, noFirefox, openInFirefox, overflow, said, write } from "./firefox.ts";
import { focused, tabTo } from "./keyboard.ts";
import { LONGEST } from "./longestTask.ts";
import { longestTurn, noteTurns } from "./longestTurn.ts";
import { type FolderServer, serve } from "./server.ts";
import { timeAlone } from "./timeAlone.ts";
import { areFiguresShown, CHAPTERS } from "./tourPage.ts";

const isAsked = process.env["QKV_TEST_BROWSER"] !== undefined;
if (isAsked && noFirefox !== undefined) process.stderr.write(`Nothing is tried in Firefox: ${noFirefox}\n`);

const dist = (app: string) => fileURLToPath(new URL(`../../apps/${app}/dist`, import.meta.url));

/** Goes to a chapter, and waits until its title has the focus and its figures show something. */
async function goToChapter(page: Page, chapter: string): Promise<void> {
  await page.evaluate((id) => {
    location.hash = `#/${id}`;
  }, chapter);
  await page.waitForFunction(() => document.activeElement?.tagName === "H1");
  await page.waitForSelector(".exercise");
  await page.waitForFunction(areFiguresShown);
}

/** Scrolls to the end of the page, a frame a step. */
async function scrollThrough(page: Page): Promise<void> {
  await page.evaluate(async () => {
    for (let y = 0; y < document.body.scrollHeight; y += 300) {
      scrollTo(0, y);
      await new Promise((shown) => requestAnimationFrame(shown));
    }
  });
}

/** Presses Tab until something of a figure can be moved, and moves it by an arrow. */
async function moveFigure(page: Page): Promise<void> {
  for (let i = 0; i < 40; i++) {
    await page.keyboard.press("Tab");
    const found = await page.evaluate(() => {
      const control = document.activeElement;
      const figure = control?.closest(".figure");
      if (!figure || !control?.matches("input[type=range], input[type=radio], [role=slider]")) return undefined;
      const isAtEnd = control instanceof HTMLInputElement && control.value === control.max;
      return { isAtEnd, before: figure.innerHTML };
    });
    if (found === undefined) continue;
    await page.keyboard.press(found.isAtEnd ? "ArrowLeft" : "ArrowRight");
    await page.waitForFunction(
      (before) => document.activeElement?.closest(".figure")?.innerHTML !== before,
      {},
      found.before,
    );
    return;
  }
  throw new Error("expected something to move by keys in a figure, got none");
}

describe.skipIf(!isAsked || noFirefox !== undefined)("the pages in Firefox", () => {
  let server: FolderServer;
  let browser: Browser;
  const open = (app: string, before?: (page: Page) => Promise<unknown>) =>
    openInFirefox(browser, `${server.origin}/${app}/index.html`, before);
  const expectSilence = ({ printed, hosts }: FirefoxPage) => {
    expect(printed).toEqual([]);
    expect([...hosts]).toEqual([new URL(server.origin).host]);
  };

  beforeAll(async () => {
    const apps = ["tour", "translate", "classify"];
    server = await serve(Object.fromEntries(apps.map((app) => [app, dist(app)])));
    browser = await launchFirefox();
  });
  afterEach(async () => {
    for (const page of await browser.pages()) await page.close();
  });
  afterAll(async () => {
    await browser?.close();
    server?.close();
  });

  const readBook = async (title: string, before?: (page: Page) => Promise<void>) => {
    const opened = await open("tour");
    const { page } = opened;
    await page.waitForSelector(".contents");
    await before?.(page);
    await said(page, "h1", new RegExp(`^${title}$`));
    for (const chapter of CHAPTERS) {
      await goToChapter(page, chapter);
      expect({ chapter, overflow: await overflow(page) }).toEqual({ chapter, overflow: 0 });
      await moveFigure(page);
      expect({ chapter, violations: await axeViolations(page) }).toEqual({ chapter, violations: [] });
    }
    await said(page, "footer", title === "Attention, to touch" ? /this device/ : /이 기기/);
    expectSilence(opened);
  };

  test("every chapter: figures that move by keys, nothing wider than the window or for axe to find", async () => {
    await readBook("Attention, to touch");
  });

  test("the book is painted at once, and nothing holds it up while one reads", async () => {
    const openBook = async () => {
      const { page } = await open("tour", noteTurns);
      await page.waitForSelector(".contents");
      return page;
    };
    const firstPaint = async () => {
      const page = await openBook();
      const paint = await page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0]?.startTime);
      await page.close();
      return paint ?? NaN;
    };
    expect(await timeAlone(1000, firstPaint)).toBeLessThan(1000);
    const read = async (page: Page) => {
      for (const chapter of CHAPTERS) {
        await goToChapter(page, chapter);
        await scrollThrough(page);
      }
    };
    expect(await longestTurn(browser, read, openBook)).toBeLessThan(LONGEST);
  });

  test("a program: changed, broken, mended, run", async () => {
    const opened = await open("tour");
    const { page } = opened;
    await goToChapter(page, "why");
    await tabTo(byKeys(page), "Change the program");
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => document.activeElement?.shadowRoot?.activeElement?.matches(".cm-content"));
    await page.keyboard.down("Control");
    await page.keyboard.press("a");
    await page.keyboard.up("Control");
    await write(page, 'console.log("one");\nmissing(1);');
    await tabTo(byKeys(page), "Run");
    await page.keyboard.press("Enter");
    await said(page, ".program [role=alert]", /^Line 2: ReferenceError: missing/);
    await tabTo(byKeys(page), "Go to line 2");
    await page.keyboard.press("Enter");
    await expect.poll(() => focused(byKeys(page))).toBe("Source of 01-queriesAndKeys.ts");
    await page.keyboard.down("Shift");
    await page.keyboard.press("End");
    await page.keyboard.up("Shift");
    await write(page, "console.log(1 + 1);");
    await tabTo(byKeys(page), "Run");
    await page.keyboard.press("Enter");
    await said(page, ".program [data-testid=stage]", /Done\./);
    expect((await said(page, ".output pre", /\n/)).trim()).toBe("one\n2");
    expectSilence(opened);
  });

  test("a translation", async () => {
    const opened = await open("translate");
    const { page } = opened;
    await said(page, '.model-picker[aria-busy="false"] summary', /English → French/);
    await tabTo(byKeys(page), "Text to translate");
    await write(page, "A dog runs through the snow.");
    await tabTo(byKeys(page), "Translate");
    await page.keyboard.press("Enter");
    expect(await said(page, '.translation[aria-busy="false"]:not(.old)', /\w/)).toMatch(/chien .*neige/);
    expect(await overflow(page)).toBe(0);
    expectSilence(opened);
  });

  test("a classification", async () => {
    const opened = await open("classify");
    const { page } = opened;
    await said(page, ".drop-zone", /A ship/);
    await tabTo(byKeys(page), "A ship");
    await page.keyboard.press("Enter");
    expect(await said(page, ".prediction", /\w/)).toMatch(/ship/i);
    expect(await overflow(page)).toBe(0);
    expectSilence(opened);
  });

  // Last, for the browser remembers the language.
  test("every chapter in Korean, chosen by keys", async () => {
    await readBook("손으로 만지는 어텐션", async (page) => {
      await tabTo(byKeys(page), "English");
      await page.keyboard.press("ArrowRight");
    });
  });
});
