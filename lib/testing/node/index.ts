/** What tests need that only Node can do: connections that go wrong. The rest is in `voicebridge/testing`. */
export type { FaultAction } from "../fault-log.ts";
export type { FaultHandle } from "../fault-scheduler.ts";
export { type FaultPhase, FaultScriptError, faultGrammar, parseFaultScript } from "../fault-script.ts";
export { FaultProxy, type FaultProxyOptions, type FaultProxyStats, startFaultProxy } from "./fault-proxy.ts";
export type { ConnectionCounters } from "./proxy-connection.ts";
export type { FlowCounters } from "./proxy-flow.ts";
export { type RunFaultProxyOptions, runFaultProxy } from "./run-fault-proxy.ts";
