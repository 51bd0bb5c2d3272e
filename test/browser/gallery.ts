// Takes pictures of the running pages: `pnpm gallery [FOLDER [NAME]]`. Each page, wide and as on a phone, light and dark,
// in each language, as it opens and at work, into the folder (default docs/gallery/all, which is not committed); the
// README's into docs/gallery. A name takes only those whose names it is a part of. Letters are the system's: Debian's
// fonts-noto-core and fonts-noto-cjk have those of both languages.
import { mkdirSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { BrowserContextOptions, Page } from "playwright-core";
import sharp from "sharp";
import type { AppPage } from "./appPage.ts";
import { launchChromium } from "./chromium.ts";
import { answer, openClassify } from "./classifyPage.ts";
import { dropGguf, modelIsOpen, openGenerate, tokens, write } from "./generatePage.ts";
import { serve } from "./server.ts";
import { openTranslate } from "./translatePage.ts";

/** What is taken, and how. */
interface Shot {
  readonly app: "translate" | "classify" | "generate";
  readonly size: keyof typeof SIZES;
  readonly colorScheme: "light" | "dark";
  readonly locale: "en" | "ko";
  /** What is seen as it opens, or the whole page at work. */
  readonly state: "first" | "work";
  /** The picture of attention. */
  readonly view?: "lines" | "matrix" | "model";
  /** What is at the bottom of the picture; left out, the page's end. */
  readonly upTo?: string;
}

const SIZES = { wide: { width: 1280, height: 800 }, phone: { width: 360, height: 740 } };
const at = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

const AT_WORK = { size: "wide", colorScheme: "light", locale: "en", state: "work" } as const;
const README: Readonly<Record<string, Shot>> = {
  "translate-light": { ...AT_WORK, app: "translate", upTo: ".attention" },
  "translate-dark": { ...AT_WORK, app: "translate", colorScheme: "dark", view: "model", upTo: ".attention" },
  "translate-phone": { ...AT_WORK, app: "translate", size: "phone", upTo: ".attention" },
  "classify-light": { ...AT_WORK, app: "classify", upTo: ".picture-list" },
};

/** Every combination. */
function* everyShot(): Generator<Shot> {
  for (const app of ["translate", "classify", "generate"] as const) {
    for (const size of ["wide", "phone"] as const) {
      for (const colorScheme of ["light", "dark"] as const) {
        for (const locale of ["en", "ko"] as const) {
          for (const state of ["first", "work"] as const) yield { app, size, colorScheme, locale, state };
        }
      }
    }
  }
}

const TEXT =
  "Do you know where the train station is?\n\nThe children are playing in the garden. I have never seen such a big dog.";

async function translateAndLook(page: Page, { size, view }: Shot): Promise<void> {
  await page.locator("textarea").fill(TEXT);
  await page.locator("button.main").click();
  await page.locator(".sentence").nth(2).waitFor();
  await page.locator('.translation[aria-busy="false"]').waitFor();
  await page.locator(".sentence").nth(1).click();
  const look = page.locator("qkv-attention");
  await look.locator("line").first().waitFor({ state: "attached" });
  await look
    .locator("select")
    .first()
    .selectOption(view ?? (size === "wide" ? "lines" : "matrix"));
}

async function classifyAndLook(page: Page): Promise<void> {
  const examples = page.locator(".drop-zone [role=group] button");
  await examples.nth(1).click();
  await answer(page, "airplane.png");
  await examples.first().click();
  await answer(page, "ship.png");
  await page.locator(".saliency-controls .choice label").nth(1).click();
  await page.getByTestId("saliency-words").waitFor();
}

/** What a small model of random weights writes. */
async function writeAndLook(page: Page): Promise<void> {
  await dropGguf(page);
  await modelIsOpen(page);
  await write(page, TEXT);
  await tokens(page).nth(8).click();
  await page.locator("qkv-attention line").first().waitFor({ state: "attached" });
}

const AT_WORK_IN = { translate: translateAndLook, classify: classifyAndLook, generate: writeAndLook };
const APPS = Object.keys(AT_WORK_IN) as Shot["app"][];

const server = await serve(Object.fromEntries(APPS.map((app) => [app, at(`apps/${app}/dist`)])));
const browser = await launchChromium();

function open(app: Shot["app"], options: BrowserContextOptions): Promise<AppPage> {
  if (app === "translate") return openTranslate(browser, server, options);
  return (app === "classify" ? openClassify : openGenerate)(browser, `${server.origin}/${app}/index.html`, options);
}

async function take(shot: Shot, file: string): Promise<void> {
  const { app, size, colorScheme, locale, state } = shot;
  const { page } = await open(app, { colorScheme, locale, viewport: SIZES[size] });
  if (state === "work") await AT_WORK_IN[app](page, shot);
  await page.mouse.move(0, 0);
  await page.evaluate(() => {
    (document.activeElement as HTMLElement | null)?.blur();
    scrollTo(0, 0);
  });
  const { y = 0, height = 0 } = (shot.upTo && (await page.locator(shot.upTo).boundingBox())) || {};
  const clip = { x: 0, y: 0, width: SIZES[size].width, height: Math.ceil(y + height + 16) };
  const png = await page.screenshot({ fullPage: state === "work", ...(shot.upTo && { clip }) });
  await sharp(png).png({ palette: true, effort: 10, compressionLevel: 9 }).toFile(file);
  await page.close();
}

const gallery = at("docs/gallery");
const [, , all = join(gallery, "all"), part = ""] = process.argv;
mkdirSync(all, { recursive: true });
const everywhere = Array.from(everyShot(), (shot) => {
  const { app, size, colorScheme, locale, state } = shot;
  return [join(all, `${[app, size, colorScheme, locale, state].join("-")}.png`), shot] as const;
});
const ofReadme = Object.entries(README).map(([name, shot]) => [join(gallery, `${name}.png`), shot] as const);
for (const [file, shot] of [...everywhere, ...ofReadme]) if (basename(file).includes(part)) await take(shot, file);
await browser.close();
server.close();
