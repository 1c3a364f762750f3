import { createServer } from "node:http";
import {
  createVoiceServer,
  handleSignals,
  jsonLogger,
  SoundDecoder,
  SpeechDetector,
  sameSecret,
} from "voicebridge/node";

/** Any HTTP server will do: Express, Fastify, or this. */
const http = createServer((_request, response) => response.end("There is a telephone here.\n"));

export const server = createVoiceServer({
  server: http,
  path: "/agent",
  allowedOrigins: ["https://www.example.com"],
  authorize: ({ token }) => sameSecret(token, process.env["VOICE_TOKEN"]),
  maxSessions: 200,
  logger: jsonLogger("info"),
  onCall: async (call) => {
    call.on("dtmf", ({ digit }) => digit === "9" && call.hangUp("bye"));
    call.agentSaid("I say what you say, when you have finished.");
    const decoder = new SoundDecoder(call.format);
    const detector = new SpeechDetector({ sampleRate: call.format.sampleRate });
    const said: Uint8Array[] = [];
    let speaking = false;
    for await (const frame of call.audio) {
      const change = detector.feed(decoder.decode(frame));
      if (change?.type === "started") {
        speaking = true;
        call.speechStarted();
        await call.clear(); // the caller speaks: be silent at once
      }
      if (speaking) said.push(frame);
      if (change?.type === "ended") {
        speaking = false;
        void call.speak(Buffer.concat(said.splice(0)));
      }
    }
  },
});

http.listen(Number(process.env["PORT"] ?? 8080));
/** Told to stop: no new calls, and those that are on may end in peace. */
handleSignals(server);
