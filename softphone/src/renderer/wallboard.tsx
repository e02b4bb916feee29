/** Composition root of the screen on the wall (`wallboard.html#key=…`). */
import "./adapters/zod-without-eval.ts";
import "./ui/fonts.css";
import "./ui/wallboard.css";
import { StrictMode, useEffect, useReducer } from "react";
import { createRoot } from "react-dom/client";
import { takeWallboardKey } from "./adapters/browser/wallboard-key.ts";
import { followWallboard } from "./adapters/wallboard/follow-wallboard.ts";
import { applyWallboardEvent, type WallboardState } from "./domain/wallboard/wallboard.ts";
import { Wallboard } from "./features/wallboard/Wallboard.tsx";

const key = takeWallboardKey(location, history, sessionStorage);
const language = new URLSearchParams(location.search).get("lang") === "en" ? "en" : "it";
const beginning: WallboardState = key === null ? { kind: "refused" } : { kind: "connecting" };

function Screen() {
  const [state, tell] = useReducer(applyWallboardEvent, beginning);
  useEffect(() => (key === null ? undefined : followWallboard(key, tell)), []);
  return <Wallboard state={state} language={language} />;
}

document.documentElement.lang = language;
const root = document.getElementById("root");
if (root === null) throw new Error("wallboard.html has no #root");
createRoot(root).render(
  <StrictMode>
    <Screen />
  </StrictMode>,
);
