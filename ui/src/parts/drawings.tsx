/** Part of a stretch of time: answered, missing, or not asked. */
export interface Piece {
  from: string;
  to: string;
  state: "answered" | "missing" | "unasked";
  title?: string;
}

/** A stretch of time as a strip: what was answered, and where something is missing. */
export function Strip({ pieces, label, height = 10 }: {
  pieces: Piece[];
  label: string;
  height?: number;
}) {
  const times = pieces.flatMap((it) => [Date.parse(it.from), Date.parse(it.to)]);
  const first = Math.min(...times);
  const length = Math.max(1, Math.max(...times) - first);
  return (
    <svg class="strip" role="img" aria-label={label} height={height} width="100%"
      viewBox={`0 0 1000 ${height}`} preserveAspectRatio="none">
      {pieces.map((it) => {
        const x = ((Date.parse(it.from) - first) / length) * 1000;
        const width = Math.max(2, ((Date.parse(it.to) - Date.parse(it.from)) / length) * 1000);
        return (
          <rect key={`${it.from} ${it.title}`} class={`strip-${it.state}`} x={x} y={0}
            width={width} height={height}>
            {it.title && <title>{it.title}</title>}
          </rect>
        );
      })}
    </svg>
  );
}

/** Numbers as a small line; null breaks it. */
export function Sparkline({ values, label, width = 96, height = 24 }: {
  values: (number | null)[];
  label: string;
  width?: number;
  height?: number;
}) {
  const known = values.filter((it) => it !== null);
  const low = Math.min(...known);
  const high = Math.max(...known);
  const x = (at: number) => (values.length < 2 ? width / 2 : 1 + (at / (values.length - 1)) * (width - 2));
  const y = (value: number) => height - 2 - ((value - low) / (high - low || 1)) * (height - 4);
  let pen = "M";
  const drawn = values.map((value, at) => {
    if (value === null) {
      pen = "M";
      return "";
    }
    const step = `${pen}${x(at).toFixed(1)} ${y(value).toFixed(1)}`;
    pen = "L";
    return step;
  });
  return (
    <svg class="sparkline" role="img" aria-label={label} width={width} height={height}
      viewBox={`0 0 ${width} ${height}`}>
      <path d={drawn.join("")} fill="none" stroke="currentColor" stroke-width="1.5"
        stroke-linejoin="round" stroke-linecap="round" />
    </svg>
  );
}
