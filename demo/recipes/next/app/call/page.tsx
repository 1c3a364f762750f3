import { CallPanel } from "./call-panel.tsx";

/** A server component: the markup of the call is rendered on the server, and comes to life in the page. */
export default function CallPage() {
  return (
    <main>
      <h1>Talk to us</h1>
      <CallPanel src="wss://voice.example.com/agent" />
    </main>
  );
}
