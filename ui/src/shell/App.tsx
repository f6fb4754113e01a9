import { useEffect, useErrorBoundary, useState } from "preact/hooks";
import type { ComponentChildren, ComponentType } from "preact";
import { Toasts } from "../parts/overlays";
import { NothingHere, ProblemBox, Skeleton } from "../parts/states";
import { Problem } from "../api/client";
import { colours } from "../parts/colours";
import { type Page, pageAt } from "../pages";
import { go, path, place } from "../state/place";
import { dark } from "../state/preferences";
import { useShortcuts } from "../state/keys";
import { signInNeeded } from "../state/session";
import { Header } from "./Header";
import { Help } from "./Help";
import { SignIn } from "./SignIn";

/** What stands around every page: skip link, header, the page itself, what is said. */
export function App() {
  const [help, setHelp] = useState(false);
  const page = pageAt(path.value);
  useShortcuts([{ key: "?", what: "This help", act: () => setHelp(true) }]);
  useEffect(() => {
    document.title = page ? `${page.title} · Scarline` : "Scarline";
  }, [page?.title]);
  const isDark = dark.value;
  useEffect(() => {
    document.querySelector("meta[name='theme-color']")?.setAttribute("content", colours().surface);
  }, [isDark]);

  return (
    <div class="shell" onClick={follow}>
      <a class="skip" href="#main">
        Skip to the content
      </a>
      <Header page={page} onHelp={() => setHelp(true)} />
      <main id="main" tabIndex={-1}>
        {signInNeeded.value ? (
          <SignIn />
        ) : (
          <Kept>
            <Loaded page={page} />
          </Kept>
        )}
      </main>
      <Toasts />
      {help && <Help onClose={() => setHelp(false)} />}
    </div>
  );
}

/** Links of ours change the page without asking the server for it. */
function follow(event: MouseEvent): void {
  const link = (event.target as Element).closest?.("a[href]");
  const plain = event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey);
  if (!plain || event.defaultPrevented || !(link instanceof HTMLAnchorElement)) return;
  const to = new URL(link.href);
  if (to.origin !== location.origin || link.download || link.target || !pageAt(to.pathname)) return;
  if (to.hash && to.pathname === location.pathname) return;
  event.preventDefault();
  go(to.pathname + to.search);
}

/** A fault of a page leaves what is around it standing, so that there is a way on. */
function Kept({ children }: { children: ComponentChildren }) {
  const [fault, again] = useErrorBoundary((error) => console.error(error));
  const here = place.value;
  useEffect(() => {
    if (fault) again();
  }, [here]);
  if (!fault) return <>{children}</>;
  const told = "a fault of ours, or an address that nobody wrote here: go to another page, or try again";
  return <ProblemBox problem={new Problem(0, "This page came to a stop.", told)} onAgain={again} />;
}

type Got = { page: Page; Content: ComponentType } | { page: Page; failed: true };

function Loaded({ page }: { page: Page | undefined }) {
  const [got, setGot] = useState<Got>();
  const [round, setRound] = useState(0);
  useEffect(() => {
    let gone = false;
    page
      ?.load()
      .then((it) => !gone && setGot({ page, Content: it.default }))
      .catch(() => !gone && setGot({ page, failed: true }));
    return () => {
      gone = true;
    };
  }, [page, round]);

  if (!page) return <NothingHere />;
  if (got?.page !== page) return <Skeleton lines={12} label={`Loading ${page.title}`} />;
  if ("Content" in got) return <got.Content />;
  const problem = new Problem(0, "This page did not load.", "the server may be away or renewed");
  return <ProblemBox problem={problem} onAgain={() => setRound(round + 1)} />;
}
