import { Choice, Notice, useMessages } from "@qkv/app-shell";
import { describeHeat } from "./describeHeat.ts";
import { head, heat, kind, layer, lookError, type LookKind, shape } from "./looks.ts";
import { MESSAGES } from "./messages.ts";

/** Which view is laid over the picture, and what it shows in words. */
export function LookControls() {
  const { look } = useMessages(MESSAGES);
  const kinds: readonly LookKind[] =
    shape.value?.hasRollout === false ? ["off", "evidence", "head"] : ["off", "rollout", "evidence", "head"];
  return (
    <section class="look-controls stack" aria-label={look.title}>
      <div class="row start">
        <h2>{look.title}</h2>
        <Choice
          label={look.title}
          options={kinds.map((value) => ({ value, label: look[value] }))}
          value={kind.value}
          onChoose={(chosen) => (kind.value = chosen)}
        />
      </div>
      {kind.value === "head" && shape.value !== undefined && <HeadSliders heads={shape.value.heads} />}
      {lookError.value !== undefined && <Notice error={lookError.value} />}
      {kind.value !== "off" && <InWords />}
    </section>
  );
}

function HeadSliders({ heads }: { readonly heads: readonly number[] }) {
  const { look } = useMessages(MESSAGES);
  const numHeads = heads[layer.value] ?? 1;
  const chosen = Math.min(head.value, numHeads - 1);
  return (
    <div class="sliders">
      <label>
        <span>
          {look.layer} <span class="figures">{layer.value}</span>
        </span>
        <input
          type="range"
          min={0}
          max={heads.length - 1}
          value={layer.value}
          onInput={({ currentTarget }) => (layer.value = currentTarget.valueAsNumber)}
        />
      </label>
      <label>
        <span>
          {look.headNumber} <span class="figures">{chosen < 0 ? look.meanOfHeads : chosen}</span>
        </span>
        <input
          type="range"
          min={-1}
          max={numHeads - 1}
          value={chosen}
          aria-valuetext={chosen < 0 ? look.meanOfHeads : `${chosen}`}
          onInput={({ currentTarget }) => (head.value = currentTarget.valueAsNumber)}
        />
      </label>
    </div>
  );
}

/** The text form of the overlay. */
function InWords() {
  const { look } = useMessages(MESSAGES);
  if (heat.value === undefined) return null;
  const { request } = heat.value;
  return (
    <div class="small quiet">
      <p aria-live="polite" data-testid="look-words">
        {describeHeat(heat.value, request, look)}
      </p>
      <p>
        {request.kind !== "evidence" && look.hint} {look.note}
      </p>
    </div>
  );
}
