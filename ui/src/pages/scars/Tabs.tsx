const TABS = [
  { href: "/scars", title: "Series" },
  { href: "/scars/incidents", title: "Incidents" },
  { href: "/scars/alerts", title: "Alerts" },
] as const;

/** The heading of the page, and its parts. */
export function Tabs({ here }: { here: (typeof TABS)[number]["href"] }) {
  return (
    <div class="scars-head">
      <h1>Scars</h1>
      <nav aria-label="Parts of scars">
        <ul class="scars-tabs">
          {TABS.map((it) => (
            <li key={it.href}>
              <a href={it.href} aria-current={it.href === here ? "page" : undefined}>{it.title}</a>
            </li>
          ))}
        </ul>
      </nav>
    </div>
  );
}
