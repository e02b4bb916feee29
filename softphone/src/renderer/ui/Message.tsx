import type { ReactNode } from "react";

type Props = {
  color: "danger" | "warning" | "info";
  children: ReactNode;
  "data-microphone"?: string;
  "data-link-lost"?: string;
};

/** A coloured message of the design system. The live region around it announces it: with a role of its own it would be read twice. */
export function Message({ color, children, ...marks }: Props) {
  return (
    <div className={`alert alert-${color}`} {...marks}>
      {children}
    </div>
  );
}
