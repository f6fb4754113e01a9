import { Act, Empty } from "../../parts";
import { type GroupTold, addressOf } from "./asking";
import { many } from "./words";

/** A group without failures: where they are now, and how to have them back. */
export function Gone({
  data,
  onUnmerge,
  onUnsplit,
}: {
  data: GroupTold;
  onUnmerge: () => void;
  onUnsplit: () => void;
}) {
  if (data.merged_into)
    return (
      <Empty title="This group was merged">
        <p>
          Its failures are in{" "}
          <a class="name" href={addressOf(data.merged_into)}>
            the group it was merged into
          </a>
          .
        </p>
        <Act class="button" onAct={onUnmerge}>
          Undo merge
        </Act>
      </Empty>
    );
  if (data.split_by)
    return (
      <Empty title={`This group was split into ${many(data.parts.length, "part")}`}>
        <ul class="stack">
          {data.parts.map((it) => (
            <li key={it.group}>
              <a class="name" href={addressOf(it.group)}>
                {it.title}
              </a>{" "}
              <span class="muted">{many(it.failures, "failure")}</span>
            </li>
          ))}
        </ul>
        <Act class="button" onAct={onUnsplit}>
          Undo split
        </Act>
      </Empty>
    );
  return (
    <Empty title="This group has no failures">
      <p>They were rolled back, or are in other groups. What was decided about it stays.</p>
    </Empty>
  );
}
