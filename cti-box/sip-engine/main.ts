/** The engine alone: node --max-semi-space-size=16 cti-box/sip-engine/main.ts --admin 127.0.0.1:9022 --secret S --contact "sip:127.0.0.1:5060;transport=udp,tcp" */
import { parseArgs } from "node:util";
import { setFlagsFromString } from "node:v8";
import { controlFlags, controlOptionsFrom } from "./control/control-flags.ts";
import { timerFlags, timersFrom } from "./transaction/timer-flags.ts";
import { protectionFlags, protectionHelp, protectionOptionsFrom } from "./protection/protection-flags.ts";
import { dialogFlags, dialogOptionsFrom } from "./dialog/dialog-flags.ts";
import { contactFlags, contactsFrom } from "./transport/contact-flags.ts";
import { InvalidEngineOptions, startSipEngine, type SipEngineOptions } from "./engine.ts";
import { watchFlags, watchHelp, watchOptionsFrom } from "./watch/watch-flags.ts";

const help = `SIP engine of LA2-CTI: speaks the drachtio control protocol.

  --admin HOST:PORT    control port for applications (default 127.0.0.1:9022); "closed" where only TLS is wanted
  --admin-tls HOST:PORT, --admin-tls-cert FILE, --admin-tls-key FILE
                       control port over TLS; with --admin-tls-client-ca FILE applications need a certificate of that authority
  --handler METHOD=URL who is asked what to do with a new request of that method ("*": any): an http or https address, or the
                       tcp://HOST:PORT or tls://HOST:PORT of an application that listens; may be given more than once
  --handler-post       the handler gets the whole message as the body of a POST
  --handler-ca FILE    authority of https handlers and of applications over TLS, in place of the system's
  --absence SECONDS    how long calls wait for an application with a tag "instance:NAME" to come back (default 30)
  --secret SECRET      secret of the applications; may be given more than once
  --contact URI        listening address: "sip:127.0.0.1:5060;transport=udp,tcp", "sip:127.0.0.1:5066;transport=ws", "sips:127.0.0.1:5061" (TLS) or
                       "sips:127.0.0.1:5443;transport=wss"; may be given more than once. What follows holds for the contact before it, or for all
                       contacts that say nothing else when it stands before the first:
  --external-ip IP     address or name told to peers outside of the local net
  --local-net CIDR     network whose peers are told the bound address (default: the private networks); may be given more than once
  --dns-name NAME      name of this address: what is sent there is meant for the engine; may be given more than once
  --page-origin ORIGIN origin of pages that may connect over WebSocket (default: any); may be given more than once
  --tls-cert FILE, --tls-key FILE
                       certificate with its chain, and its key (PEM); new ones are taken up without a restart
  --tls-ca FILE        authority of the servers that are called, in place of those that Node.js knows
  --tls-clients WORD   certificates of peers that connect: none (default), request, require; with
  --tls-client-ca FILE their authority (default: that of --tls-ca)
  --tls-outgoing-cert FILE, --tls-outgoing-key FILE
                       what is shown to servers that ask for a certificate (default: the same as to peers that connect)
  --dns ADDRESS[:PORT] name server to ask instead of the system's; may be given more than once
  --session-refresher none|uac|uas
                       who refreshes where a caller asks for a session timer and leaves that open (default none: no timer then)
  --session-expires SECONDS
                       session timer asked for in every call, so that a call whose other end vanished ends by itself
  --cdrs               call detail records for applications that ask for cdr:attempt, cdr:start and cdr:stop
  --aggressive-nat-detection, --disable-nat-detection
                       believe a parameter nat=yes of Contact and Record-Route as well; believe Contact and Route alone
  --t1, --t2, --t4, --t1x64, --timer-c MILLISECONDS
                       timers of RFC 3261 (default 500, 8·T1, 10·T1, 64·T1, 370·T1)
${protectionHelp}${watchHelp}  --help               this text
`;

function optionsFrom(words: string[]): SipEngineOptions {
  const { values, tokens } = parseArgs({
    args: words,
    tokens: true,
    options: {
      admin: { type: "string", default: "127.0.0.1:9022" },
      ...controlFlags,
      ...watchFlags,
      ...timerFlags,
      ...protectionFlags,
      ...dialogFlags,
      cdrs: { type: "boolean", default: false },
      ...contactFlags,
      secret: { type: "string", multiple: true, default: [] },
      dns: { type: "string", multiple: true, default: [] },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(help);
    process.exit(0);
  }
  const { t1Ms, ...timers } = timersFrom(values);
  return {
    ...controlOptionsFrom(values.admin, values),
    ...(t1Ms !== undefined && { t1Ms }),
    timers,
    ...protectionOptionsFrom(values),
    ...dialogOptionsFrom(values),
    cdrs: values.cdrs,
    ...contactsFrom(tokens),
    secrets: values.secret,
    dnsServers: values.dns,
    watch: watchOptionsFrom(values),
    log: (level, message, fields) => process.stderr.write(`${JSON.stringify({ level, message, ...fields })}\n`),
  };
}

// Messages of a call outlive the young generation and are garbage a second later. V8 would let them fill three times the memory before it looks; as what has
// to live is little, looking sooner costs nothing that can be measured (docs/decisions/0015).
setFlagsFromString("--heap-growing-percent=50");

try {
  const engine = await startSipEngine(optionsFrom(process.argv.slice(2)));
  process.stdout.write(
    `control ${engine.admin.host}:${engine.admin.port}\n${engine.contacts.map((contact) => `listening ${contact}\n`).join("")}`,
  );
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void engine.close());
  await engine.closed;
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  const isUsage =
    error instanceof InvalidEngineOptions || (error as NodeJS.ErrnoException).code?.startsWith("ERR_PARSE_ARGS");
  process.exitCode = isUsage ? 2 : 1;
}
