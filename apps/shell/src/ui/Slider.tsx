interface SliderProps {
  readonly label: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly onChange: (value: number) => void;
}

/** A number within bounds, said beside its name. */
export function Slider({ label, onChange, ...range }: SliderProps) {
  return (
    <label>
      <span>
        {label} <output class="quiet figures">{range.value}</output>
      </span>
      <input
        type="range"
        aria-label={label}
        {...range}
        onInput={({ currentTarget }) => onChange(currentTarget.valueAsNumber)}
      />
    </label>
  );
}
