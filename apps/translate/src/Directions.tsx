import { Choice, language, modelLabel, shippedModels, useMessages } from "@qkv/app-shell";
import { directionOf } from "@qkv/pretrained";
import { directionName, isReverse } from "./direction.ts";
import { MESSAGES } from "./messages.ts";
import { model, opening, openModel } from "./models.ts";
import { running, swap } from "./session.ts";

const DIRECTIONS = shippedModels().flatMap((shipped) => {
  const direction = directionOf(modelLabel(shipped));
  return direction ? [{ name: modelLabel(shipped), direction, shipped }] : [];
});

/** The directions that ship, to choose from, and the way to turn round. */
export function Directions() {
  const messages = useMessages(MESSAGES);
  const open = opening.value?.source ?? model.value;
  const direction = open && directionOf(modelLabel(open));
  const reverse = direction && DIRECTIONS.find((other) => isReverse(other.direction, direction));
  return (
    <div class="directions">
      <Choice
        label={messages.direction}
        options={DIRECTIONS.map(({ name, direction }) => ({
          value: name,
          label: directionName(direction, language.value),
        }))}
        value={open?.kind === "shipped" ? open.name : undefined}
        onChoose={(chosen) => {
          const found = DIRECTIONS.find(({ name }) => name === chosen);
          if (found) void openModel(found.shipped);
        }}
      />
      {reverse && (
        <button
          type="button"
          class="plain"
          aria-label={messages.swap}
          title={messages.swap}
          disabled={running.value}
          onClick={() => void swap(reverse.shipped)}
        >
          ⇄
        </button>
      )}
    </div>
  );
}
