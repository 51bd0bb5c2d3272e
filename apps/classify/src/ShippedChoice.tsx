import { Choice, shippedModels, useMessages } from "@qkv/app-shell";
import { MESSAGES } from "./messages.ts";
import { nameOf } from "./modelNames.ts";
import { model, opening, openModel } from "./session.ts";

const SHIPPED = shippedModels().flatMap((source) => (source.kind === "shipped" ? [source] : []));

/** The models that ship, to choose from. */
export function ShippedChoice() {
  const messages = useMessages(MESSAGES);
  const open = opening.value?.source ?? model.value;
  return (
    <Choice
      label={messages.model}
      options={SHIPPED.map((source) => ({ value: source.name, label: nameOf(source) }))}
      value={open?.kind === "shipped" ? open.name : undefined}
      onChoose={(chosen) => {
        const found = SHIPPED.find(({ name }) => name === chosen);
        if (found !== undefined) void openModel(found);
      }}
    />
  );
}
