"use client";

/** The elements as React components (18 and 19). Importing it registers those of `voicebridge/elements`, where there is a page. */
import "voicebridge/elements";

export * from "./components.generated.ts";
