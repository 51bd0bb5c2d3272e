interface SliderProps {
  readonly label: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  /** The number as people say it, if it is not the value itself. */
  readonly shown?: string;
  readonly onChange: (value: number) => void;
}

/** A number within bounds, said beside its name. */
export function Slider({ label, onChange, shown, ...range }: SliderProps) {
  return (
    <label>
      <span>
        {label} <output class="quiet figures">{shown ?? range.value}</output>
      </span>
      <input
        type="range"
        aria-label={label}
        aria-valuetext={shown}
        {...range}
        onInput={({ currentTarget }) => onChange(currentTarget.valueAsNumber)}
      />
    </label>
  );
}
