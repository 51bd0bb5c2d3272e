// apps/translate with a model of the hub: fetched with progress, kept, opened without a network; and what goes wrong.
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { launchChromium } from "./chromium.ts";
import { type SecureHub, startSecureHub } from "./secureHub.ts";
import type { FolderServer } from "./server.ts";
import { filesOf, openModel, openTranslate, press, serveTranslate, translate } from "./translatePage.ts";

const EN_FR = fileURLToPath(new URL("../../models/en-fr", import.meta.url));
const NAMES = ["config.json", "generation_config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"];
const ID = "me/opus-mt-en-fr";
const COMMIT = "c".repeat(40);

describe.skipIf(process.env["QKV_TEST_BROWSER"] === undefined)("apps/translate and the hub", () => {
  let server: FolderServer;
  let hub: SecureHub;
  let browser: Browser;

  beforeAll(async () => {
    server = await serveTranslate();
    const files = Object.fromEntries(filesOf(EN_FR, NAMES));
    hub = await startSecureHub({ [ID]: { commits: { [COMMIT]: files }, revisions: { main: COMMIT } } });
    browser = await launchChromium(...hub.chromiumFlags);
  });
  afterEach(() => {
    Object.assign(hub.faults, { cutAfter: Infinity, beforeCut: undefined, refuse: false, refuseAfterCut: false });
    hub.asked.length = 0;
  });
  afterAll(async () => {
    await browser?.close();
    server?.close();
    await hub?.close();
  });

  const ask = async (page: Page, ref: string) => {
    await page.getByRole("textbox", { name: "From the hub" }).fill(ref);
    await press(page, "Open");
  };
  const open = async (before?: (page: Page) => Promise<unknown>) => {
    const opened = await openTranslate(browser, server, {}, before);
    await opened.page.locator(".model-picker summary").click();
    return opened;
  };
  const alert = (page: Page) => page.locator(".model-picker").getByRole("alert");
  const worksStill = async (page: Page) => expect((await translate(page, "I love you.")).trim()).toBe("Je t'aime.");

  test("fetches a model by its id, says how far it is, keeps it, and opens it after a reload without a network", async () => {
    const { page, printed } = await open();
    await page.evaluate(() => {
      const seen = new Set<string>();
      Object.assign(globalThis, { seen });
      new MutationObserver(() => {
        const text = document.querySelector(".model-picker .progress .figures")?.textContent;
        if (text?.startsWith("model.safetensors")) seen.add(text);
      }).observe(document.body, { subtree: true, childList: true, characterData: true });
    });
    await ask(page, ID);
    await openModel(page, ID);
    const seen = await page.evaluate(() => [...(globalThis as unknown as { seen: Set<string> }).seen]);
    expect(seen.length).toBeGreaterThan(3);
    for (const line of seen) expect(line).toMatch(/^model\.safetensors · \d+(\.\d+)? (byte|kB|MB) of \d+(\.\d)? MB$/);
    await worksStill(page);
    expect(hub.asked.map(({ line }) => line.split("/").at(-1))).toContain("model.safetensors");

    await page.reload();
    await openModel(page, "English → French");
    await page.locator(".model-picker summary").click();
    hub.asked.length = 0;
    await page.context().setOffline(true);
    await ask(page, ID);
    await openModel(page, ID);
    await worksStill(page);
    expect(hub.asked).toEqual([]);
    // Chromium itself tells of what it could not reach.
    expect(printed.filter((line) => !line.startsWith("error: Failed to load resource"))).toEqual([]);
    await page.close();
  });

  test("says that there is no such model, or that nobody answers, and keeps the one that is open", async () => {
    const { page } = await open();
    await ask(page, "nobody/nothing-of-this-name");
    await alert(page)
      .filter({ hasText: "The previous one is still open" })
      .filter({ hasText: "nobody/nothing" })
      .waitFor();
    await ask(page, `${ID}@no-such-branch`);
    await alert(page).filter({ hasText: "no-such-branch" }).waitFor();
    await ask(page, "not a name");
    await alert(page).filter({ hasText: "expected the id of a model" }).waitFor();
    hub.faults.refuse = true;
    await ask(page, ID);
    await alert(page).filter({ hasText: "No response" }).waitFor({ timeout: 30_000 });
    await worksStill(page);
    await page.close();
  });

  test("goes on where the connection was cut: by itself, and when it is asked again", async () => {
    const { page } = await open();
    hub.faults.cutAfter = 3_000_000;
    hub.faults.beforeCut = (sent) => hasRead(page, sent);
    await ask(page, ID);
    await openModel(page, ID);
    expect(hub.asked.filter(({ range }) => range !== undefined).map(({ range }) => range)).toContain("bytes=3000000-");
    await page.evaluate(() => caches.delete("qkv-models"));

    await press(page, "English → French");
    await openModel(page, "English → French");
    hub.faults.refuseAfterCut = true;
    await ask(page, ID);
    await alert(page).filter({ hasText: "No response" }).waitFor({ timeout: 30_000 });
    await worksStill(page);
    Object.assign(hub.faults, { cutAfter: Infinity, refuse: false, refuseAfterCut: false });
    hub.asked.length = 0;
    await ask(page, ID);
    await openModel(page, ID);
    expect(hub.asked.at(-1)?.range).toBe("bytes=3000000-");
    await page.close();
  });

  test("two tabs that open the same model at once both have it, and it is kept whole", async () => {
    const context = await browser.newContext({ locale: "en" });
    const tabs = { newPage: () => context.newPage() } as unknown as Browser;
    const pages = [await openTranslate(tabs, server), await openTranslate(tabs, server)].map(({ page }) => page);
    const openIt = async (page: Page) => {
      await page.locator(".model-picker summary").click();
      await ask(page, ID);
      await openModel(page, ID);
    };
    await Promise.all(pages.map(openIt));
    for (const page of pages) await worksStill(page);
    const third = await openTranslate(tabs, server);
    await context.setOffline(true);
    await openIt(third.page);
    await worksStill(third.page);
    await context.close();
  });

  test("works where there is no room to keep it, or nothing may be kept, and says so", async () => {
    for (const refuse of [fill, forbid]) {
      const { page, printed } = await open();
      await refuse(page, server.origin);
      await ask(page, ID);
      await openModel(page, ID);
      await page.locator(".model-picker").getByText("It works now, and is downloaded again next time").waitFor();
      await worksStill(page);
      expect(printed).toEqual([]);
      await page.context().close();
    }
  });
});

/** Waits until a page has read so many bytes of a file: when the connection breaks after that, none of them is on the way. */
async function hasRead(page: Page, bytes: number): Promise<void> {
  await page.waitForFunction(
    (bytes) => document.querySelector<HTMLProgressElement>(".model-picker progress")?.value === bytes,
    bytes,
    { timeout: 120_000 },
  );
}

/** Leaves a browser less room than the model takes. */
async function fill(page: Page, origin: string): Promise<void> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Storage.overrideQuotaForOrigin", { origin, quotaSize: 2_000_000 });
}

/** Lets the page's worker keep nothing, as a browser does that blocks a site's data. */
async function forbid(page: Page): Promise<void> {
  await page.workers()[0]?.evaluate(() => {
    CacheStorage.prototype.open = () => Promise.reject(new DOMException("access is denied", "SecurityError"));
  });
}
