import { Empty } from "../../parts";

export default function Page() {
  return <Empty title="This page is not written yet" />;
}
