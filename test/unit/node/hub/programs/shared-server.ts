import { createServer } from "node:http";
import { createHub, createVoiceServer } from "voicebridge/node";

const server = createServer((_, response) => response.end("your page"));
createVoiceServer({ server, path: "/voice/", onCall: (call) => call.hangUp("nobody is at work") });
createHub({
  server,
  path: "/hub",
  authorize: ({ cookies }) => sessions.get(cookies["session"] ?? "")?.user, // a string: the id
  // Teams do not see each other, and do not call each other; the switchboard is whoever is on duty.
  presence: (viewer, id) => teamOf(viewer) === teamOf(id),
  route: ({ from, to }) => {
    if (to === `switchboard@${teamOf(from)}`) return { redirect: `alice@${teamOf(from)}`, reason: "on duty" };
    return teamOf(from) === teamOf(to) ? undefined : { reject: "declined", reason: "another team" };
  },
});
server.listen(Number(process.env["PORT"] ?? 8080));

const sessions = new Map([["a1b2c3", { user: "bob@red" }]]);
function teamOf(id: string): string {
  return id.split("@")[1] ?? "";
}

export { server };
