import { useState } from "preact/hooks";
import type { Got } from "../../api/client";
import { send } from "../../api/client";
import { problemOf, useAsked } from "../../api/useAsked";
import { Act, Chip, Empty, ProblemBox, Segments, Skeleton, Time, type Tone, formats, toast } from "../../parts";
import { go, place, useQuery } from "../../state/place";
import { Looked } from "./Looked";
import { asReviewer } from "./MarkDialog";
import { Receivers, Rules } from "./Rules";
import { SilenceDialog } from "./SilenceDialog";
import { Tabs } from "./Tabs";
import { addressOf, amount, many } from "./words";

export type Told = Got<"/api/alerts">;
export type Alert = Told["alerts"][number];
type Silence = NonNullable<Told["silences"]>[number];

const STATES = ["firing", "pending", "silenced", "inhibited"] as const;
const TONES: Record<Alert["state"], Tone> = {
  firing: "failed", pending: "degraded", silenced: "unknown", inhibited: "unknown",
};

/** What fires and who was told, what keeps others from being told, and by which rules. */
export function Alerts() {
  const { data, problem, again } = useAsked("/api/alerts", { query: { whole: true } }, ["scars", "runs"]);
  const [state, setState] = useQuery("state", "all");
  const asked = place.value.query.get("silence");
  const [silencing, setSilencing] = useState<string[] | undefined>(asked?.split(","));
  const alerts = data?.alerts ?? [];
  const shown = alerts.filter((it) => state === "all" || it.state === state);
  const counted = (name: string) => alerts.filter((it) => it.state === name).length;
  const close = () => {
    setSilencing(undefined);
    if (asked !== null) go("/scars/alerts");
  };
  return (
    <div class="page scars">
      <Tabs here="/scars/alerts" />
      {problem && <ProblemBox problem={problem} onAgain={again} />}
      {!data && !problem && <Skeleton lines={12} label="Loading alerts" />}
      {data && (
        <>
          <section class="scars-box stack" aria-labelledby="scars-alerts">
            <div class="spread">
              <h2 id="scars-alerts">Alerts</h2>
              {data.rules && (
                <Segments label="State" value={state} onChange={setState} choices={[
                  { value: "all", label: `All ${alerts.length}` },
                  ...STATES.map((value) => ({ value, label: `${value} ${counted(value)}` })),
                ]} />
              )}
            </div>
            {!data.rules && <Unset />}
            {data.rules && !shown.length && <p class="muted">{alerts.length ? "None is so." : "Nothing fires, and nothing is pending."}</p>}
            {data.rules && <Looked coverage={data.coverage} />}
            {shown.length > 0 && (
              <ul class="scars-alerts">
                {shown.map((it) => (
                  <One key={it.fingerprint} alert={it} silences={data.silences ?? []} all={alerts}
                    onSilence={() => setSilencing(matchersOf(it))} />
                ))}
              </ul>
            )}
          </section>
          <Silences silences={data.silences ?? []} onNew={() => setSilencing([""])} onEnd={again} />
          {data.file && <Receivers receivers={data.file.receivers} />}
          {data.file && <Rules file={data.file} />}
        </>
      )}
      {silencing && <SilenceDialog matchers={silencing} onClose={close} onDone={() => {
        close();
        again();
      }} />}
    </div>
  );
}

function Unset() {
  return (
    <Empty title="Nobody is told of scars">
      <p>Rules, routes and receivers stand in one file. Name it, and start the service again:</p>
      <pre class="scars-command"><code>export SCARLINE_ALERTS=alerts.toml</code></pre>
      <p class="muted"><code>scarline alerts check alerts.toml</code> says what is in it, or every fault with its line.</p>
    </Empty>
  );
}

const matchersOf = ({ labels }: Alert): string[] =>
  ["alertname", "host"].flatMap((name) => (labels[name] ? [`${name}=${JSON.stringify(labels[name])}`] : []));

function One({ alert, silences, all, onSilence }: {
  alert: Alert;
  silences: Silence[];
  all: Alert[];
  onSilence: () => void;
}) {
  const { labels, evidence, annotations } = alert;
  const name = labels["alertname"] ?? "";
  return (
    <li class="scars-alert">
      <div class="spread">
        <span class="row">
          <Chip tone={TONES[alert.state]}>{alert.state}</Chip>
          <b class="name">{name}</b>
          <span class="name">{labels["metric"]} on {labels["host"] || "no host"}</span>
          <span class="muted">{labels["severity"]}</span>
        </span>
        <Act class="button" aria-label={`Silence ${name} of ${labels["host"] ?? ""}`} onAct={onSilence}>Silence</Act>
      </div>
      {annotations["summary"] && <p class="name">{annotations["summary"]}</p>}
      <p class="muted">
        since <Time at={alert.starts_at} />
        {alert.state === "pending" && <>, fires at <Time at={alert.fires_at} /></>}
        {evidence && <>; {amount(evidence.value, evidence.unit)}, {amount(evidence.expected, evidence.unit)} expected, missed by {formats.short(evidence.missed_by)} ×{" "}
          <a href={addressOf({ series: evidence.series, onset: evidence.onset, ended_at: alert.ends_at })}>look at the scar</a></>}
      </p>
      {alert.silenced_by.map((id) => {
        const own = silences.find((it) => it.id === id);
        return <p key={id} class="scars-why">Silenced by {own ? <><b class="name">{own.author}</b> until <Time at={own.ends_at} />: <q class="name">{own.comment}</q></> : id}</p>;
      })}
      {alert.inhibited_by.map((id) => {
        const own = all.find((it) => it.fingerprint === id);
        return <p key={id} class="scars-why">Inhibited: <b class="name">{own?.labels["alertname"] ?? id}</b> fires{own?.labels["host"] && <span class="name"> on {own.labels["host"]}</span>}</p>;
      })}
      <ul class="scars-told">
        {alert.receivers.map((it) => (
          <li key={`${it.receiver} ${JSON.stringify(it.group)}`}>
            <b class="name">{it.receiver}</b>{" "}
            {it.told ? <>was told, <Time at={it.told_at} relative /></> : "was not told yet"}
            {it.delivery && it.delivery !== "delivered" && <span class="tone-failed"> {it.delivery}: <span class="name">{it.detail}</span></span>}
          </li>
        ))}
      </ul>
    </li>
  );
}

/** What keeps alerts from being told: who said so, until when, and why. */
function Silences({ silences, onNew, onEnd }: { silences: Silence[]; onNew: () => void; onEnd: () => void }) {
  const end = async (id: string) => {
    try {
      await send("DELETE", "/api/silences/{name}", { parts: { name: id }, headers: asReviewer() });
      toast("The silence is over: what fires still is told of.");
      onEnd();
    } catch (error) {
      toast(problemOf(error).message, true);
    }
  };
  return (
    <section class="scars-box stack" aria-labelledby="scars-silences">
      <div class="spread">
        <h2 id="scars-silences">Silences</h2>
        <Act class="button" onAct={onNew}>New silence</Act>
      </div>
      {!silences.length && <p class="muted">No silence holds or is to come.</p>}
      <ul class="scars-alerts">
        {silences.map((it) => (
          <li key={it.id} class="scars-alert">
            <div class="spread">
              <span class="row"><Chip tone={it.state === "active" ? "info" : "plain"}>{it.state}</Chip>{it.matchers.map((own) => <code key={own} class="name">{own}</code>)}</span>
              <Act class="button" aria-label={`End now: ${it.comment}`} onAct={() => void end(it.id)}>End now</Act>
            </div>
            <p><q class="name">{it.comment}</q> <span class="muted"><span class="name">{it.author}</span>, <Time at={it.starts_at} /> to <Time at={it.ends_at} /></span></p>
          </li>
        ))}
      </ul>
      {silences.length > 0 && <p class="unseen" role="status">{many(silences.length, "silence")}</p>}
    </section>
  );
}
