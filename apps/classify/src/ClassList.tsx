import { useMessages } from "@qkv/app-shell";
import { MESSAGES } from "./messages.ts";
import { labels, model } from "./session.ts";

const FEW = 20;

/** What the model can answer at all: a model that knows ten things says which ten. */
export function ClassList() {
  const messages = useMessages(MESSAGES);
  const known = labels.value;
  const wants = model.value?.kind === "shipped" ? messages.wants[model.value.name] : undefined;
  if (known.length === 0) return null;
  return (
    <div class="class-list small quiet">
      <p>
        {messages.knows(known.length)}
        {known.length <= FEW ? `: ${known.join(", ")}. ` : ". "}
        {messages.onlyThese} {wants}
      </p>
      {known.length > FEW && (
        <details>
          <summary>{messages.allClasses}</summary>
          <p>{known.join(" · ")}</p>
        </details>
      )}
    </div>
  );
}
