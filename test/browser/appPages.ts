// What files with tests of the apps begin with: the apps as they are built, served, and one Chromium.
import { fileURLToPath } from "node:url";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe } from "vitest";
import type { AppPage } from "./appPage.ts";
import { launchChromium } from "./chromium.ts";
import { openClassify } from "./classifyPage.ts";
import { openFinetune } from "./finetunePage.ts";
import { openGenerate } from "./generatePage.ts";
import { openListen } from "./listenPage.ts";
import { openMicroscope } from "./microscopePage.ts";
import { type FolderServer, serve } from "./server.ts";
import { openTour } from "./tourPage.ts";
import { openTranslate } from "./translatePage.ts";

/** A group of tests that is skipped unless tests in a browser are asked for, as `pnpm test:browser` does. */
export const describeInBrowser = describe.skipIf(process.env["QKV_TEST_BROWSER"] === undefined);

/** Opens an app and waits for its model, if it comes with one. @param before what is done before anything is loaded */
type OpenPage = (options?: BrowserContextOptions, before?: (page: Page) => Promise<unknown>) => Promise<AppPage>;

/** The apps of a group of tests. */
export interface AppPages {
  readonly browser: Browser;
  readonly origin: string;
  readonly openTranslate: OpenPage;
  readonly openClassify: OpenPage;
  readonly openFinetune: OpenPage;
  readonly openGenerate: OpenPage;
  readonly openListen: OpenPage;
  readonly openMicroscope: OpenPage;
  readonly openTour: OpenPage;
}

const dist = (app: string) => fileURLToPath(new URL(`../../apps/${app}/dist`, import.meta.url));

/** Serves the apps and starts Chromium before the tests of the group that this stands in, and ends both after them. */
export function appPages(...flags: string[]): AppPages {
  let server: FolderServer;
  let browser: Browser;
  beforeAll(async () => {
    const apps = ["home", "translate", "classify", "finetune", "generate", "listen", "microscope", "tour"];
    server = await serve(Object.fromEntries(apps.map((app) => [app, dist(app)])));
    browser = await launchChromium(...flags);
  });
  afterAll(async () => {
    await browser?.close();
    server?.close();
  });
  return {
    get browser() {
      return browser;
    },
    get origin() {
      return server.origin;
    },
    openTranslate: (options, before) => openTranslate(browser, server, options, before),
    openClassify: (options, before) => openClassify(browser, `${server.origin}/classify/index.html`, options, before),
    openFinetune: (options, before) => openFinetune(browser, `${server.origin}/finetune/index.html`, options, before),
    openGenerate: (options, before) => openGenerate(browser, `${server.origin}/generate/index.html`, options, before),
    openListen: (options, before) => openListen(browser, `${server.origin}/listen/index.html`, options, before),
    openMicroscope: (options, before) =>
      openMicroscope(browser, `${server.origin}/microscope/index.html`, options, before),
    openTour: (options, before) => openTour(browser, `${server.origin}/tour/index.html`, options, before),
  };
}
