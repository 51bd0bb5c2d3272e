// Takes the README's pictures from the running page. pnpm gallery
import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { launchChromium } from "./chromium.ts";
import { serve } from "./server.ts";

const at = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const TEXT =
  "Do you know where the train station is?\n\nThe children are playing in the garden. I have never seen such a big dog.";

const PICTURES = [
  { name: "translate-light", colorScheme: "light", width: 1080, height: 1320, view: "lines" },
  { name: "translate-dark", colorScheme: "dark", width: 1080, height: 1480, view: "model" },
  { name: "translate-phone", colorScheme: "light", width: 390, height: 1080, view: "matrix" },
] as const;

const folder = at("docs/gallery");
mkdirSync(folder, { recursive: true });
const server = await serve({ translate: at("apps/translate/dist") });
const browser = await launchChromium();
for (const { name, colorScheme, width, height, view } of PICTURES) {
  const page = await browser.newPage({ locale: "en", colorScheme, viewport: { width, height } });
  await page.goto(`${server.origin}/translate/index.html`);
  await page.getByRole("textbox", { name: "Text to translate" }).fill(TEXT);
  await page.getByRole("button", { name: "Translate", exact: true }).click();
  await page.locator(".sentence").nth(2).waitFor();
  await page.locator('.translation[aria-busy="false"]').waitFor();
  await page.locator(".sentence").nth(1).click();
  const look = page.locator("qkv-attention");
  await look.locator("line").first().waitFor({ state: "attached" });
  await look.getByLabel("View", { exact: true }).selectOption(view);
  await page.mouse.move(0, 0);
  if (name === "translate-phone") await page.locator(".attention").evaluate((panel) => panel.scrollIntoView());
  await page.screenshot({ path: `${folder}/${name}.png` });
  await page.close();
}
await browser.close();
server.close();
