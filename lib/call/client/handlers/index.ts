export { type AutoAnswerOptions, autoAnswer } from "./auto-answer.ts";
export { blocklist } from "./blocklist.ts";
export { type BusinessHoursOptions, businessHours, type OpenRange, type Weekday } from "./business-hours.ts";
export { compose } from "./compose.ts";
export { type FailoverOptions, failover } from "./failover.ts";
export {
  accept,
  type CallHandler,
  type Decision,
  defer,
  forward,
  type HandlerContext,
  pass,
  reject,
} from "./handler.ts";
export type { IdPattern } from "./pattern.ts";
export { CallQueue, QueueEvent, type QueueOptions } from "./queue.ts";
export { type Route, routing } from "./routing.ts";
