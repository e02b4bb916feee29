/** Permission for the microphone, and the stream for a call. Browsers give none on plain HTTP, except on the machine itself. */
import type { Microphone } from "../../application/ports.ts";
import type { MicrophoneState } from "../../domain/session/session.ts";

/** `plain` leaves the sound untouched: for measurements with pure tones. */
export type AudioProcessing = "speech" | "plain";

export function microphoneConstraints(processing: AudioProcessing): MediaTrackConstraints {
  const isOn = processing === "speech";
  return { echoCancellation: isOn, noiseSuppression: isOn, autoGainControl: isOn };
}

export function createMicrophone(processing: AudioProcessing): Microphone {
  return {
    async ask() {
      const found = await openMicrophone(processing);
      if (!(found instanceof MediaStream)) return found;
      for (const track of found.getTracks()) track.stop();
      return "granted";
    },
  };
}

/** A live stream, or why there is none. */
export async function openMicrophone(
  processing: AudioProcessing,
): Promise<MediaStream | Exclude<MicrophoneState, "granted" | "asking" | "unknown">> {
  // `mediaDevices` is missing altogether on an insecure page.
  const devices = navigator.mediaDevices as MediaDevices | undefined;
  if (devices === undefined) return "insecure";
  try {
    return await devices.getUserMedia({ audio: microphoneConstraints(processing), video: false });
  } catch (error) {
    return error instanceof DOMException && error.name === "NotAllowedError" ? "denied" : "missing";
  }
}
