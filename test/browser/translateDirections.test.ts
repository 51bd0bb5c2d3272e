// apps/translate with more than one shipped model: one is fetched, the other when it is asked for.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { appPages } from "./appPages.ts";
import { box, idle, openModel, press, shown, translate } from "./translatePage.ts";

const isThere = existsSync(fileURLToPath(new URL("../../models/fr-en", import.meta.url)));

describe.skipIf(process.env["QKV_TEST_BROWSER"] === undefined || !isThere)("apps/translate in both directions", () => {
  const pages = appPages();

  test("fetches the chosen model alone, turns round with the translation as the text, and keeps the choice", async () => {
    const { page, printed, responses } = await pages.openTranslate();
    const fetched = () => responses.map((response) => /\/models\/([^/]+)\//.exec(response.url())?.[1]);
    expect(new Set(fetched().filter(Boolean))).toEqual(new Set(["en-fr"]));
    const french = (await translate(page, "Where is the train station?")).trim();
    await press(page, "Translate back");
    await openModel(page, "French → English");
    expect(await page.getByRole("radio", { name: "French → English" }).isChecked()).toBe(true);
    expect(await box(page).inputValue()).toBe(french);
    await page.locator(".translation:not(.old) .sentence").first().waitFor();
    await idle(page);
    expect(await shown(page)).toMatch(/station/);
    expect(await box(page).getAttribute("lang")).toBe("fr");

    const before = responses.length;
    await page.reload();
    await openModel(page, "French → English");
    expect(
      new Set(responses.slice(before).flatMap((response) => /\/models\/([^/]+)\//.exec(response.url())?.[1] ?? [])),
    ).toEqual(new Set(["fr-en"]));
    await page.locator(".choice label", { hasText: "English → French" }).click();
    await openModel(page, "English → French");
    expect((await translate(page, "I love you.")).trim()).toBe("Je t'aime.");
    await page.locator(".choice label", { hasText: "English → Korean" }).click();
    await openModel(page, "English → Korean");
    expect((await translate(page, "I love you.")).trim()).toBe("사랑해요.");
    expect(printed).toEqual([]);
    await page.close();
  });
});
