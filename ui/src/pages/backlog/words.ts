import type { Tone } from "../../parts";

export const SEVERITIES = ["critical", "high", "medium", "low"] as const;
export type Severity = (typeof SEVERITIES)[number];

export const STATES = ["new", "triaged", "ready", "exported", "dismissed"] as const;
export type State = (typeof STATES)[number];

/** To where a person may move a group; the server holds to the same and refuses all else. */
export const TRANSITIONS: Record<State, readonly State[]> = {
  new: ["triaged", "dismissed"],
  triaged: ["ready", "dismissed"],
  ready: ["exported", "triaged", "dismissed"],
  exported: ["exported", "triaged", "dismissed"],
  dismissed: ["triaged"],
};

export const STATE_KEYS: [string, State][] = [
  ["t", "triaged"],
  ["r", "ready"],
  ["e", "exported"],
  ["d", "dismissed"],
];

/** What a button says that brings a group to a state. */
export const VERBS: Record<State, string> = {
  new: "New",
  triaged: "Triage",
  ready: "Mark ready",
  exported: "Mark exported",
  dismissed: "Dismiss",
};

export const STATE_TONES: Record<State, Tone> = {
  new: "info",
  triaged: "degraded",
  ready: "info",
  exported: "healthy",
  dismissed: "unknown",
};

export const TRENDS = ["new", "ongoing", "regressed", "resolved"] as const;

export const TREND_MEANS: Record<string, string> = {
  new: "first seen within a day",
  ongoing: "seen before, and still",
  regressed: "seen again after it was resolved, or after a long pause",
  resolved: "not seen since it was closed, or not for 14 days",
};

/** Classes of what redaction takes away, each as what stood there. */
export const CLASSES: Record<string, string> = {
  secret: "a key, a token or a password",
  contact: "what reaches a person, such as an address or a number",
  financial: "a number of a card, an account or a wallet",
  network: "the address of a machine",
  identity: "a number that a state gave a person",
  health: "something about a person's health",
  place: "where a person lives or is",
  person: "a name or a date of birth",
  account: "what a service calls its user",
};

export const COLUMNS: Record<string, string> = {
  failure_type: "type",
  service_name: "service",
  ml_app: "application",
  span_kind: "kind of span",
  span_name: "name of the span",
  error_type: "type of the error",
  model: "model",
  version: "version",
};

/** The parts of a signature, as `grouped_by` names them. */
export const PARTS: Record<string, string> = {
  application: "Application",
  cause: "Cause",
  dependency: "What was called",
  place: "Step",
  tool: "Tool",
  object: "Name in the code",
  frame: "Code",
  words: "Words of the error",
  error_type: "Type of the error",
  evaluations: "Evaluations",
  failure_type: "Type",
};

export const spelled = (name: string): string => name.replaceAll("_", " ");

export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** 1 failure, 2 failures. */
export const many = (count: number, one: string, more = `${one}s`): string =>
  `${count.toLocaleString("en")} ${count === 1 ? one : more}`;
