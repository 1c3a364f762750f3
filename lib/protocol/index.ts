export { bearerSubprotocol, parseBearer } from "./bearer.ts";
export * from "./codec.ts";
export * from "./envelope.ts";
export * from "./errors.ts";
export { type JsonObject, jsonText, maxDepth } from "./json.ts";
export { type Catalog, type EventDefinition, handles, lookUp, type Operation, type Role } from "./message.ts";
export * from "./profiles.ts";
export type { ObjectOf, Shape, Static } from "./shape.ts";
export * from "./table.ts";
