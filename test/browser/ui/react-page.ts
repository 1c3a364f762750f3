/** Runs in the page: a call as a React component, twice mounted by StrictMode, and what its handlers were told. */
import { createElement, StrictMode, useState } from "react";
import { flushSync } from "react-dom";
import { createRoot } from "react-dom/client";
import { VoiceCall, VoiceIncoming, VoiceMuteButton } from "../../../lib/react/index.ts";
import { FakeTelephone } from "./fake-incoming.ts";

export interface ReactPage {
  /** States that the handler of the render at that time was told, each with the render's number. */
  readonly told: (readonly [state: string, render: number])[];
  /** Renders again with these properties; `undefined` takes the tree off the page. */
  show(props: Readonly<Record<string, unknown>> | undefined): void;
  /** Replaces it by `<VoiceIncoming>`, at which Alice rings. Its handler adds to `told`. */
  ring(): void;
}

const told: [string, number][] = [];
const host = document.body.appendChild(document.createElement("main"));
const root = createRoot(host);
let renders = 0;

function App({ props }: { readonly props: Readonly<Record<string, unknown>> }) {
  const [state, setState] = useState("idle");
  const render = ++renders;
  const onVoiceStatechange = ({ detail }: CustomEvent<{ readonly state: string }>) => {
    told.push([detail.state, render]);
    setState(detail.state);
  };
  return [
    createElement(VoiceCall, { key: "call", id: "call", src: "/rtvbp/echo", onVoiceStatechange, ...props }),
    createElement(VoiceMuteButton, { key: "mute", for: "call" }),
    createElement("output", { key: "state" }, state),
  ];
}

function Phone({ client }: { readonly client: FakeTelephone }) {
  return createElement(VoiceIncoming, { client, noRingtone: true, onVoiceAccepted: () => told.push(["accepted", 0]) });
}

const page: ReactPage = {
  told,
  show: (props) =>
    flushSync(() => root.render(props && createElement(StrictMode, undefined, createElement(App, { props })))),
  ring() {
    const client = new FakeTelephone();
    flushSync(() => root.render(createElement(StrictMode, undefined, createElement(Phone, { client }))));
    client.ring();
  },
};
Object.assign(window, { reactPage: page });
page.show({});
