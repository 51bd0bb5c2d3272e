// The programs of apps/tour in the page: as they stand in the book, changed, broken, mended, endless.
import { expect, test } from "vitest";
import { axeViolations } from "./appPage.ts";
import { appPages, describeInBrowser } from "./appPages.ts";
import { focused, tabTo } from "./keyboard.ts";
import { CHAPTERS, ended, goToChapter, rewrite, runProgram } from "./tourPage.ts";

describeInBrowser("programs of apps/tour", () => {
  const pages = appPages();

  test.each(CHAPTERS)("those of %s run as they stand, and draw", async (id) => {
    const { page, printed, responses } = await pages.openTour();
    await goToChapter(page, id);
    for (const program of await page.locator(".program").all()) {
      await program.getByRole("button", { name: "Run" }).click();
      await program.getByTestId("stage").filter({ hasText: "Done." }).waitFor({ timeout: 240_000 });
      expect(await program.locator(".output").innerText()).toMatch(/\w/);
      if ((await program.locator("pre.source").innerText()).includes("savePicture(")) {
        await program.locator(".output img").first().waitFor();
      }
    }
    expect(await axeViolations(page)).toEqual([]);
    expect(printed).toEqual([]);
    expect(new Set(responses.map((response) => new URL(response.url()).origin.replace("blob:", "")))).toEqual(
      new Set([pages.origin]),
    );
    await page.close();
  });

  test("by keys alone: run, changed, broken, mended, run again", async () => {
    const { page } = await pages.openTour({ viewport: { width: 360, height: 740 } });
    await goToChapter(page, "why");
    await tabTo(page, "Change the program");
    await page.keyboard.press("Enter");
    await page.locator(".cm-content").waitFor();
    await expect.poll(() => focused(page)).toBe("Source of 01-queriesAndKeys.ts");
    await page.keyboard.press("Control+A");
    await page.keyboard.insertText('const one: number = 1;\n\nconsole.log("one is", one);\nundefinedThing(one);\n');
    await tabTo(page, "Run");
    await page.keyboard.press("Enter");
    const alert = page.locator(".program [role=alert]");
    await alert.waitFor();
    expect(await alert.innerText()).toMatch(/^Line 4: ReferenceError: undefinedThing/);
    expect(await page.locator(".output pre").innerText()).toContain("one is 1");
    await tabTo(page, "Go to line 4");
    await page.keyboard.press("Enter");
    await expect.poll(() => focused(page)).toBe("Source of 01-queriesAndKeys.ts");
    expect(await page.locator(".cm-wrong").innerText()).toBe("undefinedThing(one);");
    await page.keyboard.press("Shift+End");
    await page.keyboard.insertText("console.log(one + 1);");
    await tabTo(page, "Run");
    await page.keyboard.press("Enter");
    await page.getByTestId("stage").filter({ hasText: "Done." }).waitFor();
    expect((await page.locator(".output pre").innerText()).trim()).toBe("one is 1\n2");
    expect(await alert.count()).toBe(0);
    expect(await axeViolations(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    await tabTo(page, "Reset");
    await page.keyboard.press("Enter");
    await expect.poll(() => page.locator(".cm-content").innerText()).toContain("// A database answers");
    await page.close();
  });

  test.each([
    ["const a = ;\n", /^Line 1: This is no TypeScript: /],
    ["const a = 1;\n\nconst a = 2;\n", /^Line 3: This is no TypeScript: .*already been declared/],
    [
      '\nimport _ from "lodash";\n_.map([]);\n',
      /^Line 2: “lodash” cannot be imported here\. There are: @qkv\/attention, /,
    ],
    [
      'import { dotScor } from "@qkv/attention";\ndotScor();\n',
      /^Line 1: @qkv\/attention exports no “dotScor”\. Did you mean dotScore/,
    ],
    [
      'import * as tf from "@tensorflow/tfjs-core";\nimport "./tour.ts";\n\ntf.reshape(tf.ones([2, 3]), [4]);\n',
      /^Line 4: Error: .*4/,
    ],
    ["setTimeout(() => {\n  throw new Error('late');\n}, 50);\n", /^Line 2: Error: late/],
    ["const much = new Float32Array(1e12);\n", /^Line 1: The program wants more memory/],
    ["for (;;) console.log('again');\n", /^The program was stopped after 2,000 printed lines\./],
  ])("%j is told in a sentence, with its line", async (source, sentence) => {
    const { page } = await pages.openTour();
    await goToChapter(page, "why");
    await rewrite(page, source);
    await page.locator(".program button", { hasText: "Run" }).click();
    const alert = page.locator(".program [role=alert] p").first();
    await alert.waitFor();
    expect(await alert.innerText()).toMatch(sentence);
    await page.close();
  });

  test("what a program posts is no news of its run", async () => {
    const { page, printed } = await pages.openTour();
    await goToChapter(page, "why");
    await rewrite(page, "postMessage('x');\npostMessage({ type: 'done' });\nconsole.log('sent');\n");
    expect((await runProgram(page)).trim()).toBe("sent");
    expect(printed.filter((line) => !line.includes("inline style"))).toEqual([]); // of Chromium's own editing
    await page.close();
  });

  test("a sentence that is none is told so, and the next one is translated", async () => {
    const { page } = await pages.openTour();
    await goToChapter(page, "transformer");
    const field = page.getByRole("textbox", { name: "English sentence" });
    for (const text of ["   ", "القطة سوداء"]) {
      await field.fill(text);
      await field.press("Enter");
      await page.getByText("The model finds nothing to translate here.").waitFor();
      await field.fill("The cat is black.");
      await field.press("Enter");
      await page.locator(".figure .now", { hasText: "Le" }).waitFor();
    }
    await page.close();
  });

  test("an endless loop is stopped by the button, and by time", async () => {
    const { page } = await pages.openTour();
    await goToChapter(page, "why");
    await rewrite(page, "console.log('in');\nfor (;;) ;\n");
    await page.getByRole("button", { name: "Run" }).click();
    await page.getByTestId("stage").filter({ hasText: "Running" }).waitFor();
    await page.getByRole("button", { name: "Stop" }).click();
    await page.getByTestId("stage").filter({ hasText: "Stopped." }).waitFor();
    expect(await runProgram(page)).toMatch(/^The program was stopped: it gave no sign of life for 15 seconds/);
    await rewrite(page, "console.log('out');\n");
    expect((await runProgram(page)).trim()).toBe("out");
    await page.close();
  });

  test("a link carries a change, which does not run by itself; a broken link says so", async () => {
    const { page } = await pages.openTour();
    await goToChapter(page, "why");
    await rewrite(page, "console.log('from a link');\n");
    await page.getByRole("button", { name: "Link with your change" }).click();
    await page.getByText("in the address of this page").waitFor();
    const address = page.url();
    const other = await pages.openTour();
    await other.page.goto("about:blank");
    await other.page.goto(address);
    await other.page.getByText("This program came with the link").waitFor();
    expect(await other.page.locator("pre.source").innerText()).toContain("from a link");
    expect(await other.page.locator(".output pre").count()).toBe(0);
    expect((await runProgram(other.page)).trim()).toBe("from a link");
    await other.page.goto("about:blank");
    await other.page.goto(address.replace(/code=.*/, "code=nothing"));
    await other.page.getByText("The link holds no program").waitFor();
    await ended(other.page);
    await other.page.close();
    await page.close();
  });
});
