import type { BackendStatus } from "@qkv/app-shell";
import { signal } from "@preact/signals";

/** Which backend computes; undefined until one is started. */
export const status = signal<BackendStatus | undefined>(undefined);
