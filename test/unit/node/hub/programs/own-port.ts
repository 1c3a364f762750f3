import { createHub, handleSignals, jsonLogger, jwtAuthorize } from "voicebridge/node";

const { PORT = "8090", JWKS_URL = "", TURN_SECRET = "" } = process.env;
const hub = createHub({
  port: Number(PORT),
  host: "0.0.0.0",
  trustProxy: true, // behind nginx, Caddy, …; leave it out where clients connect directly
  allowedOrigins: ["https://phone.example.com"],
  // The `sub` of the token is the id of the client, its `name` what others see.
  authorize: await jwtAuthorize({ jwks: JWKS_URL, audience: "phone", requiredClaims: ["exp", "sub"] }),
  iceServers: [{ urls: "stun:turn.example.com:3478" }],
  turn: {
    urls: ["turn:turn.example.com:3478?transport=udp", "turns:turn.example.com:443?transport=tcp"],
    secret: TURN_SECRET,
    ttlSeconds: 3600,
  },
  maxClientsPerAddress: 20,
  upgradeRate: { perSecond: 2, burst: 20 },
  status: true, // /stats beside /healthz: for your monitoring, not for the public
  logger: jsonLogger("info"),
});
await hub.ready;
console.log(`people meet at ${hub.url}`);
handleSignals(hub, { graceMs: 10_000, deadlineMs: 15_000 });
