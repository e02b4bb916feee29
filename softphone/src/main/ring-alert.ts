/**
 * Draws attention to a ringing call without taking the keyboard from what the operator is typing in another program: a notification, a
 * flashing entry in the task bar, and the window shown behind the active one. Only a click on the notification brings it forward.
 */
import { app, Notification } from "electron";
import type { BrowserWindow } from "electron";
import type { RingingMessage } from "../shared/desktop-bridge.ts";

export class RingAlert {
  private readonly comeForward: () => void;
  private notification: Notification | null = null;

  /** `comeForward`: the operator asked for the window. */
  constructor(comeForward: () => void) {
    this.comeForward = comeForward;
  }

  ring(message: RingingMessage, window: BrowserWindow): void {
    this.close();
    if (!message.isRinging || window.isFocused()) return window.flashFrame(false);
    // Not restore(): that would take the focus.
    if (!window.isVisible()) window.showInactive();
    window.flashFrame(true);
    app.dock?.bounce("critical");
    this.notify(message.text);
  }

  close(): void {
    this.notification?.close();
    this.notification = null;
  }

  private notify(text: string): void {
    if (!Notification.isSupported()) return;
    // The page rings by itself.
    const notification = new Notification({ title: "LA2-CTI", body: text, silent: true });
    notification.on("click", this.comeForward);
    notification.show();
    this.notification = notification;
  }
}
