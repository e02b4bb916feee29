/** Glyphs that the national sprite does not have, drawn here. */
const paths = {
  mute: "M12 2a3 3 0 0 0-3 3v1.2l6 6V5a3 3 0 0 0-3-3ZM3.7 2.3 2.3 3.7 9 10.4V12a3 3 0 0 0 4.3 2.7l1.6 1.6A5 5 0 0 1 7 12H5a7 7 0 0 0 6 6.9V22h2v-3.1a7 7 0 0 0 3.3-1.2l4 4 1.4-1.4Z",
  microphone:
    "M12 2a3 3 0 0 0-3 3v7a3 3 0 0 0 6 0V5a3 3 0 0 0-3-3Zm5 10a5 5 0 0 1-10 0H5a7 7 0 0 0 6 6.9V22h2v-3.1A7 7 0 0 0 19 12Z",
  pause: "M6 4h4v16H6Zm8 0h4v16h-4Z",
  play: "M7 4v16l13-8Z",
  keypad:
    "M5 3h3v3H5Zm5.5 0h3v3h-3ZM16 3h3v3h-3ZM5 8.5h3v3H5Zm5.5 0h3v3h-3Zm5.5 0h3v3h-3ZM5 14h3v3H5Zm5.5 0h3v3h-3Zm5.5 0h3v3h-3Zm-5.5 5h3v3h-3Z",
  transfer: "M14 4l7 6-7 6v-4H8a4 4 0 0 0-4 4v3H2v-3a6 6 0 0 1 6-6h6Z",
  hangup:
    "M12 8c-3.6 0-7 1-9.600 3a1.500 1.500 0 0 0-.3 2.100l1.600 2.200a1.500 1.500 0 0 0 1.900.45l3-1.500a1.500 1.500 0 0 0 .8-1.300v-1.600a12 12 0 0 1 5.200 0v1.600a1.500 1.500 0 0 0 .8 1.300l3 1.500a1.500 1.500 0 0 0 1.900-.45l1.600-2.200a1.500 1.500 0 0 0-.3-2.100C19 9 15.600 8 12 8Z",
} as const;

export function PhoneGlyph({ name }: { name: keyof typeof paths }) {
  return (
    <svg className="icon icon-sm" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={paths[name]} />
    </svg>
  );
}
