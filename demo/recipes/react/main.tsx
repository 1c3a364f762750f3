import { createRoot } from "react-dom/client";
import { SupportCall } from "./support-call.tsx";

createRoot(document.querySelector("#react-root")!).render(<SupportCall src="/rtvbp/echo" user="visitor" />);
