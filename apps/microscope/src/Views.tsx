import { Choice, useMessages } from "@qkv/app-shell";
import { signal } from "@preact/signals";
import type { FunctionComponent } from "preact";
import { MESSAGES } from "./messages.ts";
import { subject } from "./models.ts";
import { AblationView } from "./views/AblationView.tsx";
import { AttributionView } from "./views/AttributionView.tsx";
import { FlowView } from "./views/FlowView.tsx";
import { HeadsView } from "./views/HeadsView.tsx";
import { LensView } from "./views/LensView.tsx";
import { PatchingView } from "./views/PatchingView.tsx";
import type { ViewName } from "./viewName.ts";
import type { Reading } from "./worker/readText.ts";

const VIEWS: Readonly<Record<ViewName, FunctionComponent<{ readonly reading: Reading }>>> = {
  heads: HeadsView,
  flow: FlowView,
  lens: LensView,
  attribution: AttributionView,
  patching: PatchingView,
  ablation: AblationView,
};

const shown = signal<ViewName>("heads");

/** One view of what was read, and the way to the others. */
export function Views({ reading }: { readonly reading: Reading }) {
  const messages = useMessages(MESSAGES);
  const View = VIEWS[shown.value];
  const why = lack(shown.value);
  return (
    <section class="card stack views">
      <Choice
        label={messages.view}
        options={(Object.keys(VIEWS) as ViewName[]).map((value) => ({ value, label: messages.views[value].name }))}
        value={shown.value}
        onChoose={(name) => (shown.value = name)}
      />
      <h2>{messages.views[shown.value].title}</h2>
      <p class="quiet">{messages.views[shown.value].text}</p>
      {why === undefined ? <View reading={reading} /> : <p data-testid="lack">{messages.lacks[why]}</p>}
    </section>
  );
}

/** What the model does not have that a view is made of. */
function lack(view: ViewName): "logits" | "tokenLogits" | undefined {
  const outline = subject.value?.outline;
  if (outline === undefined || view === "heads" || view === "flow") return undefined;
  if (!outline.hasLogits) return "logits";
  const needsTokens = view === "lens" || view === "attribution";
  return needsTokens && !outline.hasTokenLogits ? "tokenLogits" : undefined;
}
