import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";

interface ChoiceProps<T extends string> {
  /** What is chosen here, for those who do not see it. */
  readonly label: string;
  readonly options: readonly { readonly value: T; readonly label: ComponentChildren; readonly title?: string }[];
  readonly value: T | undefined;
  readonly onChoose: (value: T) => void;
  readonly disabled?: boolean;
}

/** One of a few: radio buttons that look like one control, and that arrow keys move through. */
export function Choice<T extends string>({ label, options, value, onChoose, disabled = false }: ChoiceProps<T>) {
  const name = useId();
  return (
    <fieldset class="choice" disabled={disabled}>
      <legend class="unseen">{label}</legend>
      {options.map((option) => (
        <label key={option.value} title={option.title}>
          <input
            type="radio"
            name={name}
            value={option.value}
            checked={option.value === value}
            onChange={() => onChoose(option.value)}
          />
          <span>{option.label}</span>
        </label>
      ))}
    </fieldset>
  );
}
