import type { Got } from "../../api/client";
import type { Health } from "../../parts";

export { many } from "../../parts/formats";

export type Run = Got<"/api/runs">["runs"][number];
export type Story = Got<"/api/runs/{run}">;
export type Stream = NonNullable<Got<"/api/runs">["streams"]>[number];
export type Verified = NonNullable<Got<"/api/verify">["last"]>;
export type Coverage = Run["coverage"];
export type State = Run["state"];

export const STATES: State[] = [
  "running",
  "done",
  "partial",
  "failed",
  "interrupted",
  "rolled back",
];

export const HEALTH: Record<Stream["state"], Health> = {
  well: "healthy",
  partial: "degraded",
  failing: "failed",
  never: "unknown",
};

export const pathOf = (run: string): string => `/runs/${encodeURIComponent(run)}`;

export const sum = (counts: Record<string, number>): number =>
  Object.values(counts).reduce((total, it) => total + it, 0);

/** Seconds that a run took, or has taken until now. */
export const took = (run: Pick<Run, "started_at" | "ended_at">, now = Date.now()): number =>
  Math.max(0, (run.ended_at ? Date.parse(run.ended_at) : now) - Date.parse(run.started_at)) / 1000;

/** A sentence of the server begins small, as it may stand within another. */
export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
