import spriteUrl from "bootstrap-italia/dist/svg/sprites.svg?url";

/** An icon of Bootstrap Italia's own sprite, bundled with the page. Decorative: the words beside it say the same. */
export function Icon({
  name,
  size = "sm",
  className = "",
}: {
  name: string;
  size?: "xs" | "sm" | "";
  className?: string;
}) {
  const sizeClass = size === "" ? "" : `icon-${size}`;
  return (
    <svg className={`icon ${sizeClass} ${className}`} aria-hidden="true" focusable="false">
      <use href={`${spriteUrl}#it-${name}`} />
    </svg>
  );
}
