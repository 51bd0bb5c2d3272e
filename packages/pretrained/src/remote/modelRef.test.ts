import { expect, test } from "vitest";
import { parseModelRef } from "./modelRef.ts";

const hub = (id: string, revision = "main", endpoint = "https://huggingface.co") => ({
  ...{ kind: "hub", endpoint, id, revision },
});

test.each([
  ["google/vit-base-patch16-224", hub("google/vit-base-patch16-224")],
  ["google/vit@refs/pr/7", hub("google/vit", "refs/pr/7")],
  ["https://huggingface.co/google/vit", hub("google/vit")],
  ["https://huggingface.co/google/vit/tree/refs%2Fpr%2F7/", hub("google/vit", "refs/pr/7")],
  ["https://example.org/models/tiny/#top", { kind: "url", url: "https://example.org/models/tiny" }],
  ["https://huggingface.co/a/b/resolve/main", { kind: "url", url: "https://huggingface.co/a/b/resolve/main" }],
  ["http://localhost:8080/x", { kind: "url", url: "http://localhost:8080/x" }],
  ["me/tiny-GGUF:Q4_K_M", { ...hub("me/tiny-GGUF"), file: "Q4_K_M" }],
  ["me/tiny-GGUF@v1:Q4_K_M", { ...hub("me/tiny-GGUF", "v1"), file: "Q4_K_M" }],
  ["me/tiny/tiny.Q8_0.gguf", { ...hub("me/tiny"), file: "tiny.Q8_0.gguf" }],
  ["me/tiny@v1/Q8_0/tiny-00001-of-00002.gguf", { ...hub("me/tiny", "v1"), file: "Q8_0/tiny-00001-of-00002.gguf" }],
  ["https://huggingface.co/me/tiny/blob/main/tiny.gguf", { ...hub("me/tiny"), file: "tiny.gguf" }],
  ["https://huggingface.co/me/tiny/resolve/main/a/b.gguf?download=true", { ...hub("me/tiny"), file: "a/b.gguf" }],
  [
    "https://example.org/models/a%20b.gguf?key=1",
    { kind: "url", url: "https://example.org/models?key=1", file: "a b.gguf" },
  ],
  ["me/tiny.gguf", undefined],
  ["me/tiny/../x.gguf", undefined],
  ["me/tiny:a/b", undefined],
  ["en-fr", undefined],
  ["./models/en-fr", undefined],
  ["../models", undefined],
  ["a/../b", undefined],
  ["a/b@../../etc", undefined],
  ["a/b/c", undefined],
])("reads %s", (ref, expected) => {
  expect(parseModelRef(ref)).toEqual(expected);
});

test("asks ids of another hub", () => {
  expect(parseModelRef("a/b", "https://hub.example/")).toEqual(hub("a/b", "main", "https://hub.example"));
});

test.each([
  ["http://example.org/model", "expected an https address"],
  ["https://me:secret@example.org/model", "https://example.org/model: expected an address without a password"],
  ["https://", "expected an address that can be read"],
])("refuses %s", (ref, message) => {
  expect(() => parseModelRef(ref)).toThrow(message);
});
