import { effect, signal } from "@preact/signals";

export type Theme = "system" | "light" | "dark";
export type Zone = "local" | "utc";

const THEMES: readonly string[] = ["light", "dark"];
const YEAR_SECONDS = 31_536_000;

/** In a cookie, so that the server writes it into the page and nothing flashes. */
export const theme = signal<Theme>(
  (THEMES.find((it) => it === document.documentElement.dataset["theme"]) as Theme) ?? "system",
);

export const zone = signal<Zone>(localStorage.getItem("scarline.zone") === "utc" ? "utc" : "local");

/** Whether colours are dark now, by choice or by the system's. */
export const dark = signal(false);

const system = matchMedia("(prefers-color-scheme: dark)");

function colour(): void {
  dark.value = theme.value === "dark" || (theme.value === "system" && system.matches);
}

system.addEventListener("change", colour);

effect(() => {
  const root = document.documentElement;
  if (theme.value === "system") delete root.dataset["theme"];
  else root.dataset["theme"] = theme.value;
  const age = theme.value === "system" ? 0 : YEAR_SECONDS;
  document.cookie = `theme=${theme.value}; path=/; max-age=${age}; samesite=strict`;
  colour();
});

effect(() => {
  localStorage.setItem("scarline.zone", zone.value);
});

export const still = (): boolean => matchMedia("(prefers-reduced-motion: reduce)").matches;
