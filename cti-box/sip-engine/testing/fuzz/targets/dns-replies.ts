/** Replies of name servers, right ones and others. */
import * as packet from "dns-packet";
import { questionBytes, readReply } from "../../../resolve/dns-message.ts";
import type { Question } from "../../../resolve/records.ts";
import { promise, type FuzzTarget } from "../fuzz-target.ts";

const id = 4_242;
const questions: readonly Question[] = (["A", "AAAA", "SRV", "NAPTR"] as const).map((type) => ({
  type,
  name: "office.invalid",
}));
const day = 24 * 3_600_000;

export function dnsReplies(): FuzzTarget {
  return {
    seeds: [...replies(), ...questions.map((each) => questionBytes(each, { id, isPlain: false }))],
    words: [
      "\u00c0\u000c",
      "\u0000\u0001",
      "\u0000\u0021",
      "\u0000\u0023",
      "\u0000\u0005",
      "\u0000\u0006",
      "\u00ff\u00ff",
      "\u0006office\u0007invalid\u0000",
      "\u0000",
    ],
    run,
  };
}

function replies(): Buffer[] {
  const name = "office.invalid";
  const answers: packet.Answer[][] = [
    [
      { type: "A", name, ttl: 60, data: "192.0.2.1" },
      { type: "A", name, ttl: 30, data: "192.0.2.2" },
    ],
    [
      { type: "CNAME", name, ttl: 60, data: "b.invalid" },
      { type: "AAAA", name: "b.invalid", ttl: 60, data: "2001:db8::1" },
    ],
    [{ type: "SRV", name, ttl: 60, data: { priority: 1, weight: 5, port: 5_060, target: "s1.invalid" } }],
    [
      {
        type: "NAPTR",
        name,
        ttl: 60,
        data: {
          order: 1,
          preference: 2,
          flags: "s",
          services: "SIP+D2T",
          regexp: "",
          replacement: "_sip._tcp.office.invalid",
        },
      },
    ],
    [],
  ];
  return answers.map((all, index) =>
    packet.encode({
      type: "response",
      id,
      flags: index === 4 ? 3 : 0,
      questions: [{ ...(questions[index] ?? { type: "A", name }), class: "IN" }],
      answers: all,
      authorities: [
        {
          type: "SOA",
          name: "invalid",
          ttl: 900,
          data: { mname: "a", rname: "b", serial: 1, refresh: 1, retry: 1, expire: 1, minimum: 60 },
        },
      ],
    }),
  );
}

function run(input: Buffer): void {
  for (const question of questions) {
    const reply = readReply(input, question, id);
    if (reply.kind === "records") {
      promise(reply.records.length > 0 && reply.records.length < 10_000, "records are there and bounded");
      promise(reply.ttlMs >= 0 && reply.ttlMs <= day, `a life is between nothing and a day (${reply.ttlMs})`);
    }
    if (reply.kind === "none")
      promise(reply.ttlMs >= 0 && reply.ttlMs <= day, `a no lives no longer than a day (${reply.ttlMs})`);
  }
}
