// Where the model looked in the picture that is shown large.
import { isAbort } from "@qkv/app-shell";
import { effect, signal } from "@preact/signals";
import { latest } from "./latest.ts";
import { current, type Picture } from "./pictures.ts";
import { labels } from "./session.ts";
import { work } from "./work.ts";
import type { Heat, LookRequest, LookShape } from "./work/looking.ts";

/** The views: none, all layers as one, what spoke for the answer, a single head. */
export type LookKind = "off" | LookRequest["kind"];

/** The chosen view. */
export const kind = signal<LookKind>("off");
/** The layer and head of the view of one head, from 0; -1 is the mean of the heads. */
export const layer = signal(0);
export const head = signal(-1);
/** The patch whose own look is shown. */
export const patch = signal<number | undefined>(undefined);
/** What can be looked at in the picture. */
export const shape = signal<LookShape | undefined>(undefined);
/** What is laid over it, and what was asked for it: the words speak of the map that is seen, not of one to come. */
export const heat = signal<(Heat & { readonly request: LookRequest }) | undefined>(undefined);
/** Why it could not be had. */
export const lookError = signal<unknown>(undefined);

interface Asked {
  readonly picture: Picture;
  readonly request: Wanted;
}

type Wanted = { readonly kind: LookRequest["kind"]; layer: number; head: number; patch: number | undefined };

let looked: Picture | undefined; // whose look the worker holds, with this very answer

const show = latest<Asked>(async ({ picture, request }) => {
  try {
    if (looked !== picture) {
      heat.value = undefined;
      shape.value = await work.look(picture.file);
      looked = picture;
      layer.value = Math.min(layer.value, shape.value.heads.length - 1);
    }
    const asked = requestFor(picture, request, shape.value);
    const found = await work.heat(asked);
    if (current.value === picture && kind.value !== "off") heat.value = { ...found, request: asked };
    lookError.value = undefined;
  } catch (error) {
    looked = undefined;
    if (!isAbort(error)) lookError.value = error;
  }
});

function requestFor(
  { answer }: Picture,
  { kind, layer, head, patch }: Wanted,
  has: LookShape | undefined,
): LookRequest {
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
