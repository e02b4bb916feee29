/** Token bucket: so many at once, and from then on so many a second. */

export type BucketRule = { perSecond: number; burst: number };
export type Bucket = { tokens: number; atMs: number };

export function fullBucket(rule: BucketRule, nowMs: number): Bucket {
  return { tokens: rule.burst, atMs: nowMs };
}

/** Takes one token. False: there is none. The clock may stand still, but does not go back. */
export function takeToken(bucket: Bucket, rule: BucketRule, nowMs: number): boolean {
  const gained = ((nowMs - bucket.atMs) * rule.perSecond) / 1_000;
  bucket.tokens = Math.min(rule.burst, bucket.tokens + gained);
  bucket.atMs = nowMs;
  if (bucket.tokens < 1) return false;
  bucket.tokens -= 1;
  return true;
}
