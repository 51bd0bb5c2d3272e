// Saliency maps of the picture that is shown large.
import { isAbort } from "@qkv/app-shell";
import { effect, signal } from "@preact/signals";
import { latestOnly } from "./latestOnly.ts";
import { current, type Picture } from "./pictures.ts";
import { labels } from "./session.ts";
import { worker } from "./connection.ts";
import type { Heat, SaliencyRequest, SaliencyShape } from "./worker/saliencyMaps.ts";

/** The views: none, all layers as one, what spoke for the answer, a single head. */
export type SaliencyView = "off" | SaliencyRequest["kind"];

/** The chosen view. */
export const kind = signal<SaliencyView>("off");
/** The layer and head of the view of one head, from 0; -1 is the mean of the heads. */
export const layer = signal(0);
export const head = signal(-1);
/** The patch whose own attention is shown. */
export const patch = signal<number | undefined>(undefined);
/** Which maps the picture has. */
export const shape = signal<SaliencyShape | undefined>(undefined);
/** What is laid over it, and what was asked for it: the words speak of the map that is seen, not of one to come. */
export const heat = signal<(Heat & { readonly request: SaliencyRequest }) | undefined>(undefined);
/** Why it could not be had. */
export const saliencyError = signal<unknown>(undefined);

interface Asked {
  readonly picture: Picture;
  readonly request: Wanted;
}

type Wanted = { readonly kind: SaliencyRequest["kind"]; layer: number; head: number; patch: number | undefined };

let explained: Picture | undefined; // whose maps the worker holds, with this very answer

const show = latestOnly<Asked>(async ({ picture, request }) => {
  try {
    if (explained !== picture) {
      heat.value = undefined;
      shape.value = await worker.explain(picture.file);
      explained = picture;
      layer.value = Math.min(layer.value, shape.value.heads.length - 1);
    }
    const asked = requestFor(picture, request, shape.value);
    const found = await worker.heat(asked);
    if (current.value === picture && kind.value !== "off") heat.value = { ...found, request: asked };
    saliencyError.value = undefined;
  } catch (error) {
    explained = undefined;
    if (!isAbort(error)) saliencyError.value = error;
  }
});

function requestFor(
  { answer }: Picture,
  { kind, layer, head, patch }: Wanted,
  has: SaliencyShape | undefined,
): SaliencyRequest {
  const label = labels.value.indexOf(answer?.labels[0]?.label ?? "");
  if (kind === "evidence" || (kind === "rollout" && has?.hasRollout === false)) return { kind: "evidence", label };
  if (kind === "rollout") return { kind, patch };
  const heads = has?.heads[layer] ?? 1;
  return { kind, layer, patch, ...(head >= 0 && head < heads && { head }) };
}

// Whatever changes what is to be seen asks for it.
effect(() => {
  const picture = current.value;
  const request = { layer: layer.value, head: head.value, patch: patch.value };
  if (kind.value === "off" || picture?.answer === undefined) {
    heat.value = undefined;
    return;
  }
  show({ picture, request: { kind: kind.value, ...request } });
});
