/** What the office wants of session timers (RFC 4028) in calls with a carrier. */

export type SessionTimerWish =
  /** None is asked for, and none agreed to that the carrier does not require. */
  | { mode: "off" }
  /** What the carrier asks for. */
  | { mode: "accept" }
  /** One of so many seconds (90 to 86,400) in every call, or what both sides can agree on instead. */
  | { mode: "request"; seconds: number; refresher: TimerRefresher };

/** Who sends the signs of life. `auto`: as the two sides find best. */
export type TimerRefresher = "us" | "them" | "auto";

/** Of a wish that says nothing about it. */
export const usualSession = { seconds: 1800, refresher: "auto" } as const;
