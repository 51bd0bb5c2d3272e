// How speech is written.
import { signal } from "@preact/signals";
import type { ListeningSettings } from "./worker/listener.ts";

export const settings = signal<ListeningSettings>({ language: "", task: "transcribe" });
