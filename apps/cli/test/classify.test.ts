import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { readImageHeader } from "@qkv/vit";
import { decodeImage } from "@qkv/vit/node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildProgram, qkv } from "./qkv.ts";

const packages = fileURLToPath(new URL("../../../packages/", import.meta.url));
const model = path.join(packages, "pretrained/test/golden/classifier");
const image = (name: string) => path.join(packages, "vit/test/images", name);
const LABELS = ["fox", "heron", "newt", "owl", "toad", "wren", "yak"];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "qkv-cli-"));
  await buildProgram();
});
afterAll(() => rm(folder, { recursive: true }));

interface Line {
  readonly image: string;
  readonly labels: readonly { readonly label: string; readonly score: number }[];
}

describe("qkv classify", () => {
  test("tells the likeliest classes of each image", async () => {
    const files = [image("rgb.png"), image("rotated-6.jpg")];
    const { code, stdout, stderr } = await qkv(["classify", "--model", model, "--top", "2", ...files]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: `The model knows nothing but: ${LABELS.join(", ")}.\n` });
    const two = String.raw`( +\d+\.\d %  [a-z]+\n){2}`;
    expect(stdout).toMatch(new RegExp(`^${files.map((file) => `${file}\\n${two}`).join("")}$`));
  });

  test("--labels: which of them fits, and embed --image: vectors, by a model of images and texts", async () => {
    const clip = ["--model", path.join(packages, "pretrained/test/golden/clip"), "--json"];
    const found = await qkv(["classify", ...clip, "--labels", "cat, a Dog", image("rgb.png"), "none.png"]);
    expect(found).toMatchObject({ code: 1, stderr: expect.stringContaining("none.png: expected an image file") });
    const { labels } = JSON.parse(found.stdout) as Line;
    expect(labels.map(({ label }) => label).sort()).toEqual(["a Dog", "cat"]);
    const { code, stdout } = await qkv(["embed", ...clip, "--image", image("rgb.png")]);
    expect(code).toBe(0);
    expect((JSON.parse(stdout) as { embedding: number[] }).embedding).toHaveLength(5);
    expect(await qkv(["classify", ...clip, "--labels", "a,,b", image("rgb.png")])).toMatchObject({ code: 2 });
    expect(await qkv(["embed", ...clip, "--image"])).toMatchObject({ code: 2 });
  });

  test("qkv detect: objects with their boxes", async () => {
    const yolos = ["--model", path.join(packages, "pretrained/test/golden/yolos")];
    const { code, stdout } = await qkv(["detect", ...yolos, image("rgb.png")]);
    expect({ code, lines: stdout.trim().split("\n") }).toMatchObject({ code: 0, lines: { length: 4 } });
    expect(stdout).toMatch(/\n +93\.7 % {2}cat {2}5\.5 5\.8 18\.4 11\.3\n/);
    const told = await qkv(["detect", ...yolos, "--json", "--threshold", "0.92", image("rgb.png")]);
    expect((JSON.parse(told.stdout) as { objects: unknown[] }).objects).toHaveLength(1);
  });

  test("qkv depth: its range, and a picture of it", async () => {
    const depth = ["depth", "--model", path.join(packages, "pretrained/test/golden/depth-anything")];
    const output = path.join(folder, "depth.png");
    const { code, stdout } = await qkv([...depth, "--json", "--output", output, image("rgb.png")]);
    expect(code).toBe(0);
    const told = JSON.parse(stdout) as Record<"width" | "height" | "least" | "greatest" | "mean", number>;
    const picture = await decodeImage(await readFile(output));
    expect([picture.width, picture.height]).toEqual([told.width, told.height]);
    expect(told.least).toBeLessThan(told.mean);
    expect(told.mean).toBeLessThan(told.greatest);
    const grays = picture.data.filter((_, i) => i % (picture.channels ?? 1) === 0);
    expect([Math.min(...grays), Math.max(...grays)]).toEqual([0, 255]);
    const text = await qkv([...depth, "--output", output, image("rgb.png"), image("rgb.jpg")]);
    expect(text.stdout.trim().split("\n")).toHaveLength(2);
    expect((await readFile(path.join(folder, "depth.2.png"))).length).toBeGreaterThan(50);
    expect(await qkv([...depth, "--output", "depth.tiff", image("rgb.png")])).toMatchObject({ code: 2 });
  });

  test("QKV_MAX_PIXELS bounds an image, and raises the bound", async () => {
    const run = (pixels: string) =>
      qkv(["classify", "--model", model, image("rgb.png")], { env: { QKV_MAX_PIXELS: pixels } });
    expect(await run("321")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("raise maxPixels (in the program QKV_MAX_PIXELS)"),
    });
    expect(await run("322")).toMatchObject({ code: 0 });
    expect(await run("many")).toMatchObject({ code: 2, stdout: "" });
  });

  test("the shipped model knows ten things, and says so", async () => {
    const shipped = path.join(packages, "../models/cifar10");
    const { code, stdout, stderr } = await qkv(["classify", "--model", shipped, "--top", "10", image("rgb.jpg")]);
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: expect.stringMatching(/^The model knows nothing but: .*frog/),
    });
    expect(stdout.trim().split("\n").slice(1)).toHaveLength(10);
  });

  test("--json gives a line for each image, and all that a file of any kind says is the same picture's", async () => {
    const files = ["rgb.png", "lossless.webp", "sixteen-bits.png", "rgb.jpg", "photo.avif"].map(image);
    const { code, stdout, stderr } = await qkv(["classify", "--model", model, "--top", "9", "--json", ...files]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const lines = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Line);
    expect(lines.map((line) => line.image)).toEqual(files);
    for (const { labels } of lines) {
      expect(labels.map(({ label }) => label).sort()).toEqual(LABELS);
      expect(labels.reduce((sum, { score }) => sum + score, 0)).toBeCloseTo(1, 5);
      expect(labels[0]?.label).toBe(lines[0]?.labels[0]?.label);
    }
  });

  test("--attention writes where the model looked, an image at a size that can be seen", async () => {
    const file = path.join(folder, "look.png");
    const { code, stderr } = await qkv(["classify", "--model", model, "--attention", file, "--json", image("rgb.png")]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const { width, height, data } = await decodeImage(await readFile(file));
    expect([width, height]).toEqual([264, 264]); // 12 pixels, 22 times as large
    expect(new Set(data).size).toBeGreaterThan(20);
    await qkv(["classify", "--model", model, "--attention", file, image("rgb.png"), image("grey.png")]);
    expect(readImageHeader(await readFile(path.join(folder, "look.2.png")))).toMatchObject({ type: "png", width: 264 });
  });

  test("goes on after what is no image, says of each what it is, and fails", async () => {
    const [letter, drawing] = [path.join(folder, "letter.jpg"), path.join(folder, "drawing.svg")];
    await writeFile(letter, "Dear Sir");
    await writeFile(drawing, "<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>");
    const files = [letter, drawing, path.join(folder, "nothing.png"), folder, image("one-pixel.png")];
    const { code, stdout, stderr } = await qkv(["classify", "--model", model, "--json", ...files]);
    expect(code).toBe(1);
    expect((JSON.parse(stdout) as Line).image).toBe(image("one-pixel.png"));
    expect(stderr.trim().split("\n")).toEqual([
      `${letter}: expected a PNG, JPEG, WebP, GIF or AVIF image, got text`,
      expect.stringMatching("drawing.svg: .* got SVG, which is a drawing, not pixels: export it as PNG"),
      expect.stringMatching("nothing.png: expected an image file, got nothing of this name"),
      `${folder}: expected an image file, got a folder`,
      "qkv: 4 of 5 images could not be classified",
    ]);
  });

  test("needs images, and a model for them", async () => {
    expect((await qkv(["classify", "--model", model])).code).toBe(2);
    const none = await qkv(["classify", "--model", path.join(folder, "none"), image("rgb.png")]);
    expect(none.code).toBe(2);
    const other = await qkv(["classify", "--model", path.join(model, "../float32"), image("rgb.png")]);
    expect(other).toMatchObject({ code: 1, stdout: "" });
    expect(other.stderr).toContain("expected a model that classifies images, got MarianMTModel");
  });
});
