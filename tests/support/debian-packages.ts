/** The Debian programs that the tests talk to: real counterparts, not doubles. */
export const debianPackages = [
  { package: "sip-tester", program: "/usr/bin/sipp", why: "scripted SIP peers, the carrier of the call tests" },
  { package: "rtpengine-daemon", program: "/usr/bin/rtpengine", why: "the media server of real installations" },
  { package: "baresip-core", program: "/usr/bin/baresip", why: "a real SIP phone: carrier and operator's desk phone" },
  { package: "linphone-cli", program: "/usr/bin/linphone-daemon", why: "a second real SIP phone" },
  { package: "chromium", program: "/usr/bin/chromium", why: "the softphone runs in it" },
  { package: "kamailio", program: "/usr/sbin/kamailio", why: "the SIP proxy between offices" },
  { package: "postgresql", program: "/usr/bin/psql", why: "the database of offices that have one" },
  { package: "dnsmasq-base", program: "/usr/sbin/dnsmasq", why: "a real name server for NAPTR and SRV" },
  { package: "openssl", program: "/usr/bin/openssl", why: "certificates for one test run" },
  { package: "sipvicious", program: "/usr/bin/svmap", why: "what strangers on the internet try" },
  { package: "iproute2", program: "/usr/sbin/ip", why: "network namespaces for phones that refuse loopback" },
  { package: "espeak-ng", program: "/usr/bin/espeak-ng", why: "the citizen's voice in the demo" },
  {
    package: "request-tracker5",
    program: "/usr/share/request-tracker5/libexec/rt-server",
    why: "a real ticket system",
  },
  { package: "rt5-db-sqlite", program: null, why: "its database" },
  { package: "rt5-standalone", program: null, why: "its stand-alone server" },
  { package: "starman", program: "/usr/bin/starman", why: "the web server that runs it" },
] as const;
