import { line } from "../api/events";
import { PAGES, type Page } from "../pages";
import { type Theme, theme, zone } from "../state/preferences";
import { go } from "../state/place";
import { useGo } from "./goKeys";
import { keepToken, readsOnly, signedIn } from "../state/session";

const THEMES: { value: Theme; label: string }[] = [
  { value: "system", label: "Colours of the system" },
  { value: "light", label: "Light colours" },
  { value: "dark", label: "Dark colours" },
];

const LINES = {
  live: ["healthy", "Live: what changes shows by itself"],
  polling: ["degraded", "No live connection: looked for news every 15 seconds"],
  off: ["unknown", "Not live: this page waits for no news"],
} as const;

/** Name, pages, and what holds for all of them. */
export function Header({ page, onHelp }: { page: Page | undefined; onHelp: () => void }) {
  useGo(PAGES, go);
  const [tone, news] = LINES[line.value];
  const next = THEMES[(THEMES.findIndex((it) => it.value === theme.value) + 1) % THEMES.length];
  const current = THEMES.find((it) => it.value === theme.value);
  return (
    <header class="head">
      <a class="brand" href="/">
        <svg viewBox="0 0 16 16" width="18" height="18" aria-hidden="true">
          <rect width="16" height="16" rx="4" fill="currentColor" />
          <path
            d="M2.5 9.5h3l1.6-5 2.3 8 1.4-3h2.7"
            class="brand-line"
            fill="none"
            stroke-width="1.5"
            stroke-linecap="round"
            stroke-linejoin="round"
          />
        </svg>
        <span>Scarline</span>
      </a>
      <nav aria-label="Pages">
        <ul>
          {PAGES.filter((it) => it.key).map((it) => (
            <li key={it.path}>
              <a href={it.path} aria-current={page?.title === it.title ? "page" : undefined}>
                {it.title}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <div class="head-tools">
        <span class={`live tone-${tone}`} role="img" aria-label={news} title={news} />
        {readsOnly.value && (
          <span class="chip" title="This token only reads: what changes something needs the operator's">
            Reading only
          </span>
        )}
        {signedIn.value && (
          <button type="button" class="button button-quiet" onClick={() => keepToken("")}>
            Sign out
          </button>
        )}
        <button
          type="button"
          class="button button-quiet"
          title="Times as UTC or as here"
          onClick={() => {
            zone.value = zone.value === "utc" ? "local" : "utc";
          }}
        >
          {zone.value === "utc" ? "UTC" : "Local"}
        </button>
        <button
          type="button"
          class="button button-quiet button-icon"
          aria-label={`${current?.label}; change to: ${next?.label.toLowerCase()}`}
          title={current?.label}
          onClick={() => {
            theme.value = next?.value ?? "system";
          }}
        >
          <ThemeIcon theme={theme.value} />
        </button>
        <button
          type="button"
          class="button button-quiet button-icon"
          aria-label="Help and keys"
          onClick={onHelp}
        >
          ?
        </button>
      </div>
    </header>
  );
}

function ThemeIcon({ theme: shown }: { theme: Theme }) {
  return (
    <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="1.4">
      {shown === "light" && (
        <>
          <circle cx="8" cy="8" r="3" />
          <path d="M8 .8v2M8 13.2v2M.8 8h2M13.2 8h2M2.9 2.9l1.4 1.4M11.7 11.7l1.4 1.4M13.1 2.9l-1.4 1.4M4.3 11.7l-1.4 1.4" />
        </>
      )}
      {shown === "dark" && <path d="M13.5 9.8A6 6 0 0 1 6.2 2.5a6 6 0 1 0 7.3 7.3z" />}
      {shown === "system" && (
        <>
          <circle cx="8" cy="8" r="6" />
          <path d="M8 2a6 6 0 0 1 0 12z" fill="currentColor" />
        </>
      )}
    </svg>
  );
}
