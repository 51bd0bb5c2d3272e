import { Choice, Notice, useMessages } from "@qkv/app-shell";
import { describeHeat } from "./describeHeat.ts";
import { head, heat, kind, layer, saliencyError, type SaliencyView, shape } from "./saliency.ts";
import { MESSAGES } from "./messages.ts";

/** Which view is laid over the picture, and what it shows in words. */
export function SaliencyControls() {
  const { saliency } = useMessages(MESSAGES);
  const kinds: readonly SaliencyView[] =
    shape.value?.hasRollout === false ? ["off", "evidence", "head"] : ["off", "rollout", "evidence", "head"];
  return (
    <section class="saliency-controls stack" aria-label={saliency.title}>
      <div class="row start">
        <h2>{saliency.title}</h2>
        <Choice
          label={saliency.title}
          options={kinds.map((value) => ({ value, label: saliency[value] }))}
          value={kind.value}
          onChoose={(chosen) => (kind.value = chosen)}
        />
      </div>
      {kind.value === "head" && shape.value !== undefined && <HeadSliders heads={shape.value.heads} />}
      {saliencyError.value !== undefined && <Notice error={saliencyError.value} />}
      {kind.value !== "off" && <InWords />}
    </section>
  );
}

function HeadSliders({ heads }: { readonly heads: readonly number[] }) {
  const { saliency } = useMessages(MESSAGES);
  const numHeads = heads[layer.value] ?? 1;
  const chosen = Math.min(head.value, numHeads - 1);
  return (
    <div class="sliders">
      <label>
        <span>
          {saliency.layer} <span class="figures">{layer.value}</span>
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
          {saliency.headNumber} <span class="figures">{chosen < 0 ? saliency.meanOfHeads : chosen}</span>
        </span>
        <input
          type="range"
          min={-1}
          max={numHeads - 1}
          value={chosen}
          aria-valuetext={chosen < 0 ? saliency.meanOfHeads : `${chosen}`}
          onInput={({ currentTarget }) => (head.value = currentTarget.valueAsNumber)}
        />
      </label>
    </div>
  );
}

/** The text form of the overlay. */
function InWords() {
  const { saliency } = useMessages(MESSAGES);
  if (heat.value === undefined) return null;
  const { request } = heat.value;
  return (
    <div class="small quiet">
      <p aria-live="polite" data-testid="saliency-words">
        {describeHeat(heat.value, request, saliency)}
      </p>
      <p>
        {request.kind !== "evidence" && saliency.hint} {saliency.note}
      </p>
    </div>
  );
}
