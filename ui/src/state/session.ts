import { computed, signal } from "@preact/signals";

// For this tab alone, and gone with it. No cookie: no page of another site can use it.
const KEY = "scarline.token";

const token = signal(sessionStorage.getItem(KEY) ?? "");

/** Whether the server asked for a token that we do not have. */
export const signInNeeded = signal(false);

export const signedIn = computed(() => token.value !== "");

/** As whom the server last answered us; nobody as long as it did not. */
export const role = signal<string>("");

export const readsOnly = computed(() => role.value === "reader");

/** Keep a token for this tab, or forget it if it is empty. */
export function keepToken(given: string): void {
  token.value = given.trim();
  if (token.value) sessionStorage.setItem(KEY, token.value);
  else sessionStorage.removeItem(KEY);
  signInNeeded.value = false;
  role.value = "";
}

/** The headers that say who asks. */
export function authorization(): Record<string, string> {
  return token.peek() ? { Authorization: `Bearer ${token.peek()}` } : {};
}

/** Changes with the token: what was asked with another one must be asked again. */
export const who = computed(() => token.value);
