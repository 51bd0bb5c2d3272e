import { Translation } from "./translation.jsx";

export default function Page() {
  return <Translation text="Where is the train station?" />;
}
