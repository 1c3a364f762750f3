import { createVoiceServer } from "voicebridge/node";

const server = createVoiceServer({
  port: Number(process.env.PORT ?? 8080),
  allowedOrigins: "*", // on your machine only
  onCall: async (call) => {
    for await (const frame of call.audio) call.output.send(frame); // echo
  },
});
await server.ready;
console.log(`answering at ${server.url}`);
