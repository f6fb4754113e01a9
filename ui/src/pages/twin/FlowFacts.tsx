import { Chip, HealthMark, Time, formats } from "../../parts";
import type { Flow } from "./view";

const NAME = 200;

/** One flow in the panel: what is known of it, and how. */
export function FlowFacts({ flow, system }: { flow: Flow; system?: string | undefined }) {
  const to = flow.system_to || "nothing that is known";
  const [way, other] =
    system === undefined || (flow.system_from !== system && flow.system_to !== system)
      ? ["", ""]
      : flow.system_from === system
        ? ["calls", to]
        : ["called by", flow.system_from];
  return (
    <li class="twin-flow">
      <p class="twin-flow-head">
        <HealthMark health={flow.status} label={flow.status} />
        {way ? (
          <span>
            <span class="muted">{way}</span> <span class="name">{other.slice(0, NAME)}</span>
          </span>
        ) : (
          <span>
            <span class="name">{flow.system_from.slice(0, NAME)}</span> <span class="muted">→</span>{" "}
            <span class="name">{to.slice(0, NAME)}</span>
          </span>
        )}
        <Chip title="Who tells of it">source: {flow.source.slice(0, 60)}</Chip>
      </p>
      <dl class="twin-measures">
        <div>
          <dt>Latency</dt>
          <dd>{formats.latency(flow.latency_ms)}</dd>
        </div>
        <div>
          <dt>Error rate</dt>
          <dd class={flow.status === "failed" || flow.status === "degraded" ? `tone-${flow.status}` : ""}>
            {formats.share(flow.error_rate)}
          </dd>
        </div>
        <div>
          <dt>Status</dt>
          <dd>{flow.status}</dd>
        </div>
        <div>
          <dt>Confidence</dt>
          <dd>{formats.ratio(flow.confidence)}</dd>
        </div>
        <div>
          <dt>Owner</dt>
          <dd class="name">{flow.owner_team ?? "–"}</dd>
        </div>
        <div>
          <dt>Known by</dt>
          <dd>{flow.known_by}</dd>
        </div>
        <div>
          <dt>Last seen</dt>
          <dd>
            <Time at={flow.last_seen} relative />
          </dd>
        </div>
        <div>
          <dt title="How strongly it is tied to order management, from 0 to 1">Coupling</dt>
          <dd>{formats.ratio(flow.coupling)}</dd>
        </div>
      </dl>
    </li>
  );
}
