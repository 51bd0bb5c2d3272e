import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

// Times of a page's tasks are not to depend on which fonts are installed; the gallery has them all.
const FONTS = fileURLToPath(new URL("test/browser/fonts.conf", import.meta.url));
const hasDebiansFonts = existsSync("/usr/share/fonts/truetype/dejavu");

// A page in Chromium, made of the packages as they are built and published.
export default defineConfig({
  test: {
    include: ["test/browser/**/*.test.ts"],
    setupFiles: ["./test/setup.ts"],
    env: { QKV_TEST_BROWSER: "1", ...(hasDebiansFonts && { FONTCONFIG_FILE: FONTS }) },
    testTimeout: 300_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 60_000 } },
  },
});
