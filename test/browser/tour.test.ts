// apps/tour as a reader has it: every chapter in both languages, its figures, its exercise, its place in the book.
import { expect, test } from "vitest";
import { axeViolations, longestTaskWhileOpening } from "./appPage.ts";
import { appPages, describeInBrowser } from "./appPages.ts";
import { focused, tabTo } from "./keyboard.ts";
import { LONGEST, longestTask } from "./longestTask.ts";
import { CHAPTERS, figuresAreShown, goToChapter } from "./tourPage.ts";

describeInBrowser("apps/tour", () => {
  const pages = appPages();

  test("opens at once, with no long task, and asks no other host", async () => {
    const { page, printed, responses } = await pages.openTour();
    const paint = await page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0]?.startTime);
    expect(paint).toBeLessThan(1000);
    expect(await page.locator(".contents li").count()).toBe(CHAPTERS.length);
    for (const chapter of CHAPTERS) await goToChapter(page, chapter);
    expect(responses.map((response) => new URL(response.url()).origin)).toEqual(responses.map(() => pages.origin));
    expect(responses.filter((response) => response.status() >= 400)).toEqual([]);
    expect(printed).toEqual([]);
    await page.close();
    expect(await longestTaskWhileOpening(pages.browser, () => pages.openTour())).toBeLessThan(LONGEST);
  });

  test("never holds the page up while one reads", async () => {
    const longest = await longestTask(
      pages.browser,
      async ({ page }) => {
        for (const chapter of CHAPTERS) {
          await goToChapter(page, chapter);
          for (let i = 0; i < 20; i++) {
            await page.mouse.wheel(0, 300);
            await page.waitForTimeout(20);
          }
        }
        await page.close();
        return page;
      },
      () => pages.openTour(),
    );
    expect(longest).toBeLessThan(LONGEST);
  });

  test.each(CHAPTERS)(
    "%s: two figures or more, a program, and an exercise, in both languages and at 360 px",
    async (id) => {
      for (const locale of ["en", "ko"]) {
        const { page, printed } = await pages.openTour({ locale, viewport: { width: 360, height: 740 } });
        await goToChapter(page, id);
        expect(await page.locator(".figure").count()).toBeGreaterThan(1);
        expect(await page.locator(".program").count()).toBeGreaterThan(0);
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
        expect(await axeViolations(page)).toEqual([]);
        expect(await page.locator('a[href^="https://d2l.ai/"]').count()).toBeGreaterThan(0);
        expect(printed).toEqual([]);
        await page.close();
      }
    },
  );

  test.each(CHAPTERS)("%s: every slider and choice moves its figure by keys alone", async (id) => {
    const { page } = await pages.openTour();
    await goToChapter(page, id);
    for (const figure of await page.locator(".figure").all()) {
      for (const control of await figure.locator("input[type=range], .choice input:checked").all()) {
        const before = await figure.innerHTML();
        await control.focus();
        // Where the control is at its end, it goes the other way.
        const isAtEnd = await control.evaluate((input: HTMLInputElement) => input.value === input.max);
        await page.keyboard.press(isAtEnd ? "ArrowLeft" : "ArrowRight");
        await expect.poll(() => figure.innerHTML()).not.toBe(before);
      }
    }
    await page.close();
  });

  test("rows sum to one, whatever is moved, and to zero where nothing is left", async () => {
    const { page } = await pages.openTour();
    await goToChapter(page, "scores");
    const sums = (figure: number) => page.locator(".figure").nth(figure).locator("tbody .sum").allInnerTexts();
    expect(await sums(1)).toEqual(Array(6).fill("1.00"));
    await page.getByRole("slider", { name: "Valid length" }).fill("0");
    await expect.poll(() => sums(1)).toEqual(Array(6).fill("0.00"));

    // A mask is drawn by keys: the first row sees nothing any more.
    await page.getByRole("radio", { name: "The past" }).focus();
    await tabTo(page, /may look at/);
    await page.keyboard.press("Space");
    await expect.poll(() => sums(2)).toEqual(["0.00", ...Array<string>(5).fill("1.00")]);
    await page.keyboard.press("ArrowDown");
    expect(await focused(page)).toMatch(/: 2 may look at 1$/);
    await page.keyboard.press("ArrowRight");
    expect(await focused(page)).toMatch(/: 2 may look at 2$/);
    await page.close();
  });

  test("a query is dragged by the mouse and by arrows", async () => {
    const { page } = await pages.openTour();
    await goToChapter(page, "why");
    const query = page.getByRole("slider", { name: "Query" });
    const before = await query.getAttribute("aria-valuetext");
    await query.focus();
    await page.keyboard.press("ArrowLeft");
    await expect.poll(() => query.getAttribute("aria-valuetext")).not.toBe(before);
    const { x = 0, y = 0, width = 0, height = 0 } = (await page.locator(".plane").boundingBox()) ?? {};
    await page.mouse.move(x + width / 2, y + height / 2);
    await page.mouse.down();
    await page.mouse.move(x + width * 0.1, y + height * 0.6, { steps: 5 });
    await page.mouse.up();
    await expect.poll(() => query.getAttribute("aria-valuetext")).toMatch(/^-[01]\.\d, -0\.\d$/);
    const strongest = page
      .getByRole("list", { name: "Weight of each key" })
      .getByRole("listitem")
      .filter({ hasText: "street" });
    await expect.poll(async () => Number(/0\.\d{3}/.exec(await strongest.innerText())?.[0])).toBeGreaterThan(0.5);
    await page.close();
  });

  test("an exercise says what is wrong and what is right, and progress stays", async () => {
    const { page } = await pages.openTour();
    await tabTo(page, "Start with the first chapter");
    await page.keyboard.press("Enter");
    await page.locator(".exercise").waitFor();
    await figuresAreShown(page);
    await page.getByLabel("Your answer").fill("three");
    await page.getByRole("button", { name: "Check" }).click();
    expect(await page.locator(".exercise [role=status]").innerText()).toBe("Write a number, like 3.5.");
    await page.getByLabel("Your answer").fill("3");
    await page.keyboard.press("Enter");
    expect(await page.locator(".exercise [role=status]").innerText()).toMatch(/^Not yet/);
    await page.getByLabel("Your answer").fill("5,6");
    await page.keyboard.press("Enter");
    expect(await page.locator(".exercise [role=status]").innerText()).toMatch(/^Right\./);
    await page.getByRole("link", { name: "Contents" }).click();
    await page.reload();
    expect(await page.locator(".contents li").first().innerText()).toContain("exercise solved");
    await page.locator(".go", { hasText: "Continue: Pooling by kernels" }).click();
    await page.locator(".exercise").waitFor();
    expect(await page.title()).toBe("Pooling by kernels · QKV");
    await page.getByRole("radio", { name: "한국어" }).click();
    await page.getByRole("heading", { level: 1, name: "커널로 모으기" }).waitFor();
    await page.locator(".exercise").waitFor();
    await page.close();
  });

  test("an address of no chapter is told so", async () => {
    const { page } = await pages.openTour();
    await page.evaluate(() => (location.hash = "#/nowhere"));
    await page.getByRole("heading", { name: "No such chapter" }).waitFor();
    await page.close();
  });
});
